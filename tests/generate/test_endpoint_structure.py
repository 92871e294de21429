"""Structured replies and log-probabilities are asked for as the server takes them, and read as it gives them."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.chat_server import Answer, ChatServer, error
from viva.generate.chat import ChatFailed, ChatReply, ChatRequest, TokenChoices
from viva.generate.dialect import Dialect, Format
from viva.generate.endpoint import EndpointChat

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
ASK = ChatRequest([{"role": "user", "content": "Why?"}], schema=SCHEMA)


async def no_wait(_: float) -> None:
    """Go on at once."""


async def asked(
    server: ChatServer, *requests: ChatRequest, dialect: Dialect | None = None, **options: Any
) -> tuple[list[ChatReply], Dialect]:
    chat = EndpointChat(server.url, "fake", dialect=dialect, sleep=no_wait, **options)
    try:
        return [await chat.reply(request) for request in requests], chat.dialect
    finally:
        await chat.close()


def called(arguments: Any, content: str | None = None, reason: str = "tool_calls") -> Answer:
    function = {"name": "reply", "arguments": arguments}
    calls = [{"id": "1", "type": "function", "function": function}]
    return Answer(content, finish_reason=reason, message={"tool_calls": calls})


async def test_a_function_that_must_be_called_has_the_schema_and_gives_the_reply() -> None:
    with ChatServer(lambda _: called('{"a": "so"}')) as server:
        (reply,), dialect = await asked(server, ASK, dialect=Dialect(Format.TOOL))
    (request,) = server.requests
    assert request["tools"][0]["function"]["parameters"] == SCHEMA
    assert request["tool_choice"] == {"type": "function", "function": {"name": "reply"}}
    assert "response_format" not in request
    assert (reply.text, reply.finish_reason, reply.asked_as) == ('{"a": "so"}', "stop", "tool")
    assert dialect == Dialect(Format.TOOL, proven=True)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (called({"a": "so"}), '{"a": "so"}'),
        (called(None), ""),
        (called(""), ""),
        (called('{"a": "s', reason="length"), '{"a": "s'),
        (Answer('{"a": "so"}'), '{"a": "so"}'),
    ],
)
async def test_whatever_comes_where_functions_are_known_to_be_called_is_the_reply(answer: Answer, text: str) -> None:
    with ChatServer(lambda _: answer) as server:
        (reply,), _ = await asked(server, ASK, dialect=Dialect(Format.TOOL, proven=True))
    assert reply.text == text


async def test_a_server_that_passes_functions_over_is_asked_in_another_way() -> None:
    with ChatServer(lambda _: '{"a": "so"}') as server:
        (reply, _), dialect = await asked(server, ASK, ASK, dialect=Dialect(Format.TOOL))
    assert dialect == Dialect(Format.OBJECT_WITH_SCHEMA, proven=True)
    assert (reply.asked_as, reply.retries, reply.lost) == ("schema", 0, 1)
    assert ["tools" in request for request in server.requests] == [True, False, False]


@pytest.mark.parametrize(
    ("form", "word"),
    [
        (Format.SCHEMA, "schema"),
        (Format.OBJECT_WITH_SCHEMA, "schema"),
        (Format.OBJECT, "object"),
        (Format.NONE, "text"),
    ],
)
async def test_a_reply_tells_how_it_was_asked_for(form: Format, word: str) -> None:
    with ChatServer(lambda _: "{}") as server:
        replies, _ = await asked(server, ASK, replace(ASK, schema=None), dialect=Dialect(form, proven=True))
    assert [reply.asked_as for reply in replies] == [word, "text"]


LIKELY = [{"token": "4", "logprob": -0.1}, {"token": "5", "logprob": -3}]
LOGPROBS = {
    "content": [
        {"token": "4", "logprob": -0.1, "top_logprobs": LIKELY},
        {"token": "\ud800", "logprob": 0, "top_logprobs": [{"token": "x", "logprob": math.nan}]},
    ]
}


def with_logprobs(value: Any) -> Answer:
    choice = {"message": {"content": "4"}, "finish_reason": "stop", "logprobs": value}
    return Answer(body=json.dumps({"choices": [choice]}).encode())


async def test_log_probabilities_come_where_they_are_wanted() -> None:
    with ChatServer(lambda _: with_logprobs(LOGPROBS)) as server:
        (told, untold), _ = await asked(server, replace(ASK, logprobs=4), ASK)
    first, second = server.requests
    assert (first["logprobs"], first["top_logprobs"]) == (True, 4)
    assert "logprobs" not in second
    assert told.logprobs == (
        TokenChoices("4", (("4", -0.1), ("5", -3.0))),
        TokenChoices("\ufffd", (("x", -math.inf),)),
    )
    assert untold.logprobs is None


@pytest.mark.parametrize("value", [None, {}, {"content": None}, {"content": []}, {"content": [3]}, "no", [1]])
async def test_log_probabilities_that_cannot_be_read_are_none(value: Any) -> None:
    with ChatServer(lambda _: with_logprobs(value)) as server:
        (reply,), _ = await asked(server, replace(ASK, logprobs=4))
    assert (reply.text, reply.logprobs) == ("4", None)


@pytest.mark.parametrize(
    "answer",
    [error(400, "no such thing", param="top_logprobs"), error(422, "logprobs are not supported with this model")],
)
async def test_a_server_that_refuses_log_probabilities_is_asked_without_from_then_on(answer: Answer) -> None:
    with ChatServer(lambda request: answer if "logprobs" in request else "{}") as server:
        (reply, _), dialect = await asked(server, replace(ASK, logprobs=4), replace(ASK, logprobs=4))
    assert reply.logprobs is None
    assert dialect == Dialect(proven=True, without=frozenset({"logprobs"}))
    assert len(server.requests) == 3


async def test_what_a_model_says_that_declines_is_told_with_its_tokens() -> None:
    with (
        ChatServer(lambda _: Answer(None, message={"refusal": "I will not"})) as server,
        pytest.raises(ChatFailed, match="I will not") as caught,
    ):
        await asked(server, ASK)
    declined = caught.value.declined
    assert declined is not None
    assert (declined.text, declined.prompt_tokens, caught.value.refused) == ("I will not", 1, True)


async def test_what_a_filter_held_back_is_told_with_what_came_through() -> None:
    with (
        ChatServer(lambda _: Answer("one", finish_reason="content_filter")) as server,
        pytest.raises(ChatFailed, match="content_filter") as caught,
    ):
        await asked(server, ASK)
    declined = caught.value.declined
    assert declined is not None
    assert (declined.text, declined.finish_reason, declined.completion_tokens) == ("one", "content_filter", 1)


async def test_tries_that_may_have_been_charged_for_are_counted() -> None:
    with ChatServer(lambda _: "{}") as server:
        server.faults.extend([Answer("cut", half=True), error(500), error(429), Answer(body=b"<html>")])
        (reply,), _ = await asked(server, ASK)
    assert (reply.retries, reply.lost) == (4, 2)


@pytest.mark.parametrize("form", Format)
def test_a_dialect_is_the_same_after_it_was_stored(form: Format) -> None:
    dialect = Dialect(form, True, "max_completion_tokens", frozenset({"seed", "logprobs"}))
    assert Dialect.from_json(json.loads(json.dumps(dialect.to_json()))) == dialect


def test_a_format_that_is_not_known_is_found_out_anew() -> None:
    stored = {"format": "grammar", "proven": True, "limit": "max_completion_tokens", "without": ["seed"]}
    assert Dialect.from_json(stored) == Dialect(limit="max_completion_tokens", without=frozenset({"seed"}))
    assert Dialect.from_json({}) == Dialect()
