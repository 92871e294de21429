"""Whether somebody rates in one session only: what one gives back must not be what another counts on.

Every session of a rater that remembers leases holds a shared lock on a file of that rater, which the system lets go
of when the process dies, however it dies. Whoever can have it alone is the only one. Changes of claims happen one
session after another, behind a second lock, so nobody sits down while another looks around.
"""

import fcntl
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from viva.errors import StoreError
from viva.store import lock
from viva.store.outbox import safe_name


class Presence:
    """One session of a rater at the desk."""

    def __init__(self, folder: Path, rater: str) -> None:
        self._seat = folder / (safe_name(rater) + ".seat")
        self._turn = folder / (safe_name(rater) + ".turn")
        self._descriptor: int | None = None
        self._closing: weakref.finalize[[int], Presence] | None = None

    @contextmanager
    def turn(self, timeout: float) -> Iterator[bool]:
        """Be the only session of this rater that changes claims, for the length of the block.

        Gives whether no other session sits at the desk. Raises `StoreBusy` when another has its turn for `timeout`
        seconds, and `StoreError` where the files cannot be made.
        """
        try:
            self._seat.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self._seat.parent} cannot be made: {error.strerror}") from error
        with lock.held(self._turn, exclusive=True, timeout=timeout):
            yield self._sit_down()

    def leave(self) -> None:
        """Get up: this session counts on no lease any more."""
        if self._closing is not None:
            self._closing()
        self._descriptor = self._closing = None

    def _sit_down(self) -> bool:
        """Sit down where that is still to be done; return whether nobody else sits there."""
        if self._descriptor is None:
            try:
                self._descriptor = os.open(self._seat, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise StoreError(f"{self._seat} cannot be used: {error.strerror}") from error
            self._closing = weakref.finalize(self, os.close, self._descriptor)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except BlockingIOError:
            alone = False
        # What was tried for has cost the shared lock; nobody else tries now, so it is had again at once.
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)
        return alone
