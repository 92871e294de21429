"""How many calls a server is sent at once: as many as allowed, fewer while it turns some away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

CUT = 0.85
"""The share of its calls that a server which turned one away is sent from then on."""
GROWTH = 0.5
"""So many more at once after each round of answers, until it turns one away again."""


class Pace:
    """Lets `most` calls through at a time, or as many as the server has shown to take.

    It creeps up on the server's own limit and steps back from it, as TCP does (additive increase, multiplicative
    decrease), so that a limit nobody knows costs few refusals and little time.
    """

    def __init__(self, most: int) -> None:
        self._most = float(max(1, most))
        self._limit = self._most
        self._under_way = 0
        self._number = 0
        self._cut_at = 0
        self._free = asyncio.Condition()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[int]:
        """Wait for room to call, and give the call's number; there is room again at the end."""
        async with self._free:
            await self._free.wait_for(lambda: self._under_way < int(self._limit))
            self._under_way += 1
        self._number += 1
        try:
            yield self._number
        finally:
            self._under_way -= 1
            async with self._free:
                self._free.notify_all()

    def answered(self) -> None:
        """Take in that a call was answered."""
        self._limit = min(self._most, self._limit + GROWTH / self._limit)

    def turned_away(self, number: int) -> None:
        """Take in that the call with this number was one too many; calls that left before the last cut say nothing."""
        if number > self._cut_at:
            self._limit = max(1.0, self._limit * CUT)
            self._cut_at = self._number
