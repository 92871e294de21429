"""One trial of a sweep: what it has said so far, and its process, a training program that ends when the sweep does.

    python -m viva.train.trial PARENT MODULE [ARGUMENT …]

runs MODULE as a program would, as a child of the process PARENT that does not outlive it.
"""

import ctypes
import json
import math
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from viva.events import LAUNCHER, launched, read_events, why_ended

GRACE_SECONDS = 2.0
"""How long a trial gets to end by itself; less than what the sweep gets when its job is cancelled."""

PR_SET_PDEATHSIG = 1
LOG_BYTES = 4000


@dataclass
class Record:
    """What a trial has said, in all its processes: one that was cut off goes on in another.

    `evaluations` are validation losses by step, `logged` the values logged last, `done` its last event once it has
    ended well. `seconds` counts the time of its processes, not that between them.
    """

    evaluations: dict[int, float] = field(default_factory=dict)
    logged: dict[str, float] = field(default_factory=dict)
    steps: int = 0
    total: int = 0
    device: str = ""
    seconds: float = 0.0
    done: dict[str, Any] | None = None
    error: str = ""
    _begun: float = 0.0
    _earlier: float = 0.0

    @classmethod
    def read(cls, path: Path) -> "Record":
        """Return what the file of a trial's events tells, an empty record where there is none."""
        record = cls()
        if path.exists():
            for event in read_events(path.read_text("utf-8", "replace").splitlines()):
                record.take(event)
        return record

    def take(self, event: dict[str, Any]) -> None:
        """Take note of an event; each has its `time`, in seconds since 1970."""
        kind = event["event"]
        if kind == "begin":
            self._begun, self._earlier, self.done, self.error = event["time"], self.seconds, None, ""
        self.seconds = self._earlier + max(event["time"] - self._begun, 0.0)
        if kind == "start":
            self.total, self.device = int(event.get("total", 0)), str(event.get("device", ""))
        elif kind == "log":
            self.steps = int(event["step"])
            self.logged |= event["values"]
            loss = event["values"].get("eval_loss")
            if loss is not None and math.isfinite(loss):
                self.evaluations[self.steps] = float(loss)
        elif kind == "error":
            self.error = f"{event['message']}\n{event.get('hint', '')}".strip()
        elif kind == "done" and not event.get("paused"):
            self.done = event

    def evaluation(self, step: int) -> int:
        """Return which evaluation that at `step` is, from 1: trials with other batches evaluate at other steps."""
        return sum(1 for known in self.evaluations if known <= step)

    def result(self, keep: str) -> tuple[int, float] | None:
        """Return the step whose weights are kept, the `best` or the `last`, and its loss; None before any."""
        if not self.evaluations:
            return None
        if keep == "last":
            return max(self.evaluations.items())
        return min(self.evaluations.items(), key=lambda item: (item[1], item[0]))


class Process:
    """The process of a trial: started at once, its events appended to `events.jsonl` in `folder` as they are read."""

    def __init__(self, folder: Path, module: str, config: dict[str, Any], gpus: int, devices: str | None) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps(config, indent=1), "utf-8")
        self._folder = folder
        with (folder / "log.txt").open("ab") as log:
            self._log_start = log.tell()
            # The lock of the job, which its supervisor lets this program inherit, goes on to the trials (close_fds):
            # the job counts as alive, and cannot be resumed, until the last of them has gone.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "viva.train.trial", str(os.getpid()), *launched(module, path, gpus)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                errors="replace",
                close_fds=False,
                env={**os.environ, **({"CUDA_VISIBLE_DEVICES": devices} if devices else {})},
            )

    def events(self, record: Record) -> Iterator[dict[str, Any]]:
        """Yield what the trial says until it ends, having noted it in `record` and on disk."""
        assert self._process.stdout is not None
        with (self._folder / "events.jsonl").open("a", encoding="utf-8") as file:
            # A line of its own, whatever a kill may have left of the last one.
            file.write("\n")
            yield self._noted(file, record, {"event": "begin"})
            for event in read_events(self._process.stdout):
                yield self._noted(file, record, event)

    def _noted(self, file: Any, record: Record, event: dict[str, Any]) -> dict[str, Any]:
        event = {**event, "time": time.time()}
        record.take(event)
        file.write(json.dumps(event) + "\n")
        file.flush()
        return event

    def wait(self) -> int:
        """Return the exit code of a process that has closed its events."""
        return self._process.wait()

    def close(self) -> None:
        """Read no more of its events; only for the thread that reads them."""
        assert self._process.stdout is not None
        self._process.stdout.close()

    def end(self) -> None:
        """Ask the process to end, and end it by force where it does not; any thread may call it."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def reason(self, code: int) -> str:
        """Return why a process ended with `code`."""
        with (self._folder / "log.txt").open("rb") as log:
            log.seek(max(self._log_start, log.seek(0, os.SEEK_END) - LOG_BYTES))
            return why_ended(code, log.read().decode("utf-8", "replace"))


def main() -> None:
    """Run the module named on the command line, bound to the life of its parent."""
    parent, *program = sys.argv[1:]
    # A launcher must be able to take its own processes with it.
    _die_with(int(parent), signal.SIGTERM if program[0] == LAUNCHER else signal.SIGKILL)
    sys.argv = program
    runpy.run_module(program[0], run_name="__main__", alter_sys=True)


def _die_with(parent: int, number: signal.Signals) -> None:
    """Have the kernel send this process the signal `number` when its parent ends, however that ends.

    It is asked here, after the start, because Python code between fork and exec can hang in a program with threads.
    The kernel means the parent's *thread*: in the sweep that is the one which watches this process to its end.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        # It ended before the kernel was asked.
        os._exit(1)


if __name__ == "__main__":
    main()
