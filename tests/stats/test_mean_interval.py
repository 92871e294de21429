"""The interval of a mean: equal to others' where it is t, close to a plain bootstrap-t below, and never NaN."""

import math
import random
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from viva.stats.mean_interval import MeanInterval, is_drawn, mean_interval, of_summary

SKEWED = [0.1, 0.3, 0.2, 0.5, 1.9, 0.4, 0.9, 3.8, 0.6, 0.2, 1.1, 0.7, 2.4, 0.3, 0.8, 0.1, 1.4, 0.5, 0.9, 5.2]


def numbers(found: MeanInterval) -> list[float]:
    return [number for number in astuple(found)[1:6] if number is not None]


@pytest.mark.parametrize("n", [2, 5, 7, 30, 31, 128, 500])
def test_t_is_that_of_scipy_and_of_statsmodels(n: int) -> None:
    values = np.random.default_rng(n).gamma(2.0, 20.0, n)
    found = mean_interval(values.tolist())
    assert found.method == "t"
    assert (found.mean, found.sd, found.se) == pytest.approx(
        (values.mean(), values.std(ddof=1), stats.sem(values)), rel=1e-12
    )
    expected = stats.t.interval(0.95, n - 1, loc=values.mean(), scale=stats.sem(values))
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9)
    assert (found.low, found.high) == pytest.approx(DescrStatsW(values).tconfint_mean(), rel=1e-9)


def test_below_thirty_it_is_a_studentised_bootstrap() -> None:
    """Against one written out by hand, with another generator: equal but for what drawing leaves open."""
    draw = random.Random(7)
    n, mean, se = len(SKEWED), float(np.mean(SKEWED)), float(stats.sem(SKEWED))
    ratios = []
    for _ in range(20_000):
        drawn = draw.choices(SKEWED, k=n)
        middle = math.fsum(drawn) / n
        spread = math.sqrt(math.fsum((value - middle) ** 2 for value in drawn) / (n - 1))
        ratios.append((middle - mean) / (spread / math.sqrt(n)))
    ratios.sort()
    low, high = mean - ratios[19_500] * se, mean - ratios[500] * se
    found = mean_interval(SKEWED)
    assert found.method == "bootstrap"
    assert found.low == pytest.approx(low, abs=0.06 * (high - low))
    assert found.high == pytest.approx(high, abs=0.06 * (high - low))
    assert found.mean is not None
    assert found.low is not None
    assert found.high is not None
    # Skewed to the right, the mean may well lie further up.
    assert found.high - found.mean > found.mean - found.low


def test_the_seed_and_not_the_order_decides_the_digits() -> None:
    assert mean_interval(SKEWED, seed=3) == mean_interval(SKEWED[::-1], seed=3)
    assert mean_interval(SKEWED, seed=3) != mean_interval(SKEWED, seed=4)


def test_half_width_is_half_of_the_interval() -> None:
    found = mean_interval(SKEWED)
    assert found.low is not None
    assert found.high is not None
    assert found.half_width == pytest.approx((found.high - found.low) / 2)
    assert mean_interval([1.0]).half_width is None


def test_what_has_no_interval() -> None:
    assert mean_interval([]) == MeanInterval(0, None, None, None, None, None, "none")
    assert mean_interval([4.0]) == MeanInterval(1, 4.0, None, None, None, None, "none")
    assert mean_interval([80.0] * 25) == MeanInterval(25, 80.0, 0.0, 0.0, None, None, "none")
    assert mean_interval([0.0] * 50).method == "none"
    assert mean_interval([0.1 + 0.2, 0.3] * 20).method == "none"


@pytest.mark.parametrize("values", [[80.0] * 19 + [20.0], [80.0] * 18 + [79.999, 20.0], [1.0] * 11 + [0.0]])
def test_draws_without_spread_leave_it_to_t(values: list[float]) -> None:
    found = mean_interval(values)
    assert found.method == "t"
    assert (found.low, found.high) == pytest.approx(DescrStatsW(values).tconfint_mean(), rel=1e-9)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="no numbers"):
        mean_interval([1.0, value, 2.0])


@pytest.mark.parametrize("n", [1, 2, 7, 30, 200])
def test_a_summary_says_the_same_where_nothing_is_drawn(n: int) -> None:
    assert not is_drawn(n)
    values = np.random.default_rng(n).normal(50, 10, n)
    found, known = mean_interval(values.tolist()), of_summary(n, values.mean(), values.std(ddof=1) if n > 1 else None)
    assert known.method == found.method
    assert numbers(known) == pytest.approx(numbers(found), rel=1e-12)


def test_a_summary_of_equal_values_has_no_interval() -> None:
    assert of_summary(40, 0.3, 1e-17) == MeanInterval(40, 0.3, 0.0, 0.0, None, None, "none")
    assert of_summary(0, None, None) == mean_interval([])


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=40)
    | st.lists(st.sampled_from([0.0, 50.0, 100.0]), max_size=40)
)
def test_no_input_gives_nan_or_an_interval_without_its_mean(values: list[float]) -> None:
    found = mean_interval(values)
    assert all(map(math.isfinite, numbers(found)))
    assert (found.low is None) == (found.high is None) == (found.method == "none")
    if found.low is not None and found.high is not None and found.mean is not None:
        assert found.low <= found.mean <= found.high


@pytest.mark.parametrize("kind", ["normal", "skewed", "heaped"])
def test_it_covers_the_truth_at_twenty(kind: str) -> None:
    rng = np.random.default_rng(20)
    every, truth = {
        "normal": (rng.normal(3, 1, (2000, 20)), 3.0),
        "skewed": (rng.exponential(1, (2000, 20)), 1.0),
        "heaped": (rng.choice([0.0, 20, 60, 80, 100], p=[0.2, 0.1, 0.2, 0.2, 0.3], size=(2000, 20)), 60.0),
    }[kind]
    inside = 0
    for values in every:
        found = mean_interval(values)
        inside += found.low is not None and found.high is not None and found.low <= truth <= found.high
    assert 0.93 <= inside / 2000 <= 0.98
