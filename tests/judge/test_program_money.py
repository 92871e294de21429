"""What was paid is kept, whatever ends the program, and what may have been charged is counted."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chat_server import Answer, error, last_message, slow
from tests.fakes.judge_replies import GOOD, verdict
from tests.fakes.judge_server import PRICES, JudgeServer, configure, judged, run, score_row, told
from viva.generate import endpoint
from viva.generate.call_log import CallLog
from viva.generate.dialect import Dialect
from viva.judge import run as running
from viva.judge.budget import charged
from viva.records.synthesis import Prices

KNOWN = Dialect(proven=True).to_json()


@pytest.fixture(autouse=True, scope="module")
def _soon() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(endpoint, "FIRST_PAUSE", 0.01)
        yield


def asked_for(request: dict[str, Any]) -> str:
    return last_message(request).split(" ")[0]


def approach(request: dict[str, Any]) -> str:
    return "my own approach" if asked_for(request) == "DRAFT" else verdict()


def spent(log: Path) -> float:
    with CallLog(log) as calls:
        return charged(Prices(**PRICES), calls)


def test_a_draft_is_paid_once_however_often_the_budget_ends(tmp_path: Path) -> None:
    drafts: dict[str, dict[str, Any]] = {}
    with JudgeServer(approach) as server:
        for budget in (2.5, 6.0, 9.0, 12.0, 16.0):
            rows = [score_row(n, drafts=drafts.get(f"e{n}", {})) for n in range(4)]
            config = configure(
                tmp_path / str(budget),
                server.url,
                rows,
                mode="independent",
                prices=PRICES,
                budget=budget,
                dialect=KNOWN,
            )
            for call in told(judged(config)).calls.values():
                if call["purpose"] == "draft":
                    drafts[call["example_id"]] = {"0": {"call_id": call["call_id"], "text": call["outcome"]["draft"]}}
            assert Counter(map(asked_for, server.asked))["DRAFT"] == len(drafts) > 0
    assert len(drafts) == 4


def test_a_verdict_goes_before_the_next_draft(tmp_path: Path) -> None:
    rows = [score_row(q, generation_id=f"g{q}-{n}", text=f"text {n}") for q in range(3) for n in range(2)]
    with JudgeServer(approach) as server:
        judged(configure(tmp_path, server.url, rows, mode="independent", chat={"concurrency": 1}))
    assert [asked_for(request) for request in server.asked] == ["DRAFT", "SCORE", "SCORE"] * 3


def test_a_draft_that_only_the_log_holds_is_told(tmp_path: Path) -> None:
    with JudgeServer(approach) as server:
        rows = [score_row(0)]
        config = configure(tmp_path, server.url, rows, mode="independent", prices=PRICES, budget=2.5, dialect=KNOWN)
        first, again = told(judged(config)), told(judged(config))
    assert [call["purpose"] for call in first.calls.values()] == ["draft"]
    assert again.calls == first.calls
    assert len(server.asked) == 1


def test_tries_whose_answer_was_lost_are_within_the_budget_and_not_forgotten(tmp_path: Path) -> None:
    rows = [score_row(number) for number in range(40)]
    with JudgeServer(lambda _: slow(60)) as server:
        chat = {"timeout": 0.3, "retries": 5, "concurrency": 8}
        config = configure(tmp_path, server.url, rows, prices=PRICES, budget=16.0, dialect=KNOWN, chat=chat)
        first = told(judged(config)).done
        asked = len(server.asked)
        again = told(judged(config)).done
        assert len(server.asked) == asked
    assert first is not None
    assert again is not None
    # A try may read as many tokens as there are bytes, and write up to the limit of 100.
    assert asked * (300 * PRICES["prompt"] + 100 * PRICES["completion"]) / 1e6 < 16.0
    assert asked >= 4
    assert 10.0 < first["cost"] <= 16.0
    assert first["cost"] == pytest.approx(first["aside"]["lost"]) == pytest.approx(spent(tmp_path / "calls.jsonl"))
    assert (first["stopped"], again["stopped"], again["cost"]) == ("budget", "budget", first["cost"])


def test_what_was_asked_to_find_out_how_to_ask_is_told_by_itself(tmp_path: Path) -> None:
    with JudgeServer() as server:
        done = told(judged(configure(tmp_path, server.url, [score_row(0)], prices=PRICES))).done
    assert done is not None
    words = len(last_message(server.probes[0]).split())
    assert done["aside"] == {"probing": pytest.approx((words * 1000 + 2 * 10_000) / 1e6), "lost": 0.0}
    assert 0 < done["aside"]["probing"] < done["cost"]


def test_replies_under_way_are_kept_when_the_key_stops_working(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "GRACE", 0.3)

    def answer(request: dict[str, Any]) -> Answer:
        return error(401) if "question 3?" in last_message(request) else Answer(verdict(), delay=1.0)

    rows = [score_row(number) for number in range(40)]
    with JudgeServer(answer) as server:
        events, failure = run(configure(tmp_path, server.url, rows, dialect=KNOWN))
    assert failure is not None
    assert "HTTP 401" in failure.message
    assert len(server.asked) == 4
    assert [told(events).values(f"g{number}") for number in range(3)] == [GOOD] * 3


def test_an_attempt_that_was_paid_is_kept_when_the_next_one_finds_the_server_shut(tmp_path: Path) -> None:
    answers = iter([Answer("no verdict"), *[error(401)] * 9])
    with JudgeServer(lambda _: next(answers)) as server:
        rows = [score_row(0), score_row(1)]
        config = configure(
            tmp_path, server.url, rows, prices=PRICES, dialect=KNOWN, chat={"concurrency": 1}, settings={"attempts": 2}
        )
        events, failure = run(config)
    assert failure is not None
    (call,) = told(events).calls.values()
    assert (call["state"], call["attempts"]) == ("unreadable", 1)
    assert call["cost"] == pytest.approx(spent(tmp_path / "calls.jsonl"))
    assert call["cost"] > 0
    assert len(server.asked) == 3


REFUSALS = [error(403, "flagged by moderation"), error(400, "content_filter"), error(404, "no"), error(410, "no")]


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("concurrency", [1, 4])
def test_texts_that_a_server_turns_away_end_nothing(tmp_path: Path, refusal: Answer, concurrency: int) -> None:
    """Nothing was answered before them: it could be all calls that it refuses."""
    rows = [score_row(number) for number in range(30)]

    def answer(request: dict[str, Any]) -> str | Answer:
        return refusal if any(f"question {n}?" in last_message(request) for n in range(20)) else verdict()

    with JudgeServer(answer) as server:
        chat = {"concurrency": concurrency}
        found = told(judged(configure(tmp_path, server.url, rows, dialect=KNOWN, prices=PRICES, chat=chat)))
    assert {call["state"] for call in found.calls.values() if call["example_id"] in {"e0", "e19"}} == {"failed"}
    assert all(found.values(f"g{n}") == GOOD for n in range(20, 30))
    assert len(found.judgments) == 30 * len(GOOD)
    # The first ones are asked about again, once it was looked how the server wants to be asked.
    assert len(server.asked) <= 30 + concurrency
    # One question for the first of them, then one for each long row of them.
    assert 1 <= len(server.probes) <= 8
    assert found.done is not None
    assert found.done["aside"]["probing"] > 0


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_server_that_refuses_everything_ends_the_program(tmp_path: Path, refusal: Answer, answered: bool) -> None:
    rows = [score_row(number) for number in range(50)]
    with JudgeServer() as server:
        if answered:
            judged(configure(tmp_path, server.url, rows[:2]))
        before = len(server.asked)
        server.faults.extend([refusal] * 200)
        events, failure = run(configure(tmp_path, server.url, rows))
        assert failure is not None
        assert f"HTTP {refusal.status}" in failure.message
        assert len(told(events).calls) == before
        assert len({last_message(request) for request in server.asked[before:]}) <= 4
        server.faults.clear()
        found = told(judged(configure(tmp_path, server.url, rows)))
    assert all(found.values(f"g{n}") == GOOD for n in range(50))
