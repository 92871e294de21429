"""Calls to judges: used again by their key, read again with all they were made of, and what they cost."""

from dataclasses import replace

import pytest

from tests.fakes.hostile import HOSTILE
from tests.store.hand_made import RUBRIC
from tests.store.judged import PAIRING, PROTOCOL, call_of, pair_of, store_protocols, verdict_of
from viva.records.judging import CallState, JudgeCall, JudgeMode, JudgeSpend, PairVerdict, Purpose
from viva.store import Store, judge_calls, judge_pairs, judgments

ALONE = replace(PROTOCOL, mode=JudgeMode.INDEPENDENT, prompts={"rubric-independent": "hash-3", "draft": "hash-4"})


@pytest.fixture
def called(small: Store) -> Store:
    store_protocols(small, PROTOCOL, PAIRING, ALONE)
    return small


def add(store: Store, *calls: JudgeCall) -> None:
    with store.write() as connection:
        judgments.add(connection, "dataset-1", calls, [])


def test_a_call_comes_back_as_it_was(called: Store) -> None:
    outcome = {"criteria": {"accuracy": {"value": None, "unscored": "7 is off the scale"}}, "text": "a\x00b \u202e"}
    call = call_of("c1", outcome=outcome, reason="why", cost=None, draft_call="d", state=CallState.PARTIAL)
    add(called, call, call)
    with called.read() as connection:
        assert judge_calls.known(connection, ["key", "other"]) == {"key": call}
        assert judge_calls.listed(connection, "dataset-1", "test", "oracle", JudgeMode.REFERENCE) == [call]
        assert judge_calls.listed(connection, "dataset-1", "train") == []


def test_a_whole_call_is_used_again_before_a_partial_one_and_one_in_vain_never(called: Store) -> None:
    add(called, call_of("c1"), call_of("c2", state=CallState.PARTIAL))
    in_vain = [state for state in CallState if state not in {CallState.OK, CallState.PARTIAL}]
    add(called, *(call_of(f"v-{state}", key="vain", state=state) for state in in_vain))
    with called.read() as connection:
        assert {key: call.call_id for key, call in judge_calls.known(connection, ["key", "vain"]).items()} == {
            "key": "c1"
        }
        assert judge_calls.known(connection, []) == {}
    add(called, call_of("c3"))
    with called.read() as connection:
        assert judge_calls.known(connection, ["key"])["key"].call_id == "c3"


def test_a_call_is_read_with_what_was_asked(called: Store) -> None:
    draft = call_of("d1", purpose=Purpose.DRAFT, protocol_id=ALONE.protocol_id, outcome={"draft": "My\x00 approach."})
    score = call_of("c1", protocol_id=ALONE.protocol_id, draft_call="d1", judged=("t1",))
    pair = call_of("p1", purpose=Purpose.PAIR, protocol_id=PAIRING.protocol_id, judged=("t1", "b1"))
    verdicts: list[PairVerdict] = [pair_of("a", "b", call="p1")]
    with called.write() as connection:
        judgments.add(connection, "dataset-1", [draft, score], verdict_of("t1", {"accuracy": 1}, ALONE, call="c1"))
        judge_pairs.add(connection, "dataset-1", [pair], verdicts)
    with called.read() as connection:
        assert judge_calls.read(connection, "nothing") is None
        found = judge_calls.read(connection, "c1")
        assert found is not None
        assert (found.call, found.protocol, found.rubric) == (score, ALONE, RUBRIC)
        assert (found.prompts, found.draft) == (dict.fromkeys(ALONE.prompts, "text"), "My\x00 approach.")
        assert (found.question, found.reference, found.texts) == ("How?", "So.", ("tuned 1",))
        found = judge_calls.read(connection, "p1")
        assert found is not None
        assert (found.texts, found.draft) == (("tuned 1", "base 1"), None)
        found = judge_calls.read(connection, "d1")
        assert found is not None
        assert (found.texts, found.protocol.purpose) == ((), Purpose.SCORE)


def test_what_calls_are_usually_like_is_told_by_purpose(called: Store) -> None:
    add(called, call_of("c1"), call_of("c2", completion_tokens=40, seconds=1.0))
    add(called, call_of("c3", state=CallState.FAILED, completion_tokens=0, seconds=60.0))
    with called.read() as connection:
        assert judge_calls.usual(connection, "oracle", Purpose.SCORE) == (30.0, 1.5)
        assert judge_calls.usual(connection, "oracle", Purpose.DRAFT) is None


def test_spend_is_told_by_mode_and_purpose_and_no_price_is_not_zero(called: Store) -> None:
    add(called, call_of("c1", attempts=3), call_of("c2"))
    failed = {"state": CallState.FAILED, "prompt_tokens": 0, "completion_tokens": 0, "cost": None}
    add(called, call_of("c3", **failed))
    add(called, call_of("d1", purpose=Purpose.DRAFT, protocol_id=ALONE.protocol_id, cost=None))
    reference = JudgeSpend("oracle", Purpose.SCORE, JudgeMode.REFERENCE, 3, 2, 200, 40, 1.0, 6.0)
    draft = JudgeSpend("oracle", Purpose.DRAFT, JudgeMode.INDEPENDENT, 1, 0, 100, 20, None, 2.0)
    with called.read() as connection:
        assert judgments.spend(connection, "dataset-1") == [draft, reference]
        assert judgments.spend(connection, "dataset-1", "another") == []
        row = connection.execute(
            "SELECT dataset, version, split, mode, rubric, state, temperature FROM judge_calls WHERE call = 'c3'"
        ).fetchone()
    assert row == ("small", 1, "test", "reference", "quality", "failed", 0.0)


def test_what_was_found_out_about_an_endpoint_is_remembered(store: Store) -> None:
    with store.write() as connection:
        for url in HOSTILE[:14]:
            assert judge_calls.dialect(connection, url, "m") is None
            for value in ({"schema": True}, {"schema": True}, {"schema": False, "note": url[:10]}):
                judge_calls.set_dialect(connection, url, "m", value)
            kept = judge_calls.dialect(connection, url, "m")
            assert kept is not None
            assert kept["schema"] is False
            assert judge_calls.dialect(connection, url, "other") is None
    with store.read() as connection:
        assert connection.execute("SELECT count(*) FROM endpoint_dialect").fetchone() == (28,)
