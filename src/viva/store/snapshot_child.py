"""The program that copies the store for `viva.store.snapshot`, in a process of its own.

It is a process of its own since whoever closes a file drops all locks that the same process has on it, DuckDB's too.
Started by path under `python -I` with the store's path, the descriptor of the copy, and the copy's path where DuckDB's
logs may be copied beside it, or nothing; it knows nothing of viva. It says that it is ready, then reads lines and
answers each in JSON:

- `look`, while no viva process writes: tells whether the copy is whole. Where the store is small, or `last` stands
  behind it, it makes the copy whole at once; else there is more to copy first.
- `copy`, while others may write: makes the copy what the store is, as far as nobody writes meanwhile.

What was copied while others could write counts only if the next look finds a file that nobody has written to since
the look before. Bytes are compared, all of them: DuckDB's checksum of a block stays the same when two of its values
change places, and when two that are equal change alike.
"""

import fcntl
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple

HEADER = 3 * 4096
AT_ONCE = 16 << 20
"""A store of so many bytes is compared while writers wait; a larger one while they do not."""
_PIECE = 1 << 18
LOGS = (".wal", ".wal.checkpoint")
"""The ends of the names of DuckDB's logs; the second gets what is committed while a checkpoint runs."""
_CLONE = 0x40049409
"""Linux's FICLONE, by which two files share their blocks until one of them is written to."""


class Busy(Exception):
    """A program that is not viva's writes the store."""


class State(NamedTuple):
    """What differs as soon as anything was written to a store, or another file took its place."""

    file: tuple[int, int]
    size: int
    changed: tuple[int, int]
    header: bytes


def main() -> None:
    """Answer lines until stdin ends."""
    work = Copying(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
    _say({"state": "ready"})
    for line in sys.stdin:
        order = line.split()
        try:
            answer = work.look(last="last" in order) if order[0] == "look" else work.copy()
        except Busy:
            answer = {"state": "busy"}
        except OSError as error:
            answer = {"state": "failed", "errno": error.errno, "reason": error.strerror}
        _say(answer)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


class Copying:
    """A copy under way, or one of an earlier day that is brought up to date."""

    def __init__(self, source: Path, copy: int, target: Path | None) -> None:
        self._source_path = source
        self._target = target
        self._copy = copy
        self._source = -1
        self._copied: State | None = None
        """What the store was at the look before everything was copied."""
        self._seen: State | None = None
        """What the store was at the last look."""

    def look(self, *, last: bool) -> dict[str, Any]:
        """Tell whether the copy is whole, and make it so where that takes a moment only. Raises `Busy`, `OSError`."""
        if self._source >= 0:
            os.close(self._source)
        self._source = os.open(self._source_path, os.O_RDONLY)
        try:
            # DuckDB's readers take this lock; a foreign writer refuses it.
            fcntl.lockf(self._source, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError) as error:
            raise Busy from error
        try:
            return self._looked(last)
        finally:
            fcntl.lockf(self._source, fcntl.LOCK_UN)

    def _looked(self, last: bool) -> dict[str, Any]:
        beside = {self._source_path.with_name(self._source_path.name + end): end for end in LOGS}
        logs = {log: end for log, end in beside.items() if log.exists()}
        if logs and self._target is None:
            return {"state": "log"}
        self._seen = _state(self._source)
        if self._same() and not logs:
            return {"state": "whole", "log": False}
        if self._copied != self._seen and not self._cloned():
            if self._seen.size > AT_ONCE and not last:
                return {"state": "more"}
            self.copy()
        os.ftruncate(self._copy, self._seen.size)
        # The header comes last, and with it the time: what is broken off before is never taken for the store.
        _made_same(self._source, self._copy, 0, HEADER)
        os.utime(self._copy, ns=(0, self._seen.changed[0]))
        if self._target is not None:
            for log, end in logs.items():
                shutil.copyfile(log, self._target.with_name(self._target.name + end))
        return {"state": "whole", "log": bool(logs)}

    def _same(self) -> bool:
        """Tell whether nothing was written since the copy was made: that changes the time, and the header."""
        copy = os.fstat(self._copy)
        assert self._seen is not None
        return (copy.st_size, copy.st_mtime_ns) == (self._seen.size, self._seen.changed[0]) and os.pread(
            self._copy, HEADER, 0
        ) == self._seen.header

    def _cloned(self) -> bool:
        """Have the file system share the whole file's blocks, where it can."""
        if sys.platform != "linux":
            return False
        try:
            fcntl.ioctl(self._copy, _CLONE, self._source)
        except OSError:
            return False
        return True

    def copy(self) -> dict[str, Any]:
        """Make the copy what the store is, the header apart. Raises `OSError`."""
        assert self._seen is not None
        _made_same(self._source, self._copy, HEADER, self._seen.size)
        self._copied = self._seen
        return {"state": "copied"}


def _state(descriptor: int) -> State:
    found = os.fstat(descriptor)
    return State(
        (found.st_dev, found.st_ino),
        found.st_size,
        (found.st_mtime_ns, found.st_ctime_ns),
        os.pread(descriptor, HEADER, 0),
    )


def _made_same(source: int, copy: int, start: int, end: int) -> None:
    """Write to the copy what differs from the source between two places."""
    ours, theirs = bytearray(_PIECE), bytearray(_PIECE)
    while start < end:
        size = min(_PIECE, end - start)
        found = os.preadv(source, [memoryview(theirs)[:size]], start)
        if not found:
            return
        known = os.preadv(copy, [memoryview(ours)[:found]], start)
        # Whole pieces are compared without being made anew; the last one is rarely whole.
        same = ours == theirs if known == found == _PIECE else ours[:known] == theirs[:found]
        written = found if same else 0
        while written < found:
            written += os.pwrite(copy, memoryview(theirs)[written:found], start + written)
        start += found


if __name__ == "__main__":
    main()
