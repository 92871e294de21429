"""Points and pairs of an experiment, from rows of the store to the rows of a table."""

import pytest
from scipy import stats

from viva.records.rubric import Criterion, Rubric
from viva.store.judge_results import ExamplePoints, OrderTally, PairTally
from viva.workbench.experiment_points import criterion_points, pair_counts, unscored_pairs

RUBRIC = Rubric("r", "R", (Criterion("accuracy", 40, "?", 0, 5, {}), Criterion("style", 2.5, "?", 1, 3, {})))


def rows(system: str, criterion: str, *points: float | None) -> list[ExamplePoints]:
    return [ExamplePoints(system, criterion, f"example-{number}", value) for number, value in enumerate(points)]


def test_a_row_for_each_criterion_in_the_rubric_s_order_and_the_total_last() -> None:
    found = criterion_points(
        RUBRIC, ["base", "tuned"],
        rows("tuned", "accuracy", 16.0, 24.0) + rows("base", "accuracy", 8.0, 8.0) + rows("base", "total", 9.0, None),
    )  # fmt: skip
    assert [(row.criterion, row.weight) for row in found] == [("accuracy", 40), ("style", 2.5), (None, 42.5)]
    accuracy, style, total = found
    assert [(one.mean, one.n, one.attempted) for one in accuracy.systems] == [(8.0, 2, 2), (20.0, 2, 2)]
    assert [(one.mean, one.n, one.attempted) for one in style.systems] == [(None, 0, 0)] * 2
    assert [(one.mean, one.n, one.attempted) for one in total.systems] == [(9.0, 1, 2), (None, 0, 0)]
    assert (accuracy.difference, accuracy.shared) == (12.0, 2)
    assert (style.difference, total.difference, total.shared) == (None, None, 0)


def test_the_difference_is_over_what_both_have_points_for_with_a_paired_interval() -> None:
    before, after = [10.0, 0.0, 4.0, None, 40.0], [12.0, 8.0, 7.0, 40.0, None]
    [row, *_] = criterion_points(RUBRIC, ["b", "t"], [*rows("b", "accuracy", *before), *rows("t", "accuracy", *after)])
    apart = [2.0, 8.0, 3.0]
    interval = stats.t.interval(0.95, 2, loc=13 / 3, scale=stats.sem(apart))
    assert row.shared == 3
    assert row.difference == pytest.approx(13 / 3)
    assert row.difference_half_width == pytest.approx((interval[1] - interval[0]) / 2)
    [alone, *_] = criterion_points(RUBRIC, ["b"], rows("b", "accuracy", *before))
    assert alone.difference is None
    assert alone.systems[0].half_width == pytest.approx(stats.t.ppf(0.975, 3) * stats.sem([10.0, 0.0, 4.0, 40.0]))


def test_pairs_are_counted_for_the_later_system_whichever_side_its_texts_are_on() -> None:
    tallies = [
        PairTally("base", "tuned", None, "b", False, None, 3),
        PairTally("tuned", "base", None, "a", False, None, 4),
        PairTally("tuned", "base", None, "b", False, None, 2),
        PairTally("base", "tuned", None, "tie", True, None, 5),
        PairTally("tuned", "base", None, "tie", False, None, 1),
        PairTally("base", "tuned", None, None, False, "no JSON", 1),
        PairTally("tuned", "base", None, None, False, "no JSON", 2),
        PairTally("base", "tuned", "style", "a", False, None, 9),
    ]
    orders = [OrderTally("base", "tuned", None, 10, 7), OrderTally("tuned", "base", None, 10, 6)]
    whole, style = pair_counts(["base", "tuned"], [None, "style"], tallies, orders)
    assert (whole.system, whole.against, whole.criterion) == ("tuned", "base", None)
    assert (whole.wins, whole.ties, whole.losses, whole.flips, whole.unscored) == (7, 6, 2, 5, 3)
    assert whole.win_rate == pytest.approx((7 + 3) / 15)
    assert whole.first_rate == pytest.approx(13 / 20)
    assert (style.wins, style.losses, style.first_rate) == (0, 9, None)
    assert unscored_pairs(tallies) == [("", "no JSON", 3)]


def test_every_two_systems_have_a_row_also_without_a_verdict() -> None:
    found = pair_counts(["a", "b", "c"], [None], [], [])
    assert [(row.system, row.against, row.scored, row.win_rate) for row in found] == [
        ("b", "a", 0, None), ("c", "a", 0, None), ("c", "b", 0, None),
    ]  # fmt: skip
