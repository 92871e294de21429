"""The advisory lock on a sidecar file: exclusive to write, shared to read."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from viva.errors import StoreBusy, StoreError

FIRST_WAIT = 0.02
SHORTEST_WAIT = 0.002


@contextmanager
def held(lock_file: Path, *, exclusive: bool, timeout: float) -> Iterator[None]:
    """Hold the lock for the length of the block; wait at most `timeout` seconds for it.

    Every call opens the file anew, so threads of one process exclude one another too.
    Raises `StoreBusy` when the time is up, `StoreError` when the lock file cannot be made.
    """
    deadline = time.monotonic() + timeout
    with _opened(lock_file) as descriptor:
        # A reader inside a reader must not queue: the writer in front would wait for the outer one.
        if exclusive or not _tried(descriptor, fcntl.LOCK_SH):
            # One waits for the lock itself, the others for their turn to do so: whoever has just let go of
            # the lock goes to the end, so a busy writer cannot keep it to itself.
            with _opened(lock_file.with_name(lock_file.name + ".next")) as turn:
                mode = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
                if not (
                    _acquired(turn, fcntl.LOCK_EX, deadline, FIRST_WAIT)
                    and _acquired(descriptor, mode, deadline, SHORTEST_WAIT)
                ):
                    raise StoreBusy(
                        f"{lock_file.name} has been held by another viva process for {timeout:.0f} s",
                        "see `viva job list`, or wait and try again",
                    )
        yield


@contextmanager
def _opened(lock_file: Path) -> Iterator[int]:
    try:
        descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o664)
    except OSError as error:
        raise StoreError(f"{lock_file} cannot be used: {error.strerror}", "see who may write there") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _acquired(descriptor: int, mode: int, deadline: float, wait: float) -> bool:
    """Try until the deadline; who has waited longer tries more often, and so comes before the latest."""
    while not _tried(descriptor, mode):
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(wait, left))
        wait = max(wait * 0.8, SHORTEST_WAIT)
    return True


def _tried(descriptor: int, mode: int) -> bool:
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
