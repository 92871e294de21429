"""What an endpoint honours is found out by asking, and not by what it says it takes."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.fakes.chat_server import Answer, ChatServer, broken, error, limited
from tests.fakes.judge_server import JudgeServer, at_once, called, form_of
from viva.generate.chat import ChatFailed, ChatReply, ChatRequest
from viva.generate.dialect import Dialect, Format
from viva.generate.endpoint import EndpointChat
from viva.judge.probing import Probe, probe

ALL = ("schema", "tool", "object+schema", "object")
FORMATS = dict(zip([*ALL, ""], Format, strict=True))


async def found(server: ChatServer, logprobs: bool = False, retries: int = 1) -> Probe:
    chat = EndpointChat(server.url, "fake", sleep=at_once, retries=retries)
    try:
        return await probe(chat, logprobs=logprobs)
    finally:
        await chat.close()


@pytest.mark.parametrize("refuses", [0, 400, 422, 500])
@pytest.mark.parametrize("honoured", [*ALL, ""])
async def test_the_strictest_format_that_is_honoured_is_taken(honoured: str, refuses: int) -> None:
    with JudgeServer(honours=[honoured], refuses=refuses) as server:
        result = await found(server)
    assert result.dialect == Dialect(FORMATS[honoured], proven=True)
    # A function that is passed over is asked for within the same call; a server that breaks is asked twice.
    assert len(server.requests) <= (9 if refuses == 500 else 5)
    assert len(result.replies) <= 4


@pytest.mark.parametrize("honours", [("schema", "object"), ("tool", "object"), ("object+schema", "object")])
async def test_of_several_formats_the_strictest_is_taken(honours: Sequence[str]) -> None:
    with JudgeServer(honours=honours) as server:
        assert (await found(server)).dialect.format is FORMATS[honours[0]]


async def test_a_server_that_honours_all_is_asked_once() -> None:
    with JudgeServer(honours=ALL) as server:
        result = await found(server)
    assert (len(server.requests), len(result.replies)) == (1, 1)


@pytest.mark.parametrize(
    "text", ["hello", '"hello"', "{}", '{"reply": "hello"}', "[]", "null", '{"k": ', "<html>", "[" * 100_000]
)
async def test_a_reply_that_may_have_come_by_chance_proves_nothing(text: str) -> None:
    with ChatServer(lambda _: text) as server:
        result = await found(server)
    assert result.dialect.format in (Format.OBJECT, Format.NONE)
    assert (result.dialect.format is Format.OBJECT) == text.startswith(("{}", '{"r'))


async def test_what_no_reply_could_know_is_new_each_time() -> None:
    with JudgeServer() as server:
        await found(server)
        await found(server)
    assert form_of(server.requests[0]) != form_of(server.requests[1])


async def test_thinking_before_the_reply_does_no_harm() -> None:
    def answer(request: dict[str, Any]) -> str:
        ((key, value),) = form_of(request)[1].items()
        return f'<think>{{"a": 1}}</think>\n{{"{key}": "{value["enum"][0]}"}}'

    with ChatServer(answer) as server:
        assert (await found(server)).dialect == Dialect(proven=True)


@pytest.mark.parametrize("fault", [broken(), limited("0"), error(400, "context too long"), Answer(body=b"")])
async def test_a_server_that_does_not_answer_proves_nothing(fault: Answer) -> None:
    with ChatServer(lambda _: fault) as server:
        result = await found(server)
    assert result == Probe(Dialect(), False, ())


async def test_a_wrong_key_is_said_so() -> None:
    with ChatServer(lambda _: error(401)) as server, pytest.raises(ChatFailed, match="the key is wrong"):
        await found(server)


async def test_a_model_that_declines_is_asked_in_another_way() -> None:
    def answer(request: dict[str, Any]) -> Answer | str:
        name, properties = form_of(request)
        if name == "schema":
            return Answer(None, message={"refusal": "no"})
        ((key, value),) = properties.items()
        return called(f'{{"{key}": "{value["enum"][0]}"}}')

    with ChatServer(answer) as server:
        assert (await found(server)).dialect == Dialect(Format.TOOL, proven=True)


async def test_log_probabilities_that_do_not_come_are_not_asked_for_later() -> None:
    with JudgeServer() as server:
        result = await found(server, logprobs=True)
    assert server.requests[0]["top_logprobs"] > 0
    assert (result.logprobs, result.dialect.without) == (False, frozenset({"logprobs"}))


async def test_what_the_calls_taught_beside_the_format_is_kept() -> None:
    with JudgeServer(honours=()) as server:
        server.faults.append(error(400, "use 'max_completion_tokens' instead", param="max_tokens"))
        result = await found(server)
    assert result.dialect == Dialect(Format.NONE, proven=True, limit="max_completion_tokens")


async def test_a_local_model_is_asked_in_plain_text_and_not_probed() -> None:
    class Local:
        name = "local"
        concurrency = 1

        async def reply(self, request: ChatRequest) -> ChatReply:
            raise AssertionError("it was asked")

        async def close(self) -> None:
            """Nothing to close."""

    assert await probe(Local()) == Probe(Dialect(Format.NONE, proven=True), False, ())
