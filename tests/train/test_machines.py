"""What machines do to trainings: several processes share one, and a full disk loses nothing that was saved."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_model
from tests.fakes.training import configure, evaluations, losses
from viva.events import launched
from viva.train.checkpoints import sound

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def run(folder: Path, config: dict[str, Any], processes: int = 1) -> tuple[list[dict[str, Any]], int, str]:
    path = folder / "config.json"
    path.write_text(json.dumps(config), "utf-8")
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", *launched("viva.train.program", path, processes)],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    return [json.loads(line) for line in ended.stdout.splitlines()], ended.returncode, ended.stderr


def test_two_processes_share_a_training_and_one_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCELERATE_USE_CPU", "true")
    make_tiny_model(tmp_path / "tiny")
    config = configure(tmp_path, tmp_path / "tiny", gpus=2, batch_size=2)
    events, code, said = run(tmp_path, config, processes=2)
    assert code == 0, said
    start, done = events[0], events[-1]
    assert [event["event"] for event in events].count("start") == 1
    assert (start["processes"], start["total"], done["steps"]) == (2, 6, 6)
    assert list(evaluations(events)) == [2, 4, 6]
    assert (Path(done["adapter"]) / "adapter_model.safetensors").is_file()
    checkpoints = sorted((tmp_path / "out" / "checkpoints").glob("checkpoint-*"))
    assert all(sound(checkpoint) for checkpoint in checkpoints)

    alone = tmp_path / "alone"
    alone.mkdir()
    single, code, said = run(alone, configure(alone, tmp_path / "tiny", batch_size=4))
    assert code == 0, said
    # The first step sees the same examples, whether one process takes four or two take two each.
    assert losses(events)[1] == pytest.approx(losses(single)[1], rel=0.05)


def test_a_full_disk_is_told_and_the_last_checkpoint_is_gone_on_from(tmp_path: Path, little_disk: Path) -> None:
    make_tiny_model(tmp_path / "tiny")
    told = configure(tmp_path, tmp_path / "tiny", epochs=10, evaluations=10)
    whole, _, _ = run(tmp_path, told)
    config = {**told, "output": str(little_disk / "out")}
    ballast = little_disk / "ballast"
    size = sum(file.stat().st_size for file in (tmp_path / "out").rglob("*") if file.is_file())
    # Room for the first checkpoints, not for all that are there at the same time.
    with ballast.open("wb") as file:
        file.write(b"\0" * ((32 << 20) - int(0.7 * size)))
    events, code, said = run(tmp_path, config)
    assert code == 1
    assert events[-1]["event"] == "error", said
    assert events[-1]["message"] == "the disk is full"
    assert "resume" in events[-1]["hint"]
    saved = [event["step"] for event in events if event["event"] == "checkpoint"]
    assert saved
    ballast.unlink()
    rest, code, said = run(tmp_path, {**config, "resume": True})
    assert code == 0, said
    assert rest[0]["done"] == saved[-1]
    assert losses(events) | losses(rest) == losses(whole)
