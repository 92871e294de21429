"""A training that is killed at any moment goes on: as many steps, and the same curve, as an unbroken one.

Tolerance: none. In fp32 on the CPU with a fixed number of threads every loss must be equal to the last digit.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_model
from tests.fakes.training import configure, evaluations, losses
from viva.events import read_events

pytestmark = pytest.mark.timeout(1500)

FEW, MANY = 5, 20
CHANGES: dict[str, Any] = {"epochs": 20, "evaluations": 20, "dropout": 0.1, "probe_tokens": 8}
"""40 steps with a checkpoint every 2; dropout, so that the random state must come back too."""


def run(folder: Path, config: dict[str, Any], kill_after: float | None) -> tuple[list[dict[str, Any]], int]:
    """Run the program, killed so many seconds after its start where that is given; return events and exit code."""
    path = folder / "config.json"
    path.write_text(json.dumps(config), "utf-8")
    command = [sys.executable, "-m", "viva.train.program", str(path)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    events: list[dict[str, Any]] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        timer = threading.Timer(kill_after or 0, process.kill)
        for event in read_events(process.stdout):
            events.append(event)
            # The clock runs, not the events: it may strike in the middle of a step or of writing a checkpoint.
            if kill_after is not None and event["event"] == "start":
                timer.start()
        process.wait()
        timer.cancel()
    return events, process.returncode


@pytest.mark.parametrize(
    "kills",
    [pytest.param(FEW, marks=[pytest.mark.slow, pytest.mark.parallel]), pytest.param(MANY, marks=pytest.mark.rare)],
)
def test_killed_at_any_time_it_ends_as_if_never_killed(tmp_path: Path, kills: int) -> None:
    make_tiny_model(tmp_path / "tiny")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        folder.mkdir()
    unbroken, code = run(whole, configure(whole, tmp_path / "tiny", **CHANGES), None)
    assert code == 0
    steps = unbroken[0]["total"]
    seconds = unbroken[-1]["seconds"]

    chance = random.Random(4)
    config = configure(broken, tmp_path / "tiny", **CHANGES)
    told: dict[int, float] = {}
    validated: dict[int, float] = {}
    killed = 0
    while killed < kills:
        events, code = run(broken, {**config, "resume": killed > 0}, chance.uniform(0, 0.2 * seconds / 2))
        for known, new in ((told, losses(events)), (validated, evaluations(events))):
            # What is told twice is told alike.
            assert {step: new[step] for step in known if step in new} == {s: known[s] for s in known if s in new}
            known |= new
        if code == 0:
            # It got to its end between two kills: start over, the kills so far count.
            assert killed, "nothing was killed"
            assert (told, validated) == (losses(unbroken), evaluations(unbroken))
            told, validated = {}, {}
            config = {**config, "output": str(broken / f"out-{killed}")}
            continue
        assert code == -signal.SIGKILL
        killed += 1
    events, code = run(broken, {**config, "resume": True}, None)
    assert code == 0
    assert events[-1]["steps"] == steps
    assert told | losses(events) == losses(unbroken)
    assert validated | evaluations(events) == evaluations(unbroken)
    one, other = (Path(done["adapter"]) / "adapter_model.safetensors" for done in (unbroken[-1], events[-1]))
    assert one.read_bytes() == other.read_bytes()
