"""A run of calls can be stopped anywhere: what is finished is kept, and nothing finished is asked for again."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from viva.dataset.calls import BadReply, Call, CallLog, CallProgress, Outcome, run_calls
from viva.errors import UserError
from viva.generate.chat import ChatFailed, ChatReply, ChatRequest
from viva.records.synthesis import Prices


class FakeChat:
    """Answers by a function of the last message; a `ChatFailed` that it returns is raised."""

    name = "fake"

    def __init__(self, answer: Callable[[str], str | ChatFailed], concurrency: int = 2) -> None:
        self.answer = answer
        self.concurrency = concurrency
        self.requests: list[ChatRequest] = []
        self.at_once = self.most_at_once = 0

    async def reply(self, request: ChatRequest) -> ChatReply:
        self.requests.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        answer = self.answer(request.messages[-1]["content"])
        if isinstance(answer, ChatFailed):
            raise answer
        reason = "length" if answer.endswith("…") else "stop"
        return ChatReply(answer, reason, prompt_tokens=10, completion_tokens=5, seconds=0.5)

    async def close(self) -> None:
        """Nothing to close."""


def upper(text: str) -> Any:
    if not text.isupper():
        raise BadReply("it is not in capitals")
    return {"said": text}


def calls(*names: str) -> list[Call]:
    return [Call(name, ChatRequest([{"role": "user", "content": name}]), upper) for name in names]


async def run(chat: FakeChat, path: Path, asked: list[Call], **more: Any) -> dict[str, Outcome]:
    with CallLog(path) as log:
        return await run_calls(chat, asked, log, **more)


async def test_outcomes_come_in_the_order_of_the_calls_and_few_at_once(tmp_path: Path) -> None:
    chat = FakeChat(str.upper, concurrency=3)
    names = [f"n{number}" for number in range(20)]
    outcomes = await run(chat, tmp_path / "calls", calls(*names))
    assert list(outcomes) == names
    assert outcomes["n7"].value == {"said": "N7"}
    assert chat.most_at_once == 3


async def test_no_finished_call_is_asked_again(tmp_path: Path) -> None:
    first = await run(FakeChat(str.upper), tmp_path / "calls", calls("a", "b"))
    chat = FakeChat(str.upper)
    again = await run(chat, tmp_path / "calls", calls("a", "b", "c"))
    assert [request.messages[-1]["content"] for request in chat.requests] == ["c"]
    assert {key: again[key] for key in "ab"} == first


async def test_a_call_that_asks_something_else_is_another_call(tmp_path: Path) -> None:
    await run(FakeChat(str.upper), tmp_path / "calls", calls("a"))
    changed = [Call("a", ChatRequest([{"role": "user", "content": "other"}]), upper)]
    outcomes = await run(FakeChat(str.upper), tmp_path / "calls", changed)
    assert outcomes["a"].value == {"said": "OTHER"}


async def test_an_unusable_reply_is_asked_for_again_with_the_reason(tmp_path: Path) -> None:
    chat = FakeChat(lambda last: "GOOD" if "not in capitals" in last else "bad")
    outcomes = await run(chat, tmp_path / "calls", calls("a"))
    assert outcomes["a"].value == {"said": "GOOD"}
    assert (outcomes["a"].attempts, outcomes["a"].prompt_tokens, outcomes["a"].seconds) == (2, 20, 1.0)
    assert [message["role"] for message in chat.requests[1].messages] == ["user", "assistant", "user"]
    assert chat.requests[1].messages[1]["content"] == "bad"


async def test_a_call_without_a_usable_reply_has_failed_for_good(tmp_path: Path) -> None:
    outcomes = await run(FakeChat(lambda _: "x" * 9000 + "…"), tmp_path / "calls", calls("a"), attempts=2)
    failed = outcomes["a"]
    assert failed.failed == "it is not in capitals (it was cut off after 5 tokens)"
    assert (failed.value, failed.attempts, len(failed.reply or "")) == (None, 2, 4000)
    chat = FakeChat(str.upper)
    assert await run(chat, tmp_path / "calls", calls("a")) == outcomes
    assert chat.requests == []


async def test_a_call_without_any_reply_is_asked_again_next_time(tmp_path: Path) -> None:
    down = FakeChat(lambda last: ChatFailed("host: down", retries=5) if last == "b" else last.upper())
    with pytest.raises(UserError) as caught:
        await run(down, tmp_path / "calls", calls("a", "b", "c"))
    assert "1 call to fake brought no reply: host: down" in caught.value.message
    chat = FakeChat(str.upper)
    outcomes = await run(chat, tmp_path / "calls", calls("a", "b", "c"))
    assert [request.messages[-1]["content"] for request in chat.requests] == ["b"]
    assert list(outcomes) == ["a", "b", "c"]


async def test_a_server_that_is_gone_is_not_asked_for_ever(tmp_path: Path) -> None:
    down = FakeChat(lambda _: ChatFailed("host: down"))
    with pytest.raises(UserError, match="brought no reply"):
        await run(down, tmp_path / "calls", calls(*map(str, range(1000))))
    assert len(down.requests) < 10


async def test_a_permanent_failure_ends_the_run(tmp_path: Path) -> None:
    chat = FakeChat(lambda last: ChatFailed("wrong key", permanent=True) if last == "3" else last.upper() + "A")
    with pytest.raises(UserError, match="wrong key"):
        await run(chat, tmp_path / "calls", calls(*map(str, range(100))))
    assert len(chat.requests) < 8
    with CallLog(tmp_path / "calls") as log:
        assert len(log) >= 2


async def test_what_the_server_refuses_is_an_outcome_and_the_rest_goes_on(tmp_path: Path) -> None:
    chat = FakeChat(lambda last: ChatFailed("too long", refused=True) if last in "ac" else last.upper())
    outcomes = await run(chat, tmp_path / "calls", calls("a", "b", "c", "d"))
    assert {key: outcome.failed for key, outcome in outcomes.items()} == {
        "a": "too long",
        "b": None,
        "c": "too long",
        "d": None,
    }


async def test_a_server_that_refuses_everything_leaves_nothing_finished(tmp_path: Path) -> None:
    chat = FakeChat(lambda _: ChatFailed("no such parameter", refused=True))
    with pytest.raises(UserError, match="refused every call: no such parameter"):
        await run(chat, tmp_path / "calls", calls("a", "b"))
    assert list(await run(FakeChat(str.upper), tmp_path / "calls", calls("a", "b"))) == ["a", "b"]


async def test_a_retry_that_grew_too_long_leaves_the_first_reason(tmp_path: Path) -> None:
    chat = FakeChat(lambda last: ChatFailed("too long", refused=True) if "Answer again" in last else "bad")
    outcomes = await run(chat, tmp_path / "calls", calls("a"))
    assert (outcomes["a"].failed, outcomes["a"].prompt_tokens) == ("it is not in capitals", 10)


async def test_progress_counts_calls_tokens_and_spend_of_all_runs(tmp_path: Path) -> None:
    seen: list[CallProgress] = []
    chat = FakeChat(lambda last: "bad" if last.startswith(("x", "That")) else last.upper(), concurrency=1)
    prices = Prices(prompt=1e6, completion=2e6)
    await run(chat, tmp_path / "calls", calls("a", "x"), on_progress=seen.append, prices=prices)
    assert [(p.done, p.total, p.failed, p.retries) for p in seen] == [(1, 2, 0, 0), (2, 2, 1, 2)]
    assert (seen[-1].prompt_tokens, seen[-1].completion_tokens, seen[-1].spend) == (40, 20, 80.0)
    await run(chat, tmp_path / "calls", calls("a", "x", "b"), on_progress=seen.append, prices=prices)
    assert (seen[-1].done, seen[-1].failed, seen[-1].retries, seen[-1].spend) == (3, 1, 2, 100.0)


async def test_two_calls_of_one_name_are_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="named a"):
        await run(FakeChat(str.upper), tmp_path / "calls", calls("a", "a"))


async def test_calls_are_taken_as_there_is_room(tmp_path: Path) -> None:
    taken: list[str] = []

    def stream() -> Any:
        for call in calls(*map(str, range(50))):
            taken.append(call.key)
            yield call

    chat = FakeChat(lambda last: ChatFailed("stop", permanent=True) if last == "4" else last.upper() + "A")
    with CallLog(tmp_path / "calls") as log, pytest.raises(UserError):
        await run_calls(chat, stream(), log)
    assert len(taken) < 10
