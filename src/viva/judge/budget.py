"""Keeping to a budget: no try of a call is sent unless the most it can cost is still there."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from viva.errors import UsageError
from viva.generate.call_log import CallLog
from viva.generate.chat import Chat, ChatFailed, ChatReply, ChatRequest
from viva.generate.endpoint import EndpointChat
from viva.judge.till import OutOfBudget as OutOfBudget
from viva.judge.till import Place, Till, Turn
from viva.records.synthesis import Prices

AROUND = 256
"""Tokens, at most, that a server puts around a conversation: roles, turns, what it says about a schema."""

Lost = Callable[[int, int], None]
"""Takes the most tokens that a lost try can have read and written."""


class PaidChat:
    """A chat whose calls are paid from a budget; `spent` is what they have cost so far.

    A try of a call is sent when what was spent, and the most that this try and those under way can cost, are within
    `limit`; it waits for those under way where it would not fit yet. Where it cannot fit any more it raises
    `OutOfBudget`, and so does every call from then on. A try whose answer was lost
    counts with the most it can have cost, since the server may have charged for it, and is told to `lost` at once.
    Without a `limit` nothing is ever refused. Raises `UsageError` for a limit without prices.
    """

    def __init__(
        self,
        chat: Chat,
        prices: Prices | None,
        limit: float | None = None,
        spent: float = 0.0,
        lost: Lost | None = None,
    ) -> None:
        if limit is not None and prices is None:
            raise UsageError("a budget needs prices", "tell what the model costs a million tokens, or leave the budget")
        self.chat = chat
        self.name = chat.name
        self.concurrency = chat.concurrency
        self._prices = prices
        self._lost = lost
        self._till = Till(limit, chat.concurrency, spent)

    @property
    def spent(self) -> float:
        return self._till.spent

    @property
    def stopped(self) -> bool:
        """Whether nothing more is sent."""
        return self._till.stopped

    @asynccontextmanager
    async def turn(self, request: ChatRequest, turn: Turn) -> AsyncIterator[Place]:
        """Wait for a place among `concurrency`, with the money for `request`; it is the caller's until the end.

        Of those who wait, the ones with an earlier `turn` go first. Raises `OutOfBudget`.
        """
        place = Place(self.most(request))
        try:
            await self._till.enter(place, turn)
            yield place
        finally:
            self._till.leave(place)

    async def reply(self, request: ChatRequest, place: Place | None = None) -> ChatReply:
        """Return the model's reply, paid at the caller's `place` where it has one. Raises `OutOfBudget`, `ChatFailed`.

        Without a place the call goes before all that wait for theirs.
        """
        place = place or Place(self.most(request), guest=True)
        if not place.paid:
            place.most = self.most(request)
        payment = _Payment(self._till, place, lambda: self._tell_lost(request))
        try:
            try:
                reply = await self._reply(request, payment)
            except ChatFailed as error:
                payment.settle(error.lost)
                if error.declined is not None:
                    self._till.spent += self.cost(error.declined) or 0.0
                raise
            payment.settle(reply.lost)
            self._till.spent += self.cost(reply) or 0.0
            return reply
        finally:
            self._till.free_money(place)

    def stop(self) -> None:
        """Send nothing more: calls that wait raise `OutOfBudget`, tries under way go on."""
        self._till.close()

    async def idle(self) -> None:
        """Wait until no try is under way; each ends at the chat's own time-out."""
        await self._till.idle()

    async def close(self) -> None:
        """Close the chat."""
        await self.chat.close()

    def cost(self, reply: ChatReply) -> float | None:
        """Return what a reply costs, None where prices are not known."""
        if self._prices is None:
            return None
        return self._prices.cost(reply.prompt_tokens, reply.completion_tokens)

    def most(self, request: ChatRequest) -> float:
        """Return the most that a try can cost: no token is less than a byte, and the reply ends at its limit."""
        return 0.0 if self._prices is None else self._prices.cost(_most_read(request), request.max_tokens)

    async def _reply(self, request: ChatRequest, payment: "_Payment") -> ChatReply:
        if isinstance(self.chat, EndpointChat):
            return await self.chat.reply(request, payment)
        await payment.before()
        with payment.sending():
            return await self.chat.reply(request)

    def _tell_lost(self, request: ChatRequest) -> None:
        if self._lost is not None:
            self._lost(_most_read(request), request.max_tokens)


class _Payment:
    """What pays for the tries of one call: the most that one can cost is kept aside until it is known what it cost.

    `told` is called with each try that was lost.
    """

    def __init__(self, till: Till, place: Place, told: Callable[[], None]) -> None:
        self._till = till
        self._place = place
        self._told = told
        self._lost = 0

    async def before(self) -> None:
        """Return when the next try may be sent. Raises `OutOfBudget`."""
        await self._till.enter(self._place, Turn.BEGUN)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Hold while a try is under way. Raises `OutOfBudget` where no more is sent."""
        with self._till.sending():
            try:
                yield
            except asyncio.CancelledError:
                self.lost()
                raise

    def lost(self) -> None:
        """Pay for a try whose answer was lost."""
        self._lost += 1
        self._till.spent += self._place.most
        self._told()
        self._till.free_money(self._place)

    def settle(self, lost: int) -> None:
        """Pay for those of the lost tries that are not paid yet."""
        for _ in range(lost - self._lost):
            self.lost()


def charged(prices: Prices, log: CallLog) -> float:
    """Return what the calls of a log have cost, with the most that lost tries can have."""
    return prices.cost(log.prompt_tokens, log.completion_tokens) + lost_cost(prices, log)


def lost_cost(prices: Prices, log: CallLog) -> float:
    """Return the most that the lost tries of a log can have cost."""
    return prices.cost(log.lost_prompt_tokens, log.lost_completion_tokens)


def _most_read(request: ChatRequest) -> int:
    asked = {"messages": list(request.messages), "schema": request.schema, "extra": dict(request.extra)}
    return len(json.dumps(asked, ensure_ascii=False).encode("utf-8", "surrogatepass")) + AROUND
