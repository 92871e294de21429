"""Which call may go next: one for which there are both a place and the money, verdicts before what they wait for."""

import asyncio
import heapq
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum

ROUNDS = 16
"""Rounds of the event loop that a later call gives way: those that a reply needs to lead to the next call, and more."""


class OutOfBudget(Exception):
    """The budget does not hold another call, or nothing more is to be sent."""


class Turn(IntEnum):
    """Which of the calls that wait go first."""

    BEGUN = 0  # was sent before, and needs another try
    NEXT = 1
    LATER = 2  # brings no verdict by itself: also those go before it that a reply just read is about to lead to


@dataclass(eq=False)
class Place:
    """A call's place among those under way, and the most that its next try can cost; a `guest` takes no place."""

    most: float
    guest: bool = False
    taken: bool = False
    paid: bool = False


class Till:
    """Lets `places` calls be under way, as long as what they can cost is within `limit`; `spent` is what was paid.

    `stopped` means that nothing more is let in: the first in turn cannot be paid any more, or it was closed.
    """

    def __init__(self, limit: float | None, places: int, spent: float = 0.0) -> None:
        self.spent = spent
        self.stopped = False
        self._limit = limit
        self._free = max(1, places)
        self._closed = False
        self._kept: list[float] = []
        self._waiting: list[tuple[Turn, int, Place, asyncio.Future[None]]] = []
        self._number = itertools.count()
        self._giving_way = False
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def enter(self, place: Place, turn: Turn) -> None:
        """Return when the place is taken and its money kept aside. Raises `OutOfBudget`."""
        if place.paid:
            return
        let_in: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (turn, next(self._number), place, let_in))
        self._let_in()
        await let_in

    def free_money(self, place: Place) -> None:
        """Take back the money that was kept aside for a place."""
        if place.paid:
            place.paid = False
            self._kept.remove(place.most)  # one of as much is as good as another
        self._let_in()

    def leave(self, place: Place) -> None:
        """Free a place, and its money."""
        if place.taken:
            place.taken = False
            self._free += 1
        self.free_money(place)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Hold while a try is under way. Raises `OutOfBudget` where the till was closed."""
        if self._closed:
            raise OutOfBudget
        self._under_way += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    def close(self) -> None:
        """Let nothing in any more, and no further try be sent."""
        self._closed = self.stopped = True
        self._let_in()

    async def idle(self) -> None:
        """Wait until no try is under way."""
        await self._idle.wait()

    def _let_in(self, gave_way: bool = False) -> None:
        """Let in whom there is room for, in their turn: nobody goes before the first, however little they cost."""
        while self._waiting:
            turn, _, place, let_in = self._waiting[0]
            if not let_in.done():
                if not self.stopped:
                    if not (place.taken or place.guest or self._free):
                        return
                    if turn is Turn.LATER and not gave_way:
                        self._give_way()
                        return
                    if not self._fits(place.most):
                        if self._kept:
                            return
                        self.stopped = True
                if self.stopped:
                    let_in.set_exception(OutOfBudget())
                else:
                    self._take(place)
                    let_in.set_result(None)
            heapq.heappop(self._waiting)

    def _give_way(self) -> None:
        """Look again after some rounds."""
        if not self._giving_way:
            self._giving_way = True
            self._round(ROUNDS)

    def _round(self, left: int) -> None:
        if left:
            asyncio.get_running_loop().call_soon(self._round, left - 1)
        else:
            self._giving_way = False
            self._let_in(gave_way=True)

    def _fits(self, most: float) -> bool:
        return self._limit is None or self.spent + sum(self._kept) + most <= self._limit

    def _take(self, place: Place) -> None:
        if not (place.taken or place.guest):
            place.taken = True
            self._free -= 1
        place.paid = True
        self._kept.append(place.most)
