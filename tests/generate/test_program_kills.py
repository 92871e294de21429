"""The program may be killed at any moment: given what it had not told, it asks for nothing that it had."""

import json
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chat_server import Answer, ChatServer, error, last_message
from viva.events import read_events
from viva.records.generation import Generation
from viva.records.model import Decoding, System


def configure(folder: Path, server: ChatServer, left: list[tuple[str, int]], **chat: Any) -> Path:
    """Write the configuration for what is left: pairs of example and sample."""
    samples: dict[str, list[int]] = {}
    for example_id, sample in left:
        samples.setdefault(example_id, []).append(sample)
    examples = folder / "examples.jsonl"
    rows = [{"example_id": e, "question": f"about {e}?", "samples": numbers} for e, numbers in samples.items()]
    examples.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    system = System("served", "m1", "{question}", Decoding(9, temperature=1.0, repetition_penalty=1.0, samples=2))
    value = {
        "system": system.to_json(),
        "examples": str(examples),
        "chat": {"url": server.url, "model": "fake", "key_env": None, "concurrency": 4, **chat},
        "takes": {},
        "prices": {"prompt": 1.0, "completion": 2.0},
    }
    config = folder / "config.json"
    config.write_text(json.dumps({"systems": [value], "batch_size": 4}), "utf-8")
    return config


def start(config: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "viva.generate.program", str(config)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def told(events: list[dict[str, Any]]) -> list[Generation]:
    return [Generation(**row) for event in events if event["event"] == "generations" for row in event["rows"]]


def test_a_server_writes_for_every_sample_and_the_totals_are_told(tmp_path: Path) -> None:
    wanted = [(f"e{number}", sample) for number in range(20) for sample in range(2)]
    with ChatServer(lambda request: "it is so") as server, start(configure(tmp_path, server, wanted)) as program:
        assert program.stdout is not None
        events = list(read_events(program.stdout))
    assert program.returncode == 0
    written = told(events)
    assert sorted((g.example_id, g.sample) for g in written) == sorted(wanted)
    assert events[0] == {"event": "start", "total": 40, "unit": "text"}
    assert events[-1]["event"] == "done"
    assert (events[-1]["prompt_tokens"], events[-1]["completion_tokens"], events[-1]["failed"]) == (80, 120, 0)
    assert events[-1]["cost"] == pytest.approx((80 + 2 * 120) / 1e6)
    assert [event["done"] for event in events if event["event"] == "progress"][-1] == 40


def test_a_wrong_key_is_one_line_and_few_calls(tmp_path: Path) -> None:
    wanted = [(f"e{number}", 0) for number in range(200)]
    answer = error(401, "bad key\nreally")
    with ChatServer(lambda _: answer) as server, start(configure(tmp_path, server, wanted)) as program:
        assert program.stdout is not None
        events = list(read_events(program.stdout))
    assert program.returncode == 1
    assert events[-1]["event"] == "error"
    assert "the key is wrong" in events[-1]["message"]
    assert "\n" not in events[-1]["message"]
    assert len(server.requests) <= 4


def test_a_key_that_is_not_set_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    with ChatServer(lambda _: "so") as server:
        program = start(configure(tmp_path, server, [("e1", 0)], key_env="NO_SUCH_KEY"))
        output, _ = program.communicate()
    events = list(read_events(output.splitlines()))
    assert [event["event"] for event in events] == ["error"]
    assert not server.requests


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_killed_at_any_moment_it_goes_on_and_asks_for_no_told_text_again(tmp_path: Path, number: int) -> None:
    chance = random.Random(number)
    left = [(f"e{number}", sample) for number in range(150) for sample in range(2)]
    everything = Counter(left)
    found: list[Generation] = []
    asked: Counter[str] = Counter()
    kills = 0
    while left:
        with ChatServer(lambda request: Answer("so", delay=0.01)) as server:
            program = start(configure(tmp_path, server, left))
            if kills < 5:
                kill = threading.Timer(chance.uniform(0.3, 2.5), program.send_signal, (number,))
                kill.start()
            output, _ = program.communicate()
            if kills < 5:
                kill.cancel()
                kill.join()
            events = list(read_events(output.splitlines()))
            now = told(events)
            done = Counter((g.example_id, g.sample) for g in found)
            questions = Counter(last_message(request) for request in server.requests)
            # A told text is told once, and no call beyond what was left is made.
            assert not done & Counter((g.example_id, g.sample) for g in now)
            for example_id in {e for e, _ in everything}:
                wanted = sum(e == example_id for e, _ in left)
                assert questions[f"about {example_id}?"] <= wanted
            asked += questions
            found += now
            kills += 1
            written = {(g.example_id, g.sample) for g in now}
            left = [each for each in left if each not in written]
    assert Counter((g.example_id, g.sample) for g in found) == everything
    # What was under way or not told yet when it was killed is asked for once more: no more than that.
    assert sum(asked.values()) <= len(everything) + 5 * (64 + 128 + 4)
