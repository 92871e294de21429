"""The judge program asks what is wanted once, keeps to its budget, and tells a judge nothing that it must not know."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chat_server import Answer, last_message
from tests.fakes.judge_replies import GOOD, verdict
from tests.fakes.judge_server import (
    PRICES,
    RUBRIC,
    JudgeServer,
    configure,
    judged,
    pair_row,
    run,
    score_row,
    told,
)
from viva.errors import UserError
from viva.generate.dialect import Dialect, Format
from viva.records.ids import content_id
from viva.records.judging import JudgeCall, Judgment, PairVerdict


def asked_for(request: dict[str, Any]) -> str:
    return last_message(request).split(" ")[0]


def spent(requests: list[dict[str, Any]], completion: int) -> float:
    """Return what the server charges for requests, as it counts."""
    words = sum(len(last_message(request).split()) for request in requests)
    return (words * PRICES["prompt"] + len(requests) * completion * PRICES["completion"]) / 1e6


def test_a_verdict_on_each_text_comes_with_its_call(tmp_path: Path) -> None:
    rows = [score_row(0), score_row(1, samples=[0, 3])]
    with JudgeServer(lambda _: verdict(accuracy=2)) as server:
        events = judged(configure(tmp_path, server.url, rows, prices=PRICES))
    found = told(events)
    assert events[0] == {"event": "start", "total": 3, "unit": "verdict"}
    assert found.values("g0") == {**GOOD, "accuracy": 2}
    assert Counter(j["sample"] for j in found.judgments.values() if j["generation_id"] == "g1") == {0: 4, 3: 4}
    judgment = Judgment(**next(iter(found.judgments.values())))
    call = JudgeCall(**found.calls[judgment.call_id or ""])
    assert judgment.event_id == content_id(call.call_id, judgment.generation_id)
    assert (judgment.judge, judgment.mode, judgment.protocol_id) == ("examiner", "reference", "p1")
    assert judgment.rubric_id == RUBRIC.rubric_id
    assert (call.state, call.asked_as, call.reply, call.attempts) == ("ok", "schema", verdict(accuracy=2), 1)
    assert call.cost == pytest.approx((call.prompt_tokens * 1000 + call.completion_tokens * 10_000) / 1e6)
    seeds = {request["seed"] for request in server.asked}
    assert len(seeds) == 2
    assert found.done is not None
    assert (found.done["calls"], found.done["unscored"], found.done["stopped"]) == (3, 0, None)
    assert [event["done"] for event in events if event["event"] == "progress"][-1] == 3


def test_the_best_attempt_counts_and_all_are_paid(tmp_path: Path) -> None:
    replies = [verdict(accuracy=9, relevance=9), verdict(accuracy=9), "no"]
    with JudgeServer(lambda _: replies[len(server.asked) - 1]) as server:
        config = configure(tmp_path, server.url, [score_row(0)], settings={"attempts": 3}, prices=PRICES)
        found = told(judged(config))
    assert found.values("g0") == {**GOOD, "accuracy": None}
    (call,) = found.calls.values()
    assert (call["state"], call["attempts"], call["reply"]) == ("partial", 3, replies[1])
    assert [request["seed"] for request in server.asked] == [0, 1, 2]
    completion = sum(len(reply.split()) for reply in replies)
    assert call["completion_tokens"] == completion


def test_texts_that_are_equal_share_a_call(tmp_path: Path) -> None:
    rows = [score_row(0, generation_id=f"g{number}") for number in range(5)]
    with JudgeServer() as server:
        found = told(judged(configure(tmp_path, server.url, rows)))
    assert (len(server.asked), len(found.calls)) == (1, 1)
    assert all(found.values(f"g{number}") == GOOD for number in range(5))


def test_a_draft_is_asked_for_once_a_question_and_sample_and_shared(tmp_path: Path) -> None:
    texts = {"samples": [0, 1]}
    rows = [
        score_row(q, generation_id=f"g{q}-{n}", text=f"text {n}", reference="SECRET", **texts)
        for q in range(6)
        for n in range(4)
    ]

    def answer(request: dict[str, Any]) -> str:
        question = last_message(request).split("question ")[1].split("?")[0]
        return f"<think>x</think>approach {question} {request['seed']}" if asked_for(request) == "DRAFT" else verdict()

    with JudgeServer(answer) as server:
        found = told(judged(configure(tmp_path, server.url, rows, mode="independent")))
    counts = Counter(asked_for(request) for request in server.asked)
    assert counts == {"DRAFT": 12, "SCORE": 48}
    assert server.times("SECRET") == 0
    assert not any("response_format" in request for request in server.asked if asked_for(request) == "DRAFT")
    for call in found.calls.values():
        if call["purpose"] == "draft":
            mine = [other for other in found.calls.values() if other["draft_call"] == call["call_id"]]
            assert len(mine) == 4
            assert {other["example_id"] for other in mine} == {call["example_id"]}
            assert server.times(f"\n{call['outcome']['draft']}\n") == 4
    assert len(found.judgments) == 48 * 4


def test_drafts_that_are_known_are_not_asked_for(tmp_path: Path) -> None:
    row = score_row(0, samples=[0, 1], drafts={"0": {"call_id": "c0", "text": "my own approach"}})
    with JudgeServer(lambda r: "another" if asked_for(r) == "DRAFT" else verdict()) as server:
        found = told(judged(configure(tmp_path, server.url, [row], mode="independent")))
    assert Counter(asked_for(request) for request in server.asked) == {"DRAFT": 1, "SCORE": 2}
    assert server.times("my own approach") == 1
    assert {call["draft_call"] for call in found.calls.values() if call["sample"] == 0} == {"c0"}


def test_without_a_draft_there_is_no_verdict_and_none_is_asked_for(tmp_path: Path) -> None:
    with JudgeServer(lambda _: Answer("I thought", finish_reason="length")) as server:
        rows = [score_row(0, generation_id=f"g{number}", text=f"text {number}") for number in range(3)]
        found = told(judged(configure(tmp_path, server.url, rows, mode="independent")))
    assert [asked_for(request) for request in server.asked] == ["DRAFT"]
    reasons = {judgment["unscored"] for judgment in found.judgments.values()}
    assert reasons == {"no draft: the draft was cut off at the limit of tokens"}
    assert len(found.judgments) == 12
    assert {judgment["call_id"] for judgment in found.judgments.values()} == set(found.calls)


def compared(request: dict[str, Any]) -> str:
    """Prefer the text with `b` in it where it is about question 0, the first one elsewhere."""
    shown = last_message(request)
    winner = "first"
    if "question 0?" in shown:
        winner = "second" if shown.index("text a") < shown.index("text b") else "first"
    overall = {"overall": {"rationale": "so", "winner": winner}}
    if '"accuracy": {' in shown:
        overall |= {c.name: {"rationale": "", "winner": "tie"} for c in RUBRIC.criteria}
    return json.dumps(overall)


@pytest.mark.parametrize("mode", ["reference", "independent"])
def test_pairs_are_shown_in_the_orders_that_are_wanted(tmp_path: Path, mode: str) -> None:
    rows = [pair_row(0), pair_row(1), pair_row(2, orders={"b": [1]})]
    with JudgeServer(lambda r: "approach" if asked_for(r) == "DRAFT" else compared(r)) as server:
        found = told(judged(configure(tmp_path, server.url, rows, purpose="pair", mode=mode)))
    assert Counter(asked_for(request) for request in server.asked)["COMPARE"] == 5
    pairs = [PairVerdict(**pair) for pair in found.pairs.values()]
    outcomes = {(pair.generation_a, pair.shown_first, pair.sample): pair.winner for pair in pairs}
    assert outcomes == {
        ("a0", "a", 0): "b",
        ("a0", "b", 0): "b",
        ("a1", "a", 0): "a",
        ("a1", "b", 0): "b",
        ("a2", "b", 1): "b",
    }
    assert all(pair.criterion is None and pair.mode == mode for pair in pairs)


def test_pairs_are_compared_on_each_criterion_where_wanted(tmp_path: Path) -> None:
    with JudgeServer(compared) as server:
        config = configure(tmp_path, server.url, [pair_row(0)], purpose="pair", per_criterion=True)
        found = told(judged(config))
    assert len(server.asked) == 2
    winners = {(pair["shown_first"], pair["criterion"]): pair["winner"] for pair in found.pairs.values()}
    names = [criterion.name for criterion in RUBRIC.criteria]
    assert winners == {(order, name): "tie" if name else "b" for order in "ab" for name in [*names, None]}


def test_equal_texts_in_both_orders_are_one_call_and_two_verdicts(tmp_path: Path) -> None:
    with JudgeServer(lambda _: '{"winner": "first", "rationale": ""}') as server:
        row = pair_row(1, text_a="same", text_b="same")
        found = told(judged(configure(tmp_path, server.url, [row], purpose="pair")))
    assert len(server.asked) == 1
    assert Counter(pair["winner"] for pair in found.pairs.values()) == {"a": 1, "b": 1}


@pytest.mark.parametrize("budget", [0.0, 4.0, 9.0, 13.0])
def test_no_more_than_the_budget_is_spent_and_most_of_it_is(tmp_path: Path, budget: float) -> None:
    reply = verdict()
    rows = [score_row(number) for number in range(120)]
    with JudgeServer(lambda _: reply) as server:
        config = configure(tmp_path, server.url, rows, prices=PRICES, budget=budget, chat={"concurrency": 8})
        found = told(judged(config))
        charged = spent(server.asked, len(reply.split())) + spent(server.probes, 2)
    assert charged <= budget
    assert found.done is not None
    assert found.done["stopped"] == "budget"
    assert found.done["cost"] == pytest.approx(charged)
    assert len(found.judgments) == 4 * len(server.asked)
    # A call is kept back only where it might cost more than is left: all its bytes, and a reply up to its limit.
    most = max((len(json.dumps(request)) for request in server.asked), default=9000)
    assert charged > budget - ((most + 256) * PRICES["prompt"] + 400 * PRICES["completion"]) / 1e6


def test_what_earlier_runs_spent_counts_against_the_budget(tmp_path: Path) -> None:
    rows = [score_row(number) for number in range(120)]
    with JudgeServer() as server:
        config = configure(tmp_path, server.url, rows, prices=PRICES, budget=5.0)
        first = judged(config)
        asked = len(server.asked)
        again = judged(config)
        assert len(server.asked) == asked
        more = judged(configure(tmp_path, server.url, rows, prices=PRICES, budget=1000.0))
    assert told(first).judgments == told(again).judgments
    assert (told(more).done or {})["stopped"] is None
    assert len(told(first, again, more).judgments) == 120 * 4
    assert len(server.asked) == 120
    assert len(server.probes) == 1


def test_a_budget_without_prices_is_refused(tmp_path: Path) -> None:
    with JudgeServer() as server, pytest.raises(UserError, match="prices"):
        judged(configure(tmp_path, server.url, [score_row(0)], budget=1.0))
    assert not server.requests


def test_neither_the_system_nor_any_id_is_told_to_the_judge(tmp_path: Path) -> None:
    row = score_row(0, system="gpt-secret", generation_id="g-secret", example_id="e-secret")
    with JudgeServer() as server:
        judged(configure(tmp_path, server.url, [row]))
    assert "secret" not in json.dumps(server.requests)


def test_the_key_is_sent_and_neither_shown_nor_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_KEY", "sk-very-private")
    with JudgeServer() as server:
        events, _ = run(configure(tmp_path, server.url, [score_row(0)], chat={"key_env": "JUDGE_KEY"}))
    assert server.headers[0]["authorization"] == "Bearer sk-very-private"
    files = "".join(file.read_text("utf-8") for file in tmp_path.iterdir())
    assert "private" not in json.dumps([events, server.requests]) + files


def test_a_key_that_is_not_set_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    with JudgeServer() as server:
        events, failure = run(configure(tmp_path, server.url, [score_row(0)], chat={"key_env": "NO_SUCH_KEY"}))
    assert failure is not None
    assert not events
    assert not server.requests


def test_what_was_found_out_is_told_once_and_used_again(tmp_path: Path) -> None:
    with JudgeServer(honours=["tool"]) as server:
        first = told(judged(configure(tmp_path / "1", server.url, [score_row(0)])))
        probes = len(server.probes)
        (dialect,) = first.dialects
        second = told(judged(configure(tmp_path / "2", server.url, [score_row(1)], dialect=dialect)))
        assert len(server.probes) == probes
    assert Dialect.from_json(dialect) == Dialect(Format.TOOL, proven=True)
    assert second.dialects == []
    assert [call["asked_as"] for call in [*first.calls.values(), *second.calls.values()]] == ["tool", "tool"]


def test_an_endpoint_that_has_changed_is_probed_again(tmp_path: Path) -> None:
    known = Dialect(Format.SCHEMA, proven=True).to_json()
    with JudgeServer(honours=["object"], refuses=400) as server:
        rows = [score_row(number) for number in range(3)]
        found = told(judged(configure(tmp_path, server.url, rows, dialect=known, chat={"concurrency": 1})))
    assert [Dialect.from_json(value) for value in found.dialects] == [Dialect(Format.OBJECT, proven=True)]
    assert {call["asked_as"] for call in found.calls.values()} == {"object"}
    assert all(found.values(f"g{number}") == GOOD for number in range(3))


def test_rows_that_are_not_whole_are_named(tmp_path: Path) -> None:
    row = score_row(0)
    del row["text"]
    with JudgeServer() as server, pytest.raises(UserError, match=r"row 2 has no text"):
        judged(configure(tmp_path, server.url, [score_row(1), row]))
    assert not server.requests


def test_nothing_to_judge_costs_nothing(tmp_path: Path) -> None:
    with JudgeServer() as server:
        events = judged(configure(tmp_path, server.url, []))
    assert [event["event"] for event in events] == ["start", "done"]
    assert not server.requests
