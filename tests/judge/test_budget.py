"""What may be spent is never exceeded, and none of it is kept back for longer than a call is under way."""

import asyncio

import pytest

from viva.errors import UsageError
from viva.generate.chat import ChatFailed, ChatReply, ChatRequest
from viva.judge.budget import OutOfBudget, PaidChat
from viva.records.synthesis import Prices

ASK = ChatRequest([{"role": "user", "content": "Why?"}], max_tokens=100)
PRICES = Prices(0.0, 1e6)
"""Each token of a reply costs 1."""


class FakeChat:
    """Answers with so many tokens, or fails; keeps how many calls were under way at once."""

    name = "fake"
    concurrency = 4

    def __init__(self, *outcomes: int | ChatFailed) -> None:
        self.outcomes = list(outcomes)
        self.at_once = self.most_at_once = self.calls = 0

    async def reply(self, request: ChatRequest) -> ChatReply:
        self.calls += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        outcome = self.outcomes.pop(0) if self.outcomes else 10
        if isinstance(outcome, ChatFailed):
            raise outcome
        return ChatReply("so", "stop", 3, outcome, 0.1)

    async def close(self) -> None:
        """Nothing to close."""


async def ask(chat: PaidChat, times: int) -> int:
    """Ask so often at once; return how many calls were not sent."""
    outcomes = await asyncio.gather(*(chat.reply(ASK) for _ in range(times)), return_exceptions=True)
    return sum(isinstance(outcome, OutOfBudget) for outcome in outcomes)


async def test_without_a_budget_all_is_asked_at_once_and_counted() -> None:
    chat = PaidChat(fake := FakeChat(), PRICES)
    assert await ask(chat, 20) == 0
    assert (chat.spent, fake.most_at_once) == (200.0, 20)


async def test_calls_wait_for_one_another_rather_than_end_early() -> None:
    # A call costs 10, and 100 at most: two at a time have room, until only 95 are left.
    chat = PaidChat(fake := FakeChat(), PRICES, limit=215.0)
    assert await ask(chat, 50) == 50 - 12
    assert (chat.spent, fake.calls, fake.most_at_once, chat.stopped) == (120.0, 12, 2, True)


async def test_a_budget_that_has_ended_stays_ended() -> None:
    chat = PaidChat(FakeChat(), PRICES, limit=99.0)
    assert await ask(chat, 1) == 1
    with pytest.raises(OutOfBudget):
        await chat.reply(ChatRequest([], max_tokens=1))


async def test_what_was_spent_before_counts() -> None:
    chat = PaidChat(FakeChat(), PRICES, limit=200.0, spent=95.0)
    assert await ask(chat, 5) == 4


async def test_a_try_that_may_have_been_charged_for_counts_with_the_most_it_can_cost() -> None:
    lost = ChatFailed("gone", lost=2)
    declined = ChatFailed("no", refused=True, declined=ChatReply("no", "stop", 3, 7, 0.1))
    chat = PaidChat(FakeChat(lost, declined, ChatFailed("busy")), PRICES)
    await ask(chat, 3)
    assert chat.spent == 207.0


def test_the_most_that_a_call_costs_is_no_less_than_any_tokenizer_makes_of_it() -> None:
    request = ChatRequest([{"role": "user", "content": "異常\ud800"}], max_tokens=5, schema={"a": "b" * 50})
    chat = PaidChat(FakeChat(), Prices(1e6, 1e6))
    assert chat.most(request) > 9 + 50 + 5
    assert PaidChat(FakeChat(), None).most(request) == 0


def test_a_budget_needs_prices() -> None:
    with pytest.raises(UsageError, match="prices"):
        PaidChat(FakeChat(), None, limit=1.0)
