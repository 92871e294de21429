"""The advisory lock on a sidecar file: exclusive to write, shared to read."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from viva.errors import StoreBusy, StoreError

FIRST_WAIT = 0.002
LONGEST_WAIT = 0.05


@contextmanager
def held(lock_file: Path, *, exclusive: bool, timeout: float) -> Iterator[None]:
    """Hold the lock for the length of the block; wait at most `timeout` seconds for it.

    Every call opens the file anew, so threads of one process exclude one another too.
    Raises `StoreBusy` when the time is up, `StoreError` when the lock file cannot be made.
    """
    try:
        descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o664)
    except OSError as error:
        raise StoreError(f"{lock_file} cannot be used: {error.strerror}", "see who may write there") from error
    try:
        _acquire(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH, timeout, lock_file)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, mode: int, timeout: float, lock_file: Path) -> None:
    deadline = time.monotonic() + timeout
    wait = FIRST_WAIT
    while True:
        try:
            fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            left = deadline - time.monotonic()
            if left <= 0:
                raise StoreBusy(
                    f"{lock_file.name} has been held by another viva process for {timeout:.0f} s",
                    "see `viva job list`, or wait and try again",
                ) from None
            time.sleep(min(wait, left))
            wait = min(wait * 1.5, LONGEST_WAIT)
        else:
            return
