"""The judge program may be killed at any moment: started again, it asks for nothing that is finished, and tells all."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chat_server import Answer, last_message
from tests.fakes.judge_replies import verdict
from tests.fakes.judge_server import JudgeServer, configure, is_probe, score_row, told
from viva.events import read_events
from viva.generate.call_log import CallLog

KEY = "VIVA_TEST_RUN"
"""Every run has a key of its own: what a killed one had sent may be read by the server only during the next."""
QUESTIONS, TEXTS = 60, 4
AT_ONCE = 8


def started(config: Path, server: JudgeServer, killed_at: int | None, key: str) -> list[dict[str, Any]]:
    """Run the program with `key`, and kill it when the server has had so many requests; return its events."""
    command = [sys.executable, "-m", "viva.judge.program", str(config)]
    environment = {**os.environ, KEY: key}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as program:

        def kill() -> None:
            while program.poll() is None and len(server.requests) < (killed_at or 0):
                time.sleep(0.002)
            program.send_signal(signal.SIGKILL)

        killing = threading.Thread(target=kill)
        if killed_at is not None:
            killing.start()
        output, _ = program.communicate()
    if killed_at is not None:
        killing.join()
        assert program.returncode == -signal.SIGKILL
    return list(read_events(output.splitlines()))


def finished(log: Path) -> set[str]:
    """Return the keys of the calls that are finished."""
    if not log.exists():
        return set()
    with CallLog(log) as calls:
        return {outcome.key for outcome in calls if outcome.key != "dialect"}


def check(tmp_path: Path, kills: int, seed: int) -> None:
    """Kill the program so often, and see what it asked for and told in all its runs."""
    chance = random.Random(seed)
    rows = [
        score_row(q, generation_id=f"g{q}-{t}", text=f"text {t} on {q}.")
        for q in range(QUESTIONS)
        for t in range(TEXTS)
    ]
    wanted = QUESTIONS * (TEXTS + 1)
    runs: list[list[dict[str, Any]]] = []
    asked: Counter[str] = Counter()

    def answer(request: dict[str, Any]) -> Answer:
        draft = last_message(request).startswith("DRAFT")
        return Answer("my own approach" if draft else verdict(), delay=chance.uniform(0.01, 0.08))

    with JudgeServer(answer) as server:
        chat = {"concurrency": AT_ONCE, "key_env": KEY}
        config = configure(tmp_path, server.url, rows, mode="independent", chat=chat)
        for number in range(kills + 1):
            before = finished(tmp_path / "calls.jsonl")
            # Each kill leaves something to do for those after it.
            more = chance.randint(1, max(1, (wanted - len(before)) // (kills - number + 1)))
            killed_at = len(server.requests) + more if number < kills else None
            runs.append(started(config, server, killed_at, f"run-{number}"))
            assert finished(tmp_path / "calls.jsonl") >= before
        for number in range(kills + 1):
            new = Counter(subject(request) for request in asked_by(server, f"run-{number}"))
            asked += new
            # Within a run nothing is asked twice.
            assert all(times == 1 for times in new.values())
    found = told(*runs)
    assert len(asked) == wanted
    # What was under way when it was killed is asked for once more: no more than that.
    assert sum(asked.values()) <= wanted + kills * AT_ONCE
    last = told(runs[-1])
    assert last.done is not None
    assert last.done["calls"] == wanted
    assert {judgment["generation_id"] for judgment in last.judgments.values()} == {row["generation_id"] for row in rows}
    # Whatever was told before is told again under the same ids.
    assert found.judgments == last.judgments
    assert found.calls == last.calls


def asked_by(server: JudgeServer, key: str) -> list[dict[str, Any]]:
    """Return the requests of the run with this key that were no probes."""
    pairs = zip(list(server.requests), list(server.headers), strict=True)
    return [
        request for request, headers in pairs if headers["authorization"] == f"Bearer {key}" and not is_probe(request)
    ]


def subject(request: dict[str, Any]) -> str:
    """Return what a request says, without the random marker."""
    said = last_message(request)
    marker = said.split("<<<")[1].split("\n")[0]
    return said.replace(marker, "")


@pytest.mark.slow
@pytest.mark.parallel
def test_killed_five_times_it_asks_for_nothing_twice_and_tells_all(tmp_path: Path) -> None:
    check(tmp_path, kills=5, seed=5)


@pytest.mark.rare
def test_killed_twenty_times_it_asks_for_nothing_twice_and_tells_all(tmp_path: Path) -> None:
    check(tmp_path, kills=20, seed=20)
