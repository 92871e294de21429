"""However a server misbehaves, each call ends in the right state, and nothing becomes a wrong number."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chat_server import (
    Answer,
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
from tests.fakes.judge_replies import CASES, GOOD, NAMES, NOTHING, TEXT, verdict
from tests.fakes.judge_server import (
    DROPPED,
    JudgeServer,
    Told,
    called,
    configure,
    judged,
    run,
    score_row,
    shipped_prompts,
    told,
)
from viva.generate import endpoint
from viva.judge.asking import AGAIN
from viva.records.judging import CallState


@dataclass(frozen=True)
class Fault:
    """What a server sends instead of an answer that can be read, and how a call ends that gets nothing else."""

    name: str
    answer: Answer
    state: CallState = CallState.FAILED
    tries: int = 2


FAULTS = [
    Fault("busy", limited()),
    Fault("busy, with a time", limited("0")),
    Fault("busy, with a date gone by", limited("Wed, 21 Oct 2015 07:28:00 GMT")),
    Fault("busy, with nonsense", limited("soon")),
    Fault("broken", broken()),
    Fault("bad gateway", Answer(status=502, body=b"<html>Bad gateway</html>")),
    Fault("overloaded", error(503, "overloaded")),
    Fault("time-out of the server", error(408)),
    Fault("conflict", error(409)),
    Fault("slow", slow(60)),
    Fault("dropped", DROPPED),
    Fault("half a body", half()),
    Fault("web page", malformed()),
    Fault("empty body", Answer(body=b"")),
    Fault("white space", Answer(body=b" \n")),
    Fault("not JSON", Answer(body=b"{'choices': []}")),
    Fault("a list", Answer(body=b"[1]")),
    Fault("null", Answer(body=b"null")),
    Fault("a number", Answer(body=b"5")),
    Fault("a verdict without its wrapping", Answer(body=verdict().encode())),
    Fault("error in an answer that succeeds", Answer(body=b'{"error": {"message": "overloaded"}}')),
    Fault("no choices", no_choices()),
    Fault("choices that are none", Answer(body=b'{"choices": {"message": 5}}')),
    Fault("no message", Answer(body=b'{"choices": [{"finish_reason": "stop"}]}')),
    Fault("no content", Answer(body=b'{"choices": [{"message": {"role": "assistant"}}]}')),
    Fault("null content", null_content()),
    Fault("content that is a number", Answer(body=b'{"choices": [{"message": {"content": 5}}]}')),
    Fault(
        "bytes that are no text",
        Answer(body=b'{"choices": [{"message": {"content": "\xff\xfe"}}]}'),
        CallState.UNREADABLE,
        1,
    ),
    Fault("deep", Answer(body=b"[" * 200_000)),
    Fault("refusal of the model", Answer(None, message={"refusal": "I will not"}), CallState.REFUSED, 1),
    Fault("refusal beside a verdict", Answer(verdict(), message={"refusal": "no"}), CallState.REFUSED, 1),
    Fault("filtered, with a verdict", Answer(verdict(), finish_reason="content_filter"), CallState.REFUSED, 1),
    Fault("filtered, with nothing", Answer(None, finish_reason="content_filter"), CallState.REFUSED, 1),
    Fault("too long", error(400, "context length exceeded"), CallState.FAILED, 1),
    Fault("too large", error(413), CallState.FAILED, 1),
    Fault("not understood", error(422, "no"), CallState.FAILED, 1),
    Fault("thought up to its limit", Answer(None, finish_reason="length"), CallState.EMPTY, 1),
]


@pytest.fixture(autouse=True, scope="module")
def _soon() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(endpoint, "FIRST_PAUSE", 0.01)
        yield


def values_of(found: Told, number: int) -> dict[str, float | None]:
    return found.values(f"g{number}")


def call_of(found: Told, number: int) -> dict[str, Any]:
    (call,) = (call for call in found.calls.values() if call["example_id"] == f"e{number}")
    return call


def number_in(request: dict[str, Any]) -> int:
    """Return which of the rows a request is about."""
    text = last_message(request)
    return int(text[text.index("about row ") + 10 :].split(" ")[0])


def rows(count: int) -> list[dict[str, Any]]:
    return [score_row(n, question=f"What about row {n} here?", text=TEXT) for n in range(count)]


def replied(folder: Path, good: str | None, **more: Any) -> Told:
    """Return what is told where each row gets the reply of its case, and from then on the good one."""
    seen: Counter[int] = Counter()

    def answer(request: dict[str, Any]) -> str | Answer:
        number = number_in(request)
        seen[number] += 1
        case = CASES[number]
        return Answer(case.content, finish_reason=case.finish_reason) if good is None or seen[number] == 1 else good

    with JudgeServer(answer, honours=["schema" if good is None else "tool"]) as server:
        return told(judged(configure(folder, server.url, rows(len(CASES)), prompts=shipped_prompts(), **more)))


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What is told where each reply stands for itself."""
    return replied(tmp_path_factory.mktemp("once"), None)


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What is told where a good reply follows, if it is asked for again."""
    return replied(tmp_path_factory.mktemp("again"), verdict(), settings={"attempts": 3})


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_a_reply_ends_in_its_state_with_no_wrong_number(number: int, once: Told) -> None:
    case = CASES[number]
    assert values_of(once, number) == case.values
    call = call_of(once, number)
    assert (call["state"], call["attempts"]) == (case.state, 1)
    assert (call["reason"] is None) == (case.state is CallState.OK)
    unscored = [j["unscored"] for j in once.judgments.values() if j["generation_id"] == f"g{number}"]
    assert sum(reason is None for reason in unscored) == sum(value is not None for value in case.values.values())


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_what_cannot_be_used_is_asked_for_again(number: int, again: Told) -> None:
    case, call = CASES[number], call_of(again, number)
    asked_again = case.state in AGAIN
    assert call["attempts"] == 1 + asked_again
    assert call["state"] == (CallState.OK if asked_again else case.state)
    assert values_of(again, number) == (GOOD if asked_again else case.values)


def test_unscored_are_those_without_any_value(once: Told) -> None:
    assert once.done is not None
    assert once.done["unscored"] == sum(case.values == NOTHING for case in CASES)
    assert (once.done["calls"], once.done["stopped"]) == (len(CASES), None)


def test_there_are_many_ways_to_misbehave() -> None:
    assert len(CASES) + len(FAULTS) >= 40


def served(folder: Path, times: int) -> tuple[Told, Counter[int]]:
    """Return what is told where each fault comes so often for its row, and how often each row was asked for.

    Every other row is answered as it should be.
    """
    seen: Counter[int] = Counter()

    def answer(request: dict[str, Any]) -> str | Answer:
        number = number_in(request)
        seen[number] += 1
        return FAULTS[number // 2].answer if number % 2 and seen[number] <= times else verdict()

    with JudgeServer(answer) as server:
        chat = {"timeout": 2.0, "retries": 1}
        found = told(judged(configure(folder, server.url, rows(2 * len(FAULTS)), chat=chat)))
    return found, seen


@pytest.fixture(scope="module")
def always(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Counter[int]]:
    return served(tmp_path_factory.mktemp("always"), times=1000)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Counter[int]]:
    return served(tmp_path_factory.mktemp("first"), times=1)


@pytest.mark.parametrize("place", range(len(FAULTS)), ids=[fault.name for fault in FAULTS])
def test_a_fault_that_stays_is_no_value_with_its_reason(place: int, always: tuple[Told, Counter[int]]) -> None:
    found, seen = always
    call = call_of(found, 2 * place + 1)
    assert (call["state"], call["attempts"], bool(call["reason"])) == (FAULTS[place].state, 1, True)
    assert values_of(found, 2 * place + 1) == NOTHING
    assert seen[2 * place + 1] == FAULTS[place].tries
    assert values_of(found, 2 * place) == GOOD


@pytest.mark.parametrize("place", range(len(FAULTS)), ids=[fault.name for fault in FAULTS])
def test_after_a_fault_that_passes_the_verdict_is_there(place: int, first: tuple[Told, Counter[int]]) -> None:
    found, _ = first
    call = call_of(found, 2 * place + 1)
    passed = FAULTS[place].tries == 2
    assert (call["state"], call["retries"]) == ((CallState.OK, 1) if passed else (FAULTS[place].state, 0))
    assert values_of(found, 2 * place + 1) == (GOOD if passed else NOTHING)


@pytest.mark.parametrize(
    ("answer", "state"),
    [(called(""), CallState.EMPTY), (called("5"), CallState.UNREADABLE), (Answer("4 of 5"), CallState.UNREADABLE)],
)
def test_a_function_that_is_called_without_a_verdict_gives_none(
    tmp_path: Path, answer: Answer, state: CallState
) -> None:
    with JudgeServer(lambda _: answer, honours=["tool"]) as server:
        found = told(judged(configure(tmp_path, server.url, [score_row(0)])))
    assert found.values("g0") == NOTHING
    assert call_of(found, 0)["state"] == state
    assert call_of(found, 0)["asked_as"] == "tool"


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_a_server_that_will_never_answer_ends_the_program_in_one_line(tmp_path: Path, status: int) -> None:
    with JudgeServer() as server:
        server.faults.extend([error(status, "go\naway")] * 200)
        events, failure = run(configure(tmp_path, server.url, [score_row(n) for n in range(100)]))
    assert failure is not None
    assert f"HTTP {status}" in failure.message
    assert "\n" not in failure.message
    assert not told(events).judgments
    assert len(server.asked) <= 4


@pytest.mark.parametrize("answer", [broken(), error(400, "no"), DROPPED])
def test_a_server_that_is_gone_ends_the_program_and_its_failures_are_nobodys(tmp_path: Path, answer: Answer) -> None:
    wanted = [score_row(n) for n in range(100)]
    with JudgeServer() as server:
        config = configure(tmp_path, server.url, wanted[:5])
        assert len(told(judged(config)).judgments) == 5 * len(NAMES)
        server.faults.extend([answer] * 400)
        events, failure = run(configure(tmp_path, server.url, wanted, chat={"retries": 0}))
        assert failure is not None
        assert "in a row brought no reply" in failure.message or "HTTP 400" in failure.message
        # Five are told again from the log; those that it would not answer are not told to have failed.
        assert len(told(events).judgments) == 5 * len(NAMES)
        assert len(server.asked) < 40
        server.faults.clear()
        found = told(judged(configure(tmp_path, server.url, wanted)))
    assert all(found.values(f"g{n}") == GOOD for n in range(100))
