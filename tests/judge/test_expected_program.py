"""Where expected values are wanted no plain ones are stored, and no verdict is paid for that could not be used."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chat_server import Answer, error
from tests.fakes.judge_replies import GOOD, NAMES
from tests.fakes.judge_server import RUBRIC, JudgeServer, configure, is_probe, judged, run, score_row, told
from viva.generate.dialect import Dialect
from viva.judge.expected import NOT_TOLD

SETTINGS = {"expected": True}
PLAIN = Dialect(proven=True).to_json()
ROWS = [score_row(number) for number in range(8)]


def answered(pieces: list[tuple[str, Mapping[str, float]]], content: str | None = None) -> Answer:
    """Return an answer of these tokens, each with its likely ones; it may say something else than they do."""
    tokens = [
        {"token": piece, "logprob": 0.0, "top_logprobs": [{"token": t, "logprob": math.log(p)} for t, p in top.items()]}
        for piece, top in pieces
    ]
    text = "".join(piece for piece, _ in pieces) if content is None else content
    choice = {"message": {"content": text}, "finish_reason": "stop", "logprobs": {"content": tokens}}
    return Answer(body=json.dumps({"choices": [choice]}).encode())


def halves(request: dict[str, Any], content: str | None = None) -> Answer:
    """Answer 4 on each criterion, where 5 is as likely."""
    pieces: list[tuple[str, Mapping[str, float]]] = []
    for criterion in RUBRIC.criteria:
        before = ("}, " if pieces else "{") + f'"{criterion.name}": {{"value": '
        pieces += [(before, {}), ("4", {"4": 0.5, "5": 0.5})]
    return answered([*pieces, ("}}", {})], content)


class Telling(JudgeServer):
    """A server that tells up to `most` alternatives, and refuses to tell more."""

    def __init__(self, answer: Any = halves, most: int = 20) -> None:
        super().__init__(answer)
        self._most = most

    def _reply(self, request: dict[str, Any]) -> str | Answer:
        if request.get("top_logprobs", 0) > self._most:
            return error(400, f"top_logprobs must be at most {self._most}")
        answer = super()._reply(request)
        tells = is_probe(request) and "logprobs" in request and isinstance(answer, str)
        return answered([(answer, {answer: 1.0})]) if tells and isinstance(answer, str) else answer


@pytest.mark.parametrize("dialect", [None, PLAIN])
def test_the_expected_value_counts_where_it_is_wanted(tmp_path: Path, dialect: dict[str, Any] | None) -> None:
    with Telling() as server:
        config = configure(tmp_path / "1", server.url, [score_row(0)], dialect=dialect, settings=SETTINGS)
        expected = told(judged(config)).values("g0")
        assert len(server.probes) == 1
        plain = told(judged(configure(tmp_path / "2", server.url, [score_row(0)], dialect=PLAIN))).values("g0")
        again = told(judged(configure(tmp_path / "1", server.url, ROWS, dialect=dialect, settings=SETTINGS)))
        assert len(server.probes) == 1
    assert expected == again.values("g7") == pytest.approx(dict.fromkeys(GOOD, 4.5))
    assert plain == dict.fromkeys(GOOD, 4.0)


@pytest.mark.parametrize("dialect", [None, PLAIN, {**PLAIN, "without": ["logprobs"]}])
@pytest.mark.parametrize("most", [20, 0])
def test_without_probabilities_the_program_ends_before_a_verdict_is_paid_for(
    tmp_path: Path, dialect: dict[str, Any] | None, most: int
) -> None:
    with JudgeServer() if most else Telling(most=0) as server:
        events, failure = run(configure(tmp_path, server.url, ROWS, dialect=dialect, settings=SETTINGS))
        assert failure is not None
        assert failure.message == "fake does not tell how likely its words were"
        assert (server.asked, told(events).judgments) == ([], {})
        assert len(server.probes) == (1 if most else 3)
    (found,) = told(events).dialects
    assert found["without"] == ["logprobs"]


@pytest.mark.parametrize("mode", ["reference", "independent"])
def test_a_server_that_does_not_answer_the_probe_is_not_paid_for_either(tmp_path: Path, mode: str) -> None:
    with JudgeServer() as server:
        server.faults.extend([error(503)] * 2)
        events, failure = run(configure(tmp_path, server.url, ROWS, mode=mode, settings=SETTINGS))
        assert failure is not None
        assert "did not answer" in failure.message
        assert (server.asked, told(events).dialects) == ([], [])


def test_no_alternatives_are_no_probabilities(tmp_path: Path) -> None:
    with JudgeServer(halves) as server:
        server.faults.append(answered([('{"a": 1}', {})]))
        _, failure = run(configure(tmp_path, server.url, ROWS, settings=SETTINGS))
    assert failure is not None
    assert server.asked == []


def test_a_server_that_tells_five_alternatives_is_asked_for_five(tmp_path: Path) -> None:
    with Telling(most=5) as server:
        found = told(judged(configure(tmp_path / "1", server.url, ROWS, settings=SETTINGS)))
        asked = [request["top_logprobs"] for request in server.requests]
        (dialect,) = found.dialects
        config = configure(tmp_path / "2", server.url, ROWS, settings=SETTINGS, dialect=dialect)
        assert told(judged(config)).values("g0") == found.values("g0")
    assert asked == [20] + [5] * 9
    assert all(found.values(f"g{n}") == pytest.approx(dict.fromkeys(GOOD, 4.5)) for n in range(8))


def test_what_the_tokens_say_must_be_what_the_reply_says(tmp_path: Path) -> None:
    content = json.dumps({name: {"value": 1 if name == "accuracy" else 4} for name in NAMES})
    with Telling(lambda request: halves(request, content)) as server:
        found = told(judged(configure(tmp_path, server.url, [score_row(0)], settings=SETTINGS)))
    assert found.values("g0") == pytest.approx({**dict.fromkeys(GOOD, 4.5), "accuracy": None})
    reasons = {judgment["criterion"]: judgment["unscored"] for judgment in found.judgments.values()}
    assert reasons == {**dict.fromkeys(GOOD), "accuracy": NOT_TOLD}
    assert [call["state"] for call in found.calls.values()] == ["partial"]


def test_a_plain_value_is_never_mixed_in(tmp_path: Path) -> None:
    replies: list[str | Answer] = [json.dumps(GOOD), halves({})]
    settings = {**SETTINGS, "attempts": 2}
    asked: list[dict[str, Any]] = []

    def answer(request: dict[str, Any]) -> str | Answer:
        asked.append(request)
        return replies[min(len(asked) - 1, 1)]

    with Telling(answer) as server:
        row = score_row(0)
        once = told(judged(configure(tmp_path / "1", server.url, [row], settings=SETTINGS)))
        asked.clear()
        twice = told(judged(configure(tmp_path / "2", server.url, [row], settings=settings)))
    assert once.values("g0") == dict.fromkeys(GOOD)
    assert {judgment["unscored"] for judgment in once.judgments.values()} == {NOT_TOLD}
    assert twice.values("g0") == pytest.approx(dict.fromkeys(GOOD, 4.5))


def test_a_server_that_stops_telling_ends_the_program(tmp_path: Path) -> None:
    def answer(request: dict[str, Any]) -> Answer:
        return error(400, "no logprobs today") if "logprobs" in request else Answer(json.dumps(GOOD))

    rows = [score_row(number) for number in range(60)]
    with Telling(answer) as server:
        events, failure = run(configure(tmp_path, server.url, rows, settings=SETTINGS, chat={"concurrency": 1}))
    assert failure is not None
    assert "does not tell" in failure.message
    assert sum("logprobs" not in request for request in server.asked) < 30
    assert all(judgment["value"] is None for judgment in told(events).judgments.values())


def test_a_local_model_tells_no_probabilities(tmp_path: Path) -> None:
    chat = {"location": str(tmp_path), "base": None, "name": "own"}
    config = configure(tmp_path, "http://127.0.0.1:9/v1", ROWS, settings=SETTINGS)
    values = json.loads(config.read_text("utf-8"))
    config.write_text(json.dumps({**values, "chat": chat}), "utf-8")
    _, failure = run(config)
    assert failure is not None
    assert failure.message == "own does not tell how likely its words were"
