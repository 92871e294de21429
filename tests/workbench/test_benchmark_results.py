"""Means, intervals and differences of a benchmark, worked out by hand."""

import pytest
from scipy import stats

from viva.records.benchmark import BenchmarkRow
from viva.stats import intervals, proportions
from viva.store.benchmarks import Value
from viva.workbench.benchmark_results import rows_of


def values(model: str, found: dict[str, float | None], measure: str = "acc", method: str = "letters") -> list[Value]:
    return [
        Value(model, method, measure, item, value, None if value is not None else "no") for item, value in found.items()
    ]


BASE = values("base", {"a": 1.0, "b": 0.0, "c": 0.0, "d": None})
TUNED = values("tuned", {"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0, "e": 0.0})


def only(rows: tuple[BenchmarkRow, ...], model: str) -> BenchmarkRow:
    [row] = [row for row in rows if row.model == model]
    return row


def test_a_mean_stands_with_wilsons_interval_and_its_counts() -> None:
    base = only(rows_of(BASE), "base")
    assert (base.n, base.attempted, base.mean) == (3, 4, pytest.approx(1 / 3))
    assert (base.low, base.high) == intervals.wilson(1, 3)
    assert base.difference is None


def test_a_difference_counts_the_items_that_both_have() -> None:
    found = only(rows_of(BASE + TUNED), "tuned").difference
    assert found is not None
    assert (found.other, found.n, found.mean) == ("base", 3, pytest.approx(2 / 3))
    assert (found.higher, found.lower) == (2, 0)
    assert (found.low, found.high) == proportions.difference(2, 0, 3)
    assert found.p == proportions.mcnemar(2, 0)


def test_against_another_model() -> None:
    rows = rows_of(BASE + TUNED, "tuned")
    assert only(rows, "tuned").difference is None
    found = only(rows, "base").difference
    assert found is not None
    assert (found.other, found.mean) == ("tuned", pytest.approx(-2 / 3))


def test_shares_have_students_interval_within_the_scale() -> None:
    shares = values("base", {"a": 0.5, "b": 1.0, "c": 1.0}, "arguments", "greedy")
    row = only(rows_of(shares), "base")
    half = stats.t.ppf(0.975, 2) / 6  # the standard deviation is 1/sqrt(12): its error 1/6
    assert (row.low, row.high) == (pytest.approx(5 / 6 - half), 1.0)
    more = rows_of(shares + values("tuned", {"a": 0.0, "b": 0.5, "c": 1.0}, "arguments", "greedy"))
    found = only(more, "tuned").difference
    assert found is not None
    assert (found.mean, found.higher, found.lower, found.p) == (pytest.approx(-1 / 3), 0, 2, None)


def test_other_methods_are_not_compared() -> None:
    rows = rows_of(BASE + values("local", {"a": 1.0}, method="likelihood"))
    assert only(rows, "local").difference is None


def test_nothing_in_common_makes_no_difference() -> None:
    rows = rows_of(BASE + values("late", {"x": 1.0}) + values("mute", {"a": None}))
    assert only(rows, "late").difference is None
    assert (only(rows, "mute").mean, only(rows, "mute").low, only(rows, "mute").attempted) == (None, None, 1)


def test_measures_keep_their_order() -> None:
    both = values("base", {"a": 1.0}, "acc_norm", "likelihood") + values("base", {"a": 1.0}, "acc", "likelihood")
    assert [row.measure for row in rows_of(both)] == ["acc", "acc_norm"]
