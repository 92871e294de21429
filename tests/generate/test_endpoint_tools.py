"""Of the functions that a message calls only `reply` is the reply, and several calls of it are all seen."""

from typing import Any

import pytest

from tests.fakes.chat_server import Answer, ChatServer
from tests.fakes.judge_replies import verdict
from tests.fakes.judge_server import RUBRIC, at_once
from viva.generate.chat import ChatFailed, ChatReply, ChatRequest
from viva.generate.dialect import Dialect, Format
from viva.generate.endpoint import EndpointChat
from viva.judge.parsing import read_scores
from viva.records.judging import CallState

ASK = ChatRequest([{"role": "user", "content": "Why?"}], schema={"type": "object"})


def calling(*calls: Any, content: str | None = None) -> Answer:
    return Answer(content, finish_reason="tool_calls", message={"tool_calls": list(calls)})


def call(arguments: Any, name: Any = "reply") -> dict[str, Any]:
    return {"id": "1", "type": "function", "function": {"name": name, "arguments": arguments}}


async def replied(answer: Answer) -> ChatReply:
    with ChatServer(lambda _: answer) as server:
        chat = EndpointChat(server.url, "fake", dialect=Dialect(Format.TOOL, True), sleep=at_once, retries=1)
        try:
            return await chat.reply(ASK)
        finally:
            await chat.close()


@pytest.mark.parametrize(
    ("second", "state"), [(verdict(accuracy=1), CallState.UNREADABLE), (verdict(), CallState.OK)]
)  # fmt: skip
async def test_two_calls_are_two_verdicts(second: str, state: CallState) -> None:
    reply = await replied(calling(call(verdict()), call(second)))
    assert (reply.text, reply.finish_reason) == (f"{verdict()}\n{second}", "stop")
    assert read_scores(reply, RUBRIC, "").state is state


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (calling(call('{"a": 1}', "search"), call('{"a": 2}')), '{"a": 2}'),
        (calling(call({"a": 1}), call('{"a": 2}')), '{"a": 1}\n{"a": 2}'),
        (calling(call(None), call('{"a": 2}')), '\n{"a": 2}'),
        (calling(3, {"function": "x"}, call('{"a": 2}')), '{"a": 2}'),
        (calling(call('{"a": 1}', "search"), content='{"a": 3}'), '{"a": 3}'),
        (calling(call('{"a": 1}', None), content='{"a": 3}'), '{"a": 3}'),
    ],
)
async def test_other_functions_say_nothing(answer: Answer, text: str) -> None:
    assert (await replied(answer)).text.strip() == text.strip()


async def test_a_message_that_calls_another_function_alone_is_no_reply() -> None:
    with pytest.raises(ChatFailed, match="holds no text"):
        await replied(calling(call('{"a": 1}', "search")))
