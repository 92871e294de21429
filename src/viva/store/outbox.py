"""A rater's outbox: what was typed is on disk here before the screen moves on, and struck off once it is in the store.

One file a rater, one JSON line a verdict. Whoever finds lines left applies them; applying twice is harmless.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from viva.records.study import RatingEvent
from viva.store import ratings
from viva.store.file import Store

REJECTED_SUFFIX = ".rejected"


def safe_name(name: str) -> str:
    """Return a file name for a person's name: readable, and different for different names."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", name)[:40].strip("-")
    return f"{readable}-{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:8]}"


class Outbox:
    """The outbox file of one rater."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of_rater(cls, folder: Path, rater: str) -> "Outbox":
        return cls(folder / (safe_name(rater) + ".jsonl"))

    def append(self, event: RatingEvent) -> None:
        """Write the event and sync it to disk; when this returns the verdict outlives any crash."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(self.path) as descriptor:
            start = b"\n" if _torn(descriptor) else b""
            _append(descriptor, start + _line(event) + b"\n")

    def pending(self) -> list[RatingEvent]:
        """Return the verdicts that have not been struck off, oldest first."""
        if not self.path.exists():
            return []
        with _locked(self.path) as descriptor:
            return _parse(_content(descriptor))[0]

    def apply(self, store: Store, timeout: float | None = None) -> int:
        """Move everything into the store and strike it off; return how many verdicts moved.

        Raises `StoreBusy` when another program holds the store: the outbox is then as it was.
        Lines that no store accepts (torn by a crash, or of a study that is gone) go to a file beside it.
        """
        if not self.path.exists() or self.path.stat().st_size == 0:
            return 0
        with ExitStack() as held:
            with store.write(timeout) as connection:
                # The file's lock comes second, so that a rater can append while the store is busy,
                # and is let go last, so that nothing is appended between commit and truncation.
                descriptor = held.enter_context(_locked(self.path))
                events, rejected = _parse(_content(descriptor))
                unknown = ratings.add(connection, events) if events else []
            rejected += [_line(event) for event in unknown]
            if rejected:
                _keep(self.path.with_name(self.path.name + REJECTED_SUFFIX), rejected)
            os.ftruncate(descriptor, 0)
            os.fsync(descriptor)
        return len(events) - len(unknown)


def apply_all(folder: Path, store: Store, timeout: float | None = None) -> int:
    """Apply every outbox in `folder`; return how many verdicts moved."""
    return sum(Outbox(path).apply(store, timeout) for path in sorted(folder.glob("*.jsonl")))


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _content(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _torn(descriptor: int) -> bool:
    """Tell whether a crash left the file's last line without its end."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def _append(descriptor: int, line: bytes) -> None:
    """Write the whole line at the end of the file, or leave the file as it was."""
    size = os.lseek(descriptor, 0, os.SEEK_END)
    written = 0
    try:
        while written < len(line):
            written += os.write(descriptor, line[written:])
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _line(event: RatingEvent) -> bytes:
    return json.dumps({**asdict(event), "created_at": event.created_at.isoformat()}).encode()


def _parse(content: bytes) -> tuple[list[RatingEvent], list[bytes]]:
    """Return the events in `content` and the lines that are none."""
    events, rejected = [], []
    for line in content.splitlines():
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            value["created_at"] = datetime.fromisoformat(value["created_at"])
            events.append(RatingEvent(**value))
        except (ValueError, TypeError, KeyError):
            rejected.append(line)
    return events, rejected


def _keep(path: Path, lines: list[bytes]) -> None:
    with path.open("ab") as file:
        file.writelines(line + b"\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
