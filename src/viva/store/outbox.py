"""A rater's outbox: what was typed is on disk here before the screen moves on, and struck off once it is in the store.

One file a rater, one JSON line an event. Whoever finds lines left applies them; applying twice is harmless.
"""

import fcntl
import hashlib
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from viva.errors import Outdated, StoreBusy, StoreError
from viva.records.ids import utc_now
from viva.records.rating import RaterEvent
from viva.store import rater_events
from viva.store.file import Store, sync_folder
from viva.store.outbox_lines import line, parse

REJECTED_SUFFIX = ".rejected"
PATIENCE = 5.0
"""Seconds to wait for an outbox that another process has locked."""
PASSING = 1.0
"""Seconds that a delivery waits for locked outboxes, all of them together: the store is held meanwhile."""
RETRY_EVERY = 0.005


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

    def append(self, event: RaterEvent, until: datetime | None = None) -> None:
        """Write the event and sync it to disk; when this returns the verdict outlives any crash.

        With `until` (UTC), raises `Outdated` from that time on: others may have been given the item since. Whoever
        delivers this outbox later than that sees every verdict that was taken. Raises `StoreError` when it cannot be
        written, `StoreBusy` when another process keeps it locked. The outbox is then as it was.
        """
        with _clear_errors("the verdict could not be saved", "make room or mend the folder, then save again"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new = not self.path.exists()
            with _locked(self.path) as descriptor:
                if new:
                    sync_folder(self.path.parent)
                start = b"\n" if _torn(descriptor) else b""
                if until is not None and utc_now() >= until:
                    raise Outdated(
                        "the time for this item has run out", "what was entered is kept; open the item again"
                    )
                _append(descriptor, start + line(event) + b"\n")

    def pending(self) -> list[RaterEvent]:
        """Return the events that have not been struck off, oldest first. Raises as `append` does."""
        if not self.path.exists():
            return []
        with (
            _clear_errors("the outbox could not be read", "its verdicts are kept; try again"),
            _locked(self.path) as descriptor,
        ):
            return parse(_content(descriptor))[0]


@dataclass(frozen=True)
class _Box:
    """A locked outbox and what was in it."""

    path: Path
    descriptor: int
    events: list[RaterEvent]
    rejected: list[bytes]


class Delivery:
    """Events on their way into the store. Made by `delivering`.

    `left_out` are the outboxes that could not be looked into though something may lie in them: those of other users of
    the machine, and those that a stopped process keeps locked.
    """

    def __init__(self, folder: Path, held: ExitStack) -> None:
        self.left_out: list[Path] = []
        self._folder = folder
        self._held = held
        self._boxes: list[_Box] = []
        self._unknown: set[int] = set()

    def add(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Put every event into the transaction that is open; return how many.

        Until it has ended nobody can append to an outbox that was not empty. An empty one is let go at once: whatever
        is appended to it later was checked against a later time than any that was looked at before.
        """
        deadline = time.monotonic() + PASSING
        with _clear_errors("an outbox could not be read", "its verdicts are kept; try again"):
            for path in sorted(self._folder.glob("*.jsonl")):
                self._take(path, max(deadline - time.monotonic(), 0.0))
        events = [event for box in self._boxes for event in box.events]
        self._unknown = {id(event) for event in rater_events.add(connection, events)} if events else set()
        return len(events) - len(self._unknown)

    def _take(self, path: Path, patience: float) -> None:
        with ExitStack() as held:
            try:
                descriptor = held.enter_context(_locked(path, patience))
            except StoreBusy:
                self.left_out.append(path)
                return
            except PermissionError:
                self.left_out += [path] if path.stat().st_size else []
                return
            if content := _content(descriptor):
                self._boxes.append(_Box(path, descriptor, *parse(content)))
                self._held.push(held.pop_all())

    def strike_off(self) -> None:
        """Empty the outboxes of what was added, which must be on disk in the store."""
        with _clear_errors("an outbox could not be emptied", "its verdicts are kept; try again"):
            for box in self._boxes:
                remaining = [event for event in box.events if id(event) in self._unknown]
                if box.rejected:
                    _keep(box.path.with_name(box.path.name + REJECTED_SUFFIX), box.descriptor, box.rejected)
                if box.rejected or len(remaining) < len(box.events):
                    _strike_off(box.path, box.descriptor, remaining)


@contextmanager
def delivering(folder: Path) -> Iterator[Delivery]:
    """Deliver every outbox in `folder` that can be had, together with what else a transaction does.

    The transaction lies inside, so that nothing is struck off before it is on disk, nor when it fails:

        with delivering(folder) as boxes, store.write() as connection:
            boxes.add(connection)

    The outboxes are locked by `add`, so that raters can append while the store is busy, and let go in the end, so that
    nothing is appended between the commit and the striking off.
    """
    with ExitStack() as held:
        delivery = Delivery(folder, held)
        yield delivery
        delivery.strike_off()


def apply_all(folder: Path, store: Store, timeout: float | None = None) -> int:
    """Move what lies in the outboxes in `folder` that this user may open into the store; return how many events moved.

    Raises `StoreBusy` when another program holds the store: the outboxes are then as they were. Events on an item that
    the store does not hold stay: a restored copy may bring it back. Lines that are no event (torn by a crash) go to a
    file beside the outbox.
    """
    if not any(path.stat().st_size and os.access(path, os.R_OK | os.W_OK) for path in folder.glob("*.jsonl")):
        return 0
    with delivering(folder) as boxes, store.write(timeout) as connection:
        return boxes.add(connection)


def _strike_off(path: Path, descriptor: int, remaining: Sequence[RaterEvent]) -> None:
    if not remaining:
        os.ftruncate(descriptor, 0)
        os.fsync(descriptor)
        return
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    _keep(fresh, descriptor, [line(event) for event in remaining])
    fresh.replace(path)
    sync_folder(path.parent)


@contextmanager
def _clear_errors(message: str, hint: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{message}: {error.strerror}", hint) from error


@contextmanager
def _locked(path: Path, patience: float = PATIENCE) -> Iterator[int]:
    """Open and lock the file that bears the name once the lock is had: striking off may have replaced it.

    Raises `StoreBusy` when another process keeps it for `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _lock(path, descriptor, deadline)
            if _bears(path, descriptor):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _lock(path: Path, descriptor: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise StoreBusy(
                    f"{path.name} has been locked by another viva process for some time",
                    "close the rater's other sessions, or try again",
                ) from error
        time.sleep(RETRY_EVERY)


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


def _keep(path: Path, like: int, lines: list[bytes]) -> None:
    """Append lines to a file that only its owner may read: whoever owns the outbox that is open as `like`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        wanted, found = os.fstat(like), os.fstat(descriptor)
        if (wanted.st_uid, wanted.st_gid) != (found.st_uid, found.st_gid):
            os.fchown(descriptor, wanted.st_uid, wanted.st_gid)
        file.writelines(line + b"\n" for line in lines)
        file.flush()
        os.fsync(descriptor)
