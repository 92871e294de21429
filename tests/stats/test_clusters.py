"""Estimates of clustered values: what they are equal to, and where there are none."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from viva.stats import clusters

FINITE = st.floats(-1e6, 1e6, allow_nan=False, allow_infinity=False)


def test_mean_of_lone_values_has_the_usual_interval() -> None:
    values = [3.0, 4.5, 2.0, 7.25, 5.0]
    found = clusters.mean(values, range(5))
    low, high = stats.t.interval(0.95, 4, loc=np.mean(values), scale=stats.sem(values))
    assert found == pytest.approx((np.mean(values), low, high), abs=1e-9)


def test_clusters_widen_the_interval_where_their_values_are_alike() -> None:
    values = [1.0, 1.0, 1.0, 5.0, 5.0, 5.0, 9.0, 9.0, 9.0]
    alone, together = clusters.mean(values, range(9)), clusters.mean(values, list("aaabbbccc"))
    assert alone.value == together.value == 5.0
    # Three clusters of equal values are three values.
    low, high = stats.t.interval(0.95, 2, loc=5, scale=stats.sem([1, 5, 9]))
    assert (together.low, together.high) == pytest.approx((low, high), abs=1e-9)
    assert together.low is not None
    assert alone.low is not None
    assert together.low < alone.low


def test_slope_is_that_of_least_squares_and_its_interval_leaves_out_each_cluster() -> None:
    draw = random.Random(3)
    x = [draw.uniform(0.5, 6) for _ in range(24)]
    y = [2 - 1.5 * value + draw.gauss(0, 2) for value in x]
    names = [place // 2 for place in range(24)]
    found = clusters.slope(y, x, names)
    whole = stats.linregress(x, y).slope
    without = []
    for name in range(12):
        kept = [place for place in range(24) if names[place] != name]
        without.append(stats.linregress([x[p] for p in kept], [y[p] for p in kept]).slope)
    half = stats.t.ppf(0.975, 11) * math.sqrt(11 / 12 * sum((value - whole) ** 2 for value in without))
    assert found == pytest.approx((whole, whole - half, whole + half), abs=1e-9)


def test_difference_is_that_of_the_means() -> None:
    values, chosen = [1.0, 2.0, 6.0, 8.0, 4.0, 5.0], [True, False, True, False, True, False]
    found = clusters.difference(values, chosen, list("aabbcc"))
    assert found.value == pytest.approx(11 / 3 - 5)
    # Each cluster is a pair: the difference is a mean of paired differences.
    low, high = stats.t.interval(0.95, 2, loc=found.value, scale=stats.sem([-1, -2, -1]))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_what_cannot_be_estimated_is_none() -> None:
    assert clusters.mean([], []) == clusters.NONE
    assert clusters.mean([3.0], ["a"]) == (3.0, None, None)
    assert clusters.difference([1.0, 2.0], [True, True], [1, 2]) == clusters.NONE
    assert clusters.slope([1.0, 2.0, 3.0], [5, 5, 5], [1, 2, 3]) == clusters.NONE
    # Without the only cluster of the one kind nothing is left to compare.
    found = clusters.difference([1.0, 2.0, 3.0], [True, False, False], ["a", "b", "c"])
    assert found.value == -1.5
    assert found.low is None


@given(st.lists(st.tuples(FINITE, st.integers(0, 9), st.booleans(), FINITE), max_size=25))
def test_no_input_gives_nan(rows: list[tuple[float, int, bool, float]]) -> None:
    values, names = [row[0] for row in rows], [row[1] for row in rows]
    for found in (
        clusters.mean(values, names),
        clusters.difference(values, [row[2] for row in rows], names),
        clusters.slope(values, [row[3] for row in rows], names),
    ):
        assert all(number is None or math.isfinite(number) for number in found)
        assert (found.low is None) == (found.high is None)


@pytest.mark.parametrize("questions", [10, 19])
def test_interval_of_a_mean_covers_the_truth(questions: int) -> None:
    rng = np.random.default_rng(questions)
    inside = 0
    for _ in range(1000):
        values = (rng.standard_normal((questions, 1)) + rng.standard_normal((questions, 3))).ravel() + 4
        found = clusters.mean(values.tolist(), np.repeat(np.arange(questions), 3).tolist())
        inside += found.low is not None and found.high is not None and found.low <= 4 <= found.high
    assert 0.93 <= inside / 1000 <= 0.97
