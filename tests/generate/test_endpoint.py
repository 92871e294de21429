"""A server is asked again where that helps, told apart from one that never will answer, and never told on."""

import json
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import pytest

from tests.fakes.chat_server import (
    Answer,
    ChatServer,
    broken,
    error,
    half,
    limited,
    malformed,
    no_choices,
    null_content,
    slow,
)
from viva.errors import UsageError
from viva.generate.chat import ChatFailed, ChatReply, ChatRequest
from viva.generate.endpoint import EndpointChat

HELLO = ChatRequest([{"role": "user", "content": "say hello to me"}], max_tokens=7, temperature=0.5, seed=3)
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
STRUCTURED = ChatRequest(HELLO.messages, schema=SCHEMA)
NOW = 1_700_000_000.0


class Asked:
    """What asking brought: replies or the failure, and the seconds that were waited."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waited.append(round(seconds, 3))

    async def ask(self, server: ChatServer, *requests: ChatRequest, **options: Any) -> list[ChatReply]:
        chat = EndpointChat(
            options.pop("url", server.url),
            "fake",
            options.pop("api_key", None),
            sleep=self.sleep,
            clock=lambda: NOW + sum(self.waited),
            jitter=lambda: 1.0,
            **options,
        )
        try:
            return [await chat.reply(request) for request in requests or [HELLO]]
        finally:
            await chat.close()


async def failed(server: ChatServer, **options: Any) -> ChatFailed:
    with pytest.raises(ChatFailed) as caught:
        await Asked().ask(server, **options)
    return caught.value


async def test_a_reply_comes_with_its_tokens() -> None:
    with ChatServer(lambda _: "hello to you") as server:
        (reply,) = await Asked().ask(server)
    assert (reply.text, reply.finish_reason) == ("hello to you", "stop")
    assert (reply.prompt_tokens, reply.completion_tokens, reply.estimated, reply.retries) == (4, 3, False, 0)
    assert server.requests == [
        {"model": "fake", "messages": HELLO.messages, "max_tokens": 7, "temperature": 0.5, "seed": 3}
    ]


async def test_tokens_that_the_server_does_not_count_are_estimated_and_marked() -> None:
    with ChatServer(lambda _: Answer("one two three", usage=False)) as server:
        (reply,) = await Asked().ask(server)
    assert (reply.prompt_tokens, reply.completion_tokens, reply.estimated) == (6, 5, True)


@pytest.mark.parametrize(
    "fault", [broken(), malformed(), half(), no_choices(), null_content(), Answer(body=b""), Answer(body=b"[1]")]
)
async def test_what_went_wrong_once_is_tried_again(fault: Answer) -> None:
    with ChatServer(lambda _: "hello") as server:
        server.faults.extend([fault, fault])
        asked = Asked()
        (reply,) = await asked.ask(server)
    assert (reply.text, reply.retries, asked.waited) == ("hello", 2, [0.5, 1.0])


async def test_a_slow_server_is_given_up_on_and_asked_again() -> None:
    with ChatServer(lambda _: "hello") as server:
        server.faults.append(slow(5))
        (reply,) = await Asked().ask(server, timeout=0.2)
    assert (reply.text, reply.retries) == ("hello", 1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.25", 0.25),
        (formatdate(NOW + 30, usegmt=True), 30.0),
        (formatdate(NOW - 30, usegmt=True), 0.0),
        ("86400", 120.0),
        ("soon", 0.5),
        ("nan", 0.5),
        (None, 0.5),
    ],
)
async def test_a_server_that_is_busy_is_asked_when_it_says(header: str | None, seconds: float) -> None:
    with ChatServer(lambda _: "hello") as server:
        server.faults.append(limited(header))
        asked = Asked()
        await asked.ask(server)
    assert sum(asked.waited) == seconds


async def test_a_busy_server_is_left_alone_by_all_calls() -> None:
    with ChatServer(lambda _: "hello") as server:
        chat = EndpointChat(server.url, "fake", sleep=(asked := Asked()).sleep, clock=lambda: NOW)
        server.faults.append(limited("9"))
        await chat.reply(HELLO)
        await chat.reply(HELLO)
        await chat.close()
    assert asked.waited == [9.0, 9.0]


@pytest.mark.parametrize("fault", [broken(), malformed(), half(), limited("1")])
async def test_after_its_retries_a_call_has_failed_but_may_work_later(fault: Answer) -> None:
    with ChatServer(lambda _: fault) as server:
        error = await failed(server, retries=2)
    assert (error.permanent, error.refused, error.retries) == (False, False, 2)
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [401, 402, 403, 404])
async def test_a_wrong_key_or_model_is_permanent(status: int) -> None:
    with ChatServer(lambda _: error(status, "go away")) as server:
        caught = await failed(server)
    assert (caught.permanent, caught.retries, len(server.requests)) == (True, 0, 1)
    assert f"HTTP {status}" in caught.message
    assert "go away" in caught.message


async def test_spent_credit_is_permanent_though_it_looks_like_a_limit() -> None:
    with ChatServer(lambda _: error(429, "no credit", code="insufficient_quota")) as server:
        assert (await failed(server)).permanent


async def test_a_wrong_path_is_named_with_what_to_check() -> None:
    with ChatServer(lambda _: "hello") as server:
        caught = await failed(server, url=server.url.removesuffix("/v1"))
    assert "/v1" in caught.message


@pytest.mark.parametrize(
    "answer", [error(400, "too long"), error(413), Answer(None, message={"refusal": "I will not"})]
)
async def test_what_the_server_does_not_take_is_refused_once(answer: Answer) -> None:
    with ChatServer(lambda _: answer) as server:
        caught = await failed(server)
    assert (caught.refused, caught.permanent, len(server.requests)) == (True, False, 1)


async def test_a_model_that_thinks_up_to_its_limit_has_written_nothing() -> None:
    with ChatServer(lambda _: Answer(None, finish_reason="length")) as server:
        (reply,) = await Asked().ask(server)
    assert (reply.text, reply.finish_reason) == ("", "length")


async def test_a_server_that_is_not_there_is_said_so() -> None:
    with ChatServer(lambda _: "") as server:
        url = server.url
    caught = await failed(server, url=url, retries=1)
    assert "no connection" in caught.message
    assert not caught.permanent


@pytest.mark.parametrize("url", ["", "ollama", "ftp://host", "http://", "http://ann:pw@host/v1", "http://host/?key=1"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        EndpointChat(url, "fake")


@pytest.mark.parametrize("status", [400, 401, 500])
async def test_the_key_is_sent_and_never_shown(status: int) -> None:
    key = "sk-very-secret"
    echo = error(status, "x" * 190 + f" your key {key} is bad " + key * 50)
    with ChatServer(lambda _: echo) as server:
        caught = await failed(server, api_key=key, retries=1)
        chat = EndpointChat(server.url, "fake", key)
        await chat.close()
    assert server.headers[0]["authorization"] == f"Bearer {key}"
    shown = f"{caught!r} {caught} {caught.__cause__!r} {chat!r}"
    assert "secret" not in shown
    assert "sk-" not in shown


async def test_without_a_key_none_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-somebody-else")
    with ChatServer(lambda _: "hello") as server:
        await Asked().ask(server)
    assert "authorization" not in server.headers[0]


async def test_a_proxy_is_not_asked_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with ChatServer(lambda _: "hello") as server:
        assert (await Asked().ask(server, retries=0))[0].text == "hello"


def form_of(request: dict[str, Any]) -> str | None:
    form = request.get("response_format")
    if "tools" in request:
        return "tool"
    return form and form["type"] + ("+schema" if "schema" in form else "")


def server_that_takes(*forms: str | None, status: int) -> Callable[[dict[str, Any]], str | Answer]:
    def answer(request: dict[str, Any]) -> str | Answer:
        if form_of(request) not in forms:
            return error(status, "response_format is not supported")
        return called("{}") if "tools" in request else "{}"

    return answer


def called(arguments: Any) -> Answer:
    function = {"name": "reply", "arguments": arguments}
    calls = [{"id": "1", "type": "function", "function": function}]
    return Answer(None, finish_reason="tool_calls", message={"tool_calls": calls})


TRIES = ["json_schema", "tool", "json_object+schema", "json_object", None]


@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize("taken", TRIES)
async def test_the_strictest_format_that_works_is_remembered(taken: str | None, status: int) -> None:
    with ChatServer(server_that_takes(taken, None, status=status)) as server:
        await Asked().ask(server, STRUCTURED, STRUCTURED, HELLO, STRUCTURED)
    names = [form_of(request) for request in server.requests]
    # A server that breaks is asked twice before the format is blamed.
    refused = TRIES[: TRIES.index(taken)]
    first = [name for name in refused for _ in range(2 if status == 500 else 1)]
    assert names == [*first, taken, taken, None, taken]


async def test_a_schema_goes_out_whole() -> None:
    with ChatServer(lambda _: "{}") as server:
        await Asked().ask(server, STRUCTURED)
    form = server.requests[0]["response_format"]
    assert form == {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA}}


async def test_a_refusal_of_something_else_does_not_cost_the_format() -> None:
    with ChatServer(lambda _: "{}") as server:
        asked = Asked()
        await asked.ask(server, STRUCTURED)
        server.faults.append(error(400, "too long"))
        chat_forms = len(server.requests)
        with pytest.raises(ChatFailed):
            await asked.ask(server, HELLO)
        assert len(server.requests) == chat_forms + 1


@pytest.mark.parametrize(
    ("refused", "answer"),
    [
        ("max_tokens", error(400, "use 'max_completion_tokens' instead", param="max_tokens")),
        ("temperature", error(400, "unsupported value", param="temperature")),
        ("seed", error(422, "unsupported", param="seed")),
    ],
)
async def test_a_parameter_that_a_server_does_not_know_is_left_out(refused: str, answer: Answer) -> None:
    with ChatServer(lambda request: answer if refused in request else "hello") as server:
        await Asked().ask(server, HELLO, HELLO)
    assert [refused in request for request in server.requests] == [True, False, False]
    assert "max_tokens" in server.requests[-1] or server.requests[-1]["max_completion_tokens"] == 7


async def test_a_text_that_must_be_exact_is_not_drawn_at_another_temperature() -> None:
    answer = error(400, "unsupported value", param="temperature")
    request = replace(HELLO, exact=True)
    with ChatServer(lambda _: answer) as server, pytest.raises(ChatFailed, match="unsupported value"):
        await Asked().ask(server, request)
    assert len(server.requests) == 1


async def test_halves_of_characters_neither_go_out_nor_come_in() -> None:
    body = json.dumps({"choices": [{"message": {"content": "\ud83d\ude00 \ud800!"}}]}).encode()
    request = ChatRequest([{"role": "user", "content": "a \udcff b"}])
    with ChatServer(lambda _: Answer(body=body)) as server:
        (reply,) = await Asked().ask(server, request)
    assert reply.text == "😀 \ufffd!"
    assert server.requests[0]["messages"][0]["content"] == "a \ufffd b"


@pytest.mark.parametrize("reason", ["error", "abort", "cancelled"])
async def test_a_text_at_which_the_server_broke_off_is_no_reply(reason: str) -> None:
    with ChatServer(lambda _: "whole") as server:
        server.faults.append(Answer("half a", finish_reason=reason))
        [reply] = await Asked().ask(server)
    assert (reply.text, reply.retries) == ("whole", 1)


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_a_server_that_has_answered_refuses_a_single_request_only(status: int) -> None:
    with ChatServer(lambda _: "so") as server:
        chat = EndpointChat(server.url, "fake")
        await chat.reply(HELLO)
        server.faults.append(error(status, "flagged"))
        with pytest.raises(ChatFailed) as caught:
            await chat.reply(HELLO)
        assert (caught.value.permanent, caught.value.refused) == (False, True)
        server.faults.append(error(401, "the key has expired"))
        with pytest.raises(ChatFailed) as caught:
            await chat.reply(HELLO)
        await chat.close()
    assert caught.value.permanent


async def test_a_top_p_that_changes_nothing_is_left_out_where_the_server_takes_none() -> None:
    def answer(request: dict[str, Any]) -> str | Answer:
        return error(400, "no", param="top_p") if "top_p" in request else "so"

    for top_p, brings in ((1.0, True), (0.9, False)):
        request = replace(HELLO, top_p=top_p, exact=True)
        with ChatServer(answer) as server:
            if brings:
                [reply] = await Asked().ask(server, request)
                assert reply.text == "so"
            else:
                with pytest.raises(ChatFailed):
                    await Asked().ask(server, request)
