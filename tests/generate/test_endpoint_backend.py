"""Every text that is asked of a server ends as a generation or as failed with its reason; none is asked for in vain."""

import asyncio
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chat_server import (
    Answer,
    ChatServer,
    broken,
    error,
    half,
    last_message,
    limited,
    malformed,
    no_choices,
    null_content,
    slow,
)
from viva.errors import BadInput, UserError
from viva.generate.endpoint import EndpointChat
from viva.generate.endpoint_backend import check, request_for, write
from viva.generate.tasks import Task, Wanted, Written, wanted
from viva.records.model import Decoding, System
from viva.records.synthesis import Prices

DECODING = Decoding(max_new_tokens=9, repetition_penalty=1.0)


def task(decoding: Decoding = DECODING, examples: Path = Path("none"), **given: Any) -> Task:
    return Task(System("served", "m1", "Now: {question}", decoding), examples, **given)


def rows(count: int, of: Task | None = None) -> Iterator[Wanted]:
    of = of or task()
    return (Wanted(of, f"e{number}", f"question {number}.", 0) for number in range(count))


async def at_once(_: float) -> None:
    """Wait for nothing, but let others go first."""
    await asyncio.sleep(0)


async def ask(
    server: ChatServer, texts: Iterator[Wanted], told: list[Sequence[Written]] | None = None, **options: Any
) -> list[Written]:
    chat = EndpointChat(server.url, "fake", sleep=at_once, **options)
    groups: list[Sequence[Written]] = [] if told is None else told
    try:
        await write(chat, texts, groups.append)
    finally:
        await chat.close()
    return [text for group in groups for text in group]


async def test_a_text_comes_with_its_tokens_and_what_it_cost() -> None:
    priced = task(prices=Prices(1000.0, 10_000.0))
    with ChatServer(lambda request: " so it is \n") as server:
        (text,) = await ask(server, rows(1, priced))
    written = text.generation()
    assert (written.text, written.finish_reason, written.sample, written.failed) == ("so it is", "stop", 0, None)
    assert (written.prompt_tokens, written.completion_tokens) == (3, 3)
    assert written.cost == pytest.approx(0.003 + 0.03)
    assert server.requests[0]["messages"] == [{"role": "user", "content": "Now: question 0."}]


async def test_tokens_are_estimated_where_the_server_counts_none_and_no_price_is_no_cost() -> None:
    with ChatServer(lambda _: Answer("one two three", usage=False)) as server:
        (text,) = await ask(server, rows(1))
    assert (text.prompt_tokens, text.completion_tokens, text.generation().cost) == (5, 5, None)


@pytest.mark.parametrize(
    ("decoding", "sent"),
    [
        (
            DECODING,
            {
                "temperature": 0.0,
                "top_p": 1.0,
                "seed": 0,
                "max_tokens": 9,
                "top_k": 0,
                "repeat_penalty": 1.0,
            },
        ),
        (
            Decoding(7, 0.8, top_p=0.9, top_k=40, repetition_penalty=1.2, seed=5),
            {"temperature": 0.8, "top_p": 0.9, "seed": 5, "max_tokens": 7, "top_k": 40, "repeat_penalty": 1.2},
        ),
    ],
)
async def test_decoding_goes_out_under_the_servers_names_also_what_changes_nothing(
    decoding: Decoding, sent: dict[str, Any]
) -> None:
    takes = {"top_k": "top_k", "repetition_penalty": "repeat_penalty"}
    with ChatServer(lambda _: "so") as server:
        await ask(server, rows(1, task(decoding, takes=takes)))
    assert {key: value for key, value in server.requests[0].items() if key not in ("model", "messages")} == sent


def test_parameters_that_a_server_is_not_known_to_take_are_refused() -> None:
    check(task())
    with pytest.raises(BadInput, match="top_k"):
        check(task(Decoding(top_k=5, repetition_penalty=1.0)))
    with pytest.raises(BadInput, match="repetition_penalty"):
        check(task(Decoding(), takes={"top_k": "top_k"}))


def test_samples_of_an_example_have_seeds_of_their_own() -> None:
    seeds = [
        request_for(Wanted(task(Decoding(seed=seed, repetition_penalty=1.0)), "e1", "How?", sample)).seed
        for seed in range(5)
        for sample in range(5)
    ]
    assert len(set(seeds)) == 25
    assert seeds[0] == 0


FAULTS: list[Answer] = [
    limited("1"), limited(), broken(), slow(3), half(), malformed(), no_choices(), null_content(), Answer(body=b""),
    error(503), error(408),
]  # fmt: skip


async def test_every_row_ends_as_a_text_or_as_failed_with_its_reason_whatever_the_server_does() -> None:
    persistent: dict[str, Callable[[], Answer]] = {
        "question 3.": lambda: limited("0"),
        "question 6.": broken,
        "question 9.": lambda: slow(3),
        "question 12.": half,
        "question 15.": malformed,
        "question 18.": no_choices,
        "question 21.": null_content,
        "question 24.": lambda: error(400, "too long"),
        "question 27.": lambda: Answer("", finish_reason="content_filter"),
        "question 30.": lambda: Answer(None, finish_reason="length"),
        "question 33.": lambda: Answer("cut off", finish_reason="length"),
    }

    passing = deque(FAULTS * 2)

    def answer(request: dict[str, Any]) -> str | Answer:
        fault = persistent.get(last_message(request).removeprefix("Now: "))
        if fault is not None:
            return fault()
        return passing.popleft() if passing else "so"

    with ChatServer(answer) as server:
        found = {text.wanted.question: text for text in await ask(server, rows(40), timeout=0.3, retries=3)}
    assert len(found) == 40
    for question, reason in {
        "question 3.": "HTTP 429",
        "question 6.": "HTTP 500",
        "question 9.": "no answer within 0.3 seconds",
        "question 12.": "no connection",
        "question 15.": "not JSON",
        "question 18.": "holds no text",
        "question 21.": "holds no text",
        "question 24.": "too long",
        "question 27.": "declined",
    }.items():
        failed = found.pop(question)
        assert (failed.text, failed.finish_reason, failed.generation().cost) == ("", "failed", None)
        assert reason in (failed.failed or "")
        assert len(failed.failed or "") <= 300
        assert "\n" not in (failed.failed or "")
    assert (found["question 30."].text, found["question 30."].finish_reason) == ("", "length")
    assert (found["question 33."].text, found["question 33."].finish_reason) == ("cut off", "length")
    others = [text for text in found.values() if text.finish_reason != "length"]
    assert all((text.text, text.finish_reason) == ("so", "stop") or text.failed for text in others)
    assert sum(text.failed is None for text in others) >= 20


async def test_rows_are_read_as_there_is_room_to_ask_and_no_more_calls_than_allowed_are_under_way() -> None:
    read, under_way, most, lock = 0, 0, 0, threading.Lock()
    ahead = []

    def texts() -> Iterator[Wanted]:
        nonlocal read
        for each in rows(60):
            read += 1
            ahead.append(read - len(server.requests))
            yield each

    def answer(request: dict[str, Any]) -> str:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.005)
        with lock:
            under_way -= 1
        return "so"

    with ChatServer(answer) as server:
        assert len(await ask(server, texts(), concurrency=5)) == 60
    assert most <= 5
    assert max(ahead) <= 6


async def test_a_finished_text_is_handed_on_before_the_others_end() -> None:
    told: list[Sequence[Written]] = []
    first = threading.Event()

    def answer(request: dict[str, Any]) -> str:
        if "question 0." not in last_message(request):
            first.wait(20)
        return "so"

    def hand_on(texts: Sequence[Written]) -> None:
        told.append(texts)
        first.set()

    with ChatServer(answer) as server:
        chat = EndpointChat(server.url, "fake", concurrency=4)
        await write(chat, rows(4), hand_on)
        await chat.close()
    assert [text.wanted.example_id for text in told[0]] == ["e0"]
    assert sum(len(group) for group in told) == 4


async def test_texts_are_handed_on_in_groups() -> None:
    told: list[Sequence[Written]] = []
    with ChatServer(lambda _: "so") as server:
        await ask(server, rows(200), told)
    assert max(len(group) for group in told) <= 64
    assert len(told) < 100


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_server_that_will_never_answer_is_left_alone(status: int) -> None:
    answer = error(status, "go away")
    with ChatServer(lambda _: answer) as server, pytest.raises(UserError, match=f"HTTP {status}") as caught:
        await ask(server, rows(500), concurrency=4)
    assert len(server.requests) <= 4
    assert "\n" not in caught.value.message


async def test_what_was_written_before_is_handed_on_when_credit_runs_out() -> None:
    told: list[Sequence[Written]] = []
    server = ChatServer(lambda _: error(402) if len(server.requests) > 50 else "so")
    with server, pytest.raises(UserError, match="402"):
        await ask(server, rows(500), told, concurrency=4)
    texts = [text for group in told for text in group]
    assert len(texts) == 50
    assert all(text.failed is None for text in texts)
    assert len(server.requests) <= 54


@pytest.mark.parametrize("answer", [broken(), error(400, "no such parameter")])
async def test_a_server_that_fails_call_after_call_is_not_asked_for_all_the_rest(answer: Answer) -> None:
    told: list[Sequence[Written]] = []
    with ChatServer(lambda _: answer) as server, pytest.raises(UserError, match="in a row"):
        await ask(server, rows(500), told, concurrency=2, retries=1)
    failed = [text for group in told for text in group]
    assert 5 <= len(failed) <= 7
    assert all(text.failed for text in failed)


async def test_a_server_that_answers_may_refuse_as_many_as_it_likes() -> None:
    def answer(request: dict[str, Any]) -> str | Answer:
        return "so" if "question 0." in last_message(request) else error(400, "too long")

    with ChatServer(answer) as server:
        texts = await ask(server, rows(60), concurrency=1)
    assert [text.failed is None for text in texts] == [True] + [False] * 59


async def test_a_reader_that_has_gone_ends_the_calls() -> None:
    def gone(_: Sequence[Written]) -> None:
        raise BrokenPipeError

    with ChatServer(lambda _: "so") as server:
        chat = EndpointChat(server.url, "fake", concurrency=2)
        with pytest.raises(BrokenPipeError):
            await write(chat, rows(100_000), gone)
        await chat.close()
    assert len(server.requests) < 5000


async def test_a_file_that_breaks_off_ends_the_calls_with_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    good = json.dumps({"example_id": "e1", "question": "How?", "samples": [0, 2]})
    file.write_text(f"{good}\n{{torn", "utf-8")
    told: list[Sequence[Written]] = []
    with ChatServer(lambda _: "so") as server, pytest.raises(BadInput, match="line 2"):
        await ask(server, wanted([task(examples=file)]), told)
    assert {text.wanted.sample for group in told for text in group} <= {0, 2}


def test_a_text_is_asked_for_at_the_temperature_of_its_system_or_not_at_all() -> None:
    assert request_for(next(rows(1))).exact
