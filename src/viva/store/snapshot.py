"""Copies of the store that hold up nobody for long: writers wait for the look at it, hardly ever for the copying."""

import errno
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from viva.errors import StoreBusy, StoreError, UserError

PROGRAM = Path(__file__).with_name("snapshot_child.py")
ROUNDS = 6
"""So often all is copied while others may write; where they always did, it is compared once more while they wait."""
SLICE = 1.0
"""Seconds that the lock is waited for before it is seen whether the copy is still wanted."""
RETRY_EVERY = 0.1

Quiet = Callable[[float], AbstractContextManager[None]]
"""Keeps viva's writers out for a block; waits at most so many seconds for that, else raises `StoreBusy`."""


class Copied(NamedTuple):
    """How a copy went: whether DuckDB's log was copied too, and the longest time in seconds that writers waited."""

    log: bool
    held: float


class LogBehind(Exception):
    """A log of DuckDB's lies beside the store, and there is no place for a copy of it."""


class Copier:
    """One copying, in a child process; `stop` ends it from any thread.

    `copy` is the descriptor of a file, empty or an earlier copy; `target` is its path, for copies of DuckDB's logs to
    lie beside: without it `run` raises `LogBehind` where there is one. `touched` says that a part of the copy is new.
    """

    def __init__(self, source: Path, copy: int, target: Path | None = None) -> None:
        self._source = source
        self._copy = copy
        self._target = target
        self._guard = threading.Lock()
        self._stopped = False
        self.touched = False
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the copying; `run` then raises `UserError`."""
        with self._guard:
            self._stopped = True
            if self._process is not None:
                self._process.kill()
                self._process.wait()
                for pipe in filter(None, (self._process.stdin, self._process.stdout)):
                    with suppress(BrokenPipeError):
                        pipe.close()

    def run(self, quiet: Quiet, seconds: float, afterwards: float | None = None) -> Copied:
        """Copy, or bring the copy up to date. Raises `StoreBusy` when that is not possible for `seconds`.

        Once a part of it has been copied, when it is not possible for `afterwards`, as long as `seconds` by default.
        """
        self._start()
        longest = 0.0
        rounds = 0
        deadline = time.monotonic() + seconds
        while True:
            answer, held = self._look(quiet, deadline, last=rounds == ROUNDS)
            longest = max(longest, held)
            if answer["state"] == "whole":
                return Copied(answer["log"], longest)
            if answer["state"] == "log":
                raise LogBehind
            if answer["state"] == "more":
                self.touched = True
                self._ask("copy")
                rounds += 1
                deadline = time.monotonic() + (seconds if afterwards is None else afterwards)
            elif time.monotonic() + RETRY_EVERY > deadline:
                raise StoreBusy(f"{self._source.name} is being written by another program", "try again")
            else:
                time.sleep(RETRY_EVERY)

    def _start(self) -> None:
        with self._guard:
            if self._stopped:
                raise _stopped()
            arguments = [str(self._source), str(self._copy), *([str(self._target)] if self._target else [])]
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(PROGRAM), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=[self._copy],
                start_new_session=True,
            )
        # Writers do not wait for a program to start.
        self._answer()

    def _look(self, quiet: Quiet, deadline: float, *, last: bool) -> tuple[dict[str, Any], float]:
        """Have the child look while no viva process writes; return its answer and how long that took."""
        while True:
            if self._stopped:
                raise _stopped()
            left = deadline - time.monotonic()
            try:
                with quiet(min(max(left, 0.0), SLICE)):
                    started = time.monotonic()
                    return self._ask("look last" if last else "look"), time.monotonic() - started
            except StoreBusy:
                if left <= SLICE:
                    raise

    def _ask(self, order: str) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdin is not None
        # Where the child is gone, or `stop` has closed the pipe, there will be no answer.
        with suppress(OSError, ValueError):
            self._process.stdin.write(order.encode() + b"\n")
            self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = b""
        with suppress(OSError, ValueError):
            line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise _stopped() if self._stopped else StoreError(f"{self._source.name} could not be copied", "try again")
        answer: dict[str, Any] = json.loads(line)
        if answer["state"] == "failed":
            raise OSError(answer["errno"] or errno.EIO, answer["reason"] or "input/output error", str(self._source))
        return answer


def opened(path: Path) -> int:
    """Make an empty file that nobody else can read, and return its descriptor."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)


def _stopped() -> UserError:
    return UserError("query cancelled")
