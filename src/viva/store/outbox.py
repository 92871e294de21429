"""A rater's outbox: what was typed is on disk here before the screen moves on, and struck off once it is in the store.

One file a rater, one JSON line a verdict. Whoever finds lines left applies them; applying twice is harmless.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from viva.errors import StoreError
from viva.records.study import RatingEvent
from viva.store import ratings
from viva.store.file import Store, sync_folder

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
        """Write the event and sync it to disk; when this returns the verdict outlives any crash.

        Raises `StoreError` when it cannot be written; the outbox is then as it was.
        """
        with _clear_errors("the verdict could not be saved", "make room or mend the folder, then save again"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new = not self.path.exists()
            with _locked(self.path) as descriptor:
                start = b"\n" if _torn(descriptor) else b""
                _append(descriptor, start + _line(event) + b"\n")
            if new:
                sync_folder(self.path.parent)

    def pending(self) -> list[RatingEvent]:
        """Return the verdicts that have not been struck off, oldest first."""
        if not self.path.exists():
            return []
        with _locked(self.path) as descriptor:
            return _parse(_content(descriptor))[0]

    def apply(self, store: Store, timeout: float | None = None) -> int:
        """Move everything into the store and strike it off; return how many verdicts moved.

        Raises `StoreBusy` when another program holds the store: the outbox is then as it was.
        Verdicts on an item that the store does not hold stay: a restored copy may bring it back.
        Lines that are no verdict (torn by a crash) go to a file beside it.
        """
        if not self.path.exists() or self.path.stat().st_size == 0:
            return 0
        with _clear_errors("an outbox could not be emptied", "its verdicts are kept; try again"), ExitStack() as held:
            with store.write(timeout) as connection:
                # The file's lock comes second, so that a rater can append while the store is busy,
                # and is let go last, so that nothing is appended between commit and striking off.
                descriptor = held.enter_context(_locked(self.path))
                events, rejected = _parse(_content(descriptor))
                unknown = ratings.add(connection, events) if events else []
            if rejected:
                _keep(self.path.with_name(self.path.name + REJECTED_SUFFIX), rejected)
            if rejected or len(unknown) < len(events):
                self._strike_off(descriptor, unknown)
        return len(events) - len(unknown)

    def _strike_off(self, descriptor: int, remaining: Sequence[RatingEvent]) -> None:
        if not remaining:
            os.ftruncate(descriptor, 0)
            os.fsync(descriptor)
            return
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        _keep(fresh, [_line(event) for event in remaining])
        fresh.replace(self.path)
        sync_folder(self.path.parent)


def apply_all(folder: Path, store: Store, timeout: float | None = None) -> int:
    """Apply every outbox in `folder` that this user may open; return how many verdicts moved."""
    boxes = [path for path in sorted(folder.glob("*.jsonl")) if os.access(path, os.R_OK | os.W_OK)]
    return sum(Outbox(path).apply(store, timeout) for path in boxes)


@contextmanager
def _clear_errors(message: str, hint: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{message}: {error.strerror}", hint) from error


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Open and lock the file that bears the name once the lock is had: striking off may have replaced it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _bears(path, descriptor):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _bears(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


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
            events.append(_event(json.loads(line)))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            rejected.append(line)
    return events, rejected


def _event(value: Any) -> RatingEvent:
    """Return the event that `value` describes; raise one of `_parse`'s errors where it describes none.

    Nothing that a table's columns would refuse may pass: it would hold up every verdict behind it.
    """
    event = RatingEvent(**{**value, "created_at": datetime.fromisoformat(value["created_at"])})
    names = [event.event_id, event.study_id, event.item_id, event.rater]
    texts = [*names, event.comment, event.skipped or "", *event.values]
    numbers = [event.seconds, *event.values.values()]
    if not (
        all(isinstance(text, str) for text in texts)
        and all(isinstance(number, int | float) and abs(number) < 1e15 for number in numbers)
        and isinstance(event.flagged, bool)
        and event.created_at.tzinfo is None
    ):
        raise ValueError("not a verdict")
    return event


def _keep(path: Path, lines: list[bytes]) -> None:
    with path.open("ab") as file:
        file.writelines(line + b"\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
