"""Judges beside people, and what was measured of a judge."""

from dataclasses import replace
from typing import Any

import pytest

from tests.store.hand_made import verdict
from tests.store.judged import BEST, MIDDLE, OTHER, PROTOCOL, judge, verdict_of
from viva.records.generation import Generation
from viva.records.judge_check import Agreement, AltTest, Consistency, JudgeCheck, PairHabits, Standing
from viva.records.judging import BASELINE, JudgeMode
from viva.store import Store, generations, judge_checks, ratings

SCOPE = ("small", 1, "test")
ORACLE = ("oracle", JudgeMode.REFERENCE)
WHOLE = {"accuracy": 5, "clarity": 1}


def rate(store: Store, *verdicts: Any) -> None:
    with store.write() as connection:
        assert ratings.add(connection, verdicts) == []


def small_systems(store: Store) -> list[tuple[str, str]]:
    with store.read() as connection:
        return connection.execute("SELECT name, system_id FROM system").fetchall()


def beside(store: Store) -> list[dict[str, Any]]:
    with store.read() as connection:
        return judge_checks.people_and_judge(connection, *SCOPE, *ORACLE)


def test_people_and_judge_stand_side_by_side_with_totals_where_all_is_given(small: Store) -> None:
    judge(small, verdict_of("b1", BEST), verdict_of("t1", {"accuracy": 5, "clarity": None}))
    rate(small, verdict("b1", WHOLE), verdict("b1", {"accuracy": 0}, rater="bob"), verdict("b2", WHOLE))
    rows = beside(small)
    first = {"generation": "b1", "example": "e1", "system": "base", "model": "small", "words": 2}
    assert rows[:3] == [
        {**first, "criterion": "accuracy", "judge": 60.0, "people": {"ann": 60.0, "bob": 0.0}},
        {**first, "criterion": "clarity", "judge": 40.0, "people": {"ann": 0.0}},
        {**first, "criterion": "total", "judge": 100.0, "people": {"ann": 60.0}},
    ]
    assert [(row["generation"], row["criterion"], row["judge"], row["people"]) for row in rows[3:]] == [
        ("b2", "accuracy", None, {"ann": 60.0}), ("b2", "clarity", None, {"ann": 0.0}),
        ("b2", "total", None, {"ann": 60.0}),
    ]  # fmt: skip


def test_what_nobody_rated_is_counted_only(small: Store) -> None:
    judge(small, verdict_of("b1", BEST), verdict_of("t1", {"accuracy": 5, "clarity": None}), verdict_of("b2", BEST))
    rate(small, verdict("b2", WHOLE))
    with small.read() as connection:
        found = judge_checks.judged(connection, *SCOPE, *ORACLE)
        assert judge_checks.judged(connection, *SCOPE, "nobody", JudgeMode.REFERENCE) == {"total": 0}
    assert list(found.items()) == [("accuracy", 3), ("clarity", 2), ("total", 2)]
    assert {row["generation"] for row in beside(small)} == {"b2"}


def test_splits_judged_by_several_protocols_are_checked_by_the_one_used_last(small: Store) -> None:
    system = dict(small_systems(small))["base"]
    with small.write() as connection:
        generations.add(connection, [Generation("b4", system, "e4", "x", "stop", 1, 1, 0.1)])
    judge(small, verdict_of("b4", BEST), verdict_of("b1", MIDDLE), verdict_of("b1", BEST, OTHER))
    with small.read() as connection:
        whole = judge_checks.basis(connection, "small", 1, None, *ORACLE)
        train = judge_checks.basis(connection, "small", 1, "train", *ORACLE)
        counts = judge_checks.judged(connection, "small", 1, None, *ORACLE)
    assert whole is not None
    assert train is not None
    assert (whole.protocol_id, train.protocol_id) == (OTHER.protocol_id, PROTOCOL.protocol_id)
    assert counts == {"accuracy": 1, "clarity": 1, "total": 1}


def test_ratings_on_another_rubric_are_not_compared(small: Store) -> None:
    with small.write() as connection:
        connection.execute("INSERT INTO rubric SELECT 'r2', name, title, created_at FROM rubric")
        connection.execute("INSERT INTO criterion SELECT 'r2', * EXCLUDE rubric_id FROM criterion")
    judge(small, verdict_of("b1", BEST, replace(PROTOCOL, rubric_id="r2")))
    rate(small, verdict("b1", WHOLE))
    assert beside(small) == []
    with small.read() as connection:
        assert judge_checks.people_and_judge(connection, *SCOPE, "nobody", JudgeMode.REFERENCE) == []


def test_what_was_judged_more_than_once_is_told_with_its_scale(small: Store) -> None:
    judge(small, verdict_of("b1", MIDDLE), verdict_of("b1", {"accuracy": 4, "clarity": None}, sample=1))
    judge(small, verdict_of("b2", BEST))
    with small.read() as connection:
        assert judge_checks.samples(connection, *SCOPE, *ORACLE) == [("b1", "accuracy", [2.0, 4.0], 0, 5)]


def test_the_basis_changes_with_verdicts_ratings_and_protocol_only(small: Store) -> None:
    def basis() -> judge_checks.Basis | None:
        with small.read() as connection:
            return judge_checks.basis(connection, *SCOPE, *ORACLE)

    assert basis() is None
    seen = []
    for change in (
        lambda: judge(small, verdict_of("b1", BEST)),
        lambda: rate(small, verdict("b1", WHOLE)),
        lambda: judge(small, verdict_of("b2", BEST)),
        lambda: judge(small, verdict_of("b1", BEST, OTHER), verdict_of("b2", BEST, OTHER)),
        lambda: judge(small, verdict_of("b1", MIDDLE, judge=BASELINE)),
    ):
        change()
        seen.append(basis())
    assert len(set(seen)) == 5
    assert seen[0] is not None
    assert seen[0][:2] == (PROTOCOL.protocol_id, PROTOCOL.rubric_id)
    judge(small, verdict_of("b1", BEST, judge="another"))
    assert basis() == seen[-1]


@pytest.mark.parametrize("whole", [True, False])
def test_a_check_comes_back_as_it_was(small: Store, whole: bool) -> None:
    numbers = dict.fromkeys(
        (
            "pearson", "pearson_low", "pearson_high", "spearman", "kendall", "kappa", "alpha", "bias", "bias_low",
            "bias_high", "error", "length_slope", "length_low", "length_high", "self_preference",
            "self_low", "self_high",
        ),
        0.25 if whole else None,
    )  # fmt: skip
    test = AltTest(0.5, 0.75, True, 3, 30, 0.2) if whole else None
    agreement = Agreement("accuracy", 9, 10, 11, **numbers, alt_test=test, standing=Standing.ALONE, reason="why")
    check = JudgeCheck(
        "small", 1, "test" if whole else None, *ORACLE, "quality", "p", "basis", (agreement,),
        PairHabits(4, 1, 1, 5, 3, 0, 2, 1, 2, "one") if whole else None,
        (Consistency("accuracy", 3, 0.5, 0.1),) * whole,
        {"accuracy": 0.5} if whole else {},
    )  # fmt: skip
    with small.write() as connection:
        judge_checks.add(connection, "dataset-1", replace(check, basis="older"), "r")
        judge_checks.add(connection, "dataset-1", check, "r")
    with small.read() as connection:
        found = judge_checks.latest(connection, "dataset-1", check.split, *ORACLE)
        assert judge_checks.latest(connection, "dataset-1", "train", *ORACLE) is None
    assert found is not None
    assert found.created_at is not None
    assert replace(found, created_at=None) == check
