"""Running a worker program that somebody waits for, to its end or to theirs."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from viva.errors import JobError
from viva.events import read_events, reported, why_ended
from viva.text import display_line

BROKEN_OFF = "it was broken off before it was done"

_RUNNING: set["subprocess.Popen[str]"] = set()
_ENDED: set["subprocess.Popen[str]"] = set()


def run_child(module: str, config: dict[str, Any], *, threads: int) -> dict[str, Any]:
    """Run `python -m module CONFIG.json` and return its `done` event, without the event's name.

    The program gets a temporary folder to write to (also as its TMPDIR), which is gone afterwards, and computes with
    `threads` threads unless OMP_NUM_THREADS says otherwise. It is killed where this call is broken off by Ctrl-C or any
    other exception, and by `end_children`; it belongs to the terminal and ends with it. Raises the `UserError` that the
    program reported, `JobError` with the reason where it ended without a result.
    """
    with tempfile.TemporaryDirectory(prefix="viva-") as folder, (Path(folder) / "log.txt").open("w+b") as log:
        file = Path(folder) / "config.json"
        file.write_text(json.dumps(config), "utf-8")
        environment = {"OMP_NUM_THREADS": str(threads), **os.environ, "TMPDIR": folder}
        done: dict[str, Any] | None = None
        with _process([sys.executable, "-m", module, str(file)], environment, log.fileno()) as process:
            assert process.stdout is not None
            for event in read_events(process.stdout):
                if event["event"] == "error":
                    raise reported(event)
                if event["event"] == "done":
                    done = {key: value for key, value in event.items() if key != "event"}
            code = process.wait()
            ended = process in _ENDED
        if code == 0 and done is not None:
            return done
        if ended:
            raise JobError(BROKEN_OFF)
        log.seek(0)
        raise JobError(display_line(why_ended(code, log.read().decode("utf-8", "replace")), 300))


def end_children() -> None:
    """Kill all programs that are being waited for in this process; who waits for them gets a `JobError`."""
    for process in list(_RUNNING):
        _ENDED.add(process)
        process.kill()


def worker_threads() -> int:
    """Return how many threads a worker computes with: half the cores, which is fastest where others work too."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, max(2, cores // 2))


@contextlib.contextmanager
def _process(command: list[str], environment: dict[str, str], log: int) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        encoding="utf-8",
        env=environment,
    )
    _RUNNING.add(process)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        _RUNNING.discard(process)
        _ENDED.discard(process)
        assert process.stdout is not None
        process.stdout.close()
