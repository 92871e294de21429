"""Event lines between a worker and its job."""

import json
import subprocess
import sys
from pathlib import Path

from viva.events import read_events

WORKER = """
import sys
from viva.errors import BadInput
from viva.events import run_worker

def work(events, config):
    print("a library prints")
    events.emit("progress", done=1, text="zwei\\nZeilen \\ud800")
    if config.get("fail"):
        raise BadInput("no such thing", "try another")

sys.exit(run_worker(work))
"""


def run(tmp_path: Path, config: dict[str, object]) -> "subprocess.CompletedProcess[str]":
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    return subprocess.run([sys.executable, "-c", WORKER, str(path)], capture_output=True, text=True, check=False)


def test_stdout_carries_events_and_nothing_else(tmp_path: Path) -> None:
    done = run(tmp_path, {})
    assert done.returncode == 0
    assert list(read_events(done.stdout.splitlines())) == [
        {"event": "progress", "done": 1, "text": "zwei\nZeilen \ud800"}
    ]
    assert done.stderr == "a library prints\n"


def test_a_user_error_becomes_an_event(tmp_path: Path) -> None:
    done = run(tmp_path, {"fail": True})
    assert done.returncode == 1
    assert list(read_events(done.stdout.splitlines()))[-1] == {
        "event": "error", "message": "no such thing", "hint": "try another",
    }  # fmt: skip


def test_a_worker_ends_when_nobody_reads(tmp_path: Path) -> None:
    endless = WORKER.replace("    if config", "    while True: events.emit('more')\n    if config")
    (tmp_path / "config.json").write_text("{}")
    with subprocess.Popen(
        [sys.executable, "-c", endless, str(tmp_path / "config.json")], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(20) == 1
        assert b"Traceback" not in process.stderr.read()


def test_torn_and_foreign_lines_are_passed_over() -> None:
    lines = [
        '{"event": "a"}',
        "",
        "loading…",
        "[1]",
        '{"no": 1}',
        '{"event": 3}',
        '{"event": "b", "x": 1}',
        '{"event": "to',
    ]
    assert [event["event"] for event in read_events(lines)] == ["a", "b"]
