"""Weighted means: equal to statsmodels', and to the textbook's formula within strata."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import DescrStatsW

from viva.stats.intervals import t_quantile
from viva.stats.mean_interval import mean_interval
from viva.stats.weighted_mean import weighted_mean

POINTS = st.integers(0, 20).map(float)
VALUES = st.lists(POINTS, min_size=2, max_size=30)


@given(st.lists(POINTS, min_size=2, max_size=7) | st.lists(POINTS, min_size=30, max_size=40))
def test_a_simple_sample_is_statsmodels_t_interval(values: list[float]) -> None:
    found = weighted_mean(values)
    assert found.value == pytest.approx(np.mean(values))
    if len(set(values)) == 1:
        assert (found.low, found.high, found.se) == (None, None, None)
        return
    low, high = DescrStatsW(values).tconfint_mean()
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))


def test_a_simple_sample_below_30_has_the_interval_of_the_leaderboard() -> None:
    values = [5.0] * 14 + [4.0] * 4 + [3.0, 0.0]
    found, beside = weighted_mean(values), mean_interval(values)
    assert beside.method == "bootstrap"
    assert (found.low, found.high, found.se, found.sd) == (beside.low, beside.high, beside.se, beside.sd)


@given(st.lists(st.tuples(st.integers(0, 20).map(float), st.integers(1, 9).map(float)), min_size=2, max_size=30))
def test_the_mean_and_spread_are_statsmodels_weighted_ones(drawn: list[tuple[float, float]]) -> None:
    values, weights = zip(*drawn, strict=True)
    found, theirs = weighted_mean(values, weights), DescrStatsW(values, weights)
    assert found.value == pytest.approx(theirs.mean)
    if found.sd:
        assert found.sd**2 == pytest.approx(theirs.var * len(values) / (len(values) - 1))


def test_equal_weights_are_none() -> None:
    values = [1.0, 4.0, 2.0, 8.0, 5.0]
    plain, weighed = weighted_mean(values), weighted_mean(values, [7.0] * 5)
    assert weighed == tuple(pytest.approx(one) for one in plain)


def test_within_strata_the_variance_is_that_of_the_textbook() -> None:
    rng = np.random.default_rng(5)
    strata = {"a": (60, rng.normal(10, 2, 18)), "b": (30, rng.normal(40, 5, 9)), "c": (10, rng.normal(80, 1, 5))}
    values = [value for _, drawn in strata.values() for value in drawn]
    labels = [name for name, (_, drawn) in strata.items() for _ in drawn]
    weights = [many / len(drawn) for many, drawn in strata.values() for _ in drawn]
    found = weighted_mean(values, weights, labels)
    assert found.value == pytest.approx(sum(many / 100 * drawn.mean() for many, drawn in strata.values()))
    within = sum(
        (many / 100) ** 2 * (1 - len(drawn) / many) * drawn.var(ddof=1) / len(drawn) for many, drawn in strata.values()
    )
    # The population of 100 is itself a sample of questions like these.
    assert found.se == pytest.approx(math.sqrt(within + found.sd**2 / 100))  # type: ignore[operator]
    assert found.high - found.value == pytest.approx(t_quantile(0.975, 29) * found.se)  # type: ignore[operator]


def test_few_lopsided_values_have_a_longer_half_where_the_tail_is() -> None:
    values = [5.0, 5.0, 4.0, 5.0, 5.0, 3.0, 5.0, 5.0, 4.0, 5.0] * 2
    found = weighted_mean([*values[:-1], 0.0], [3.0] * 20, ["a", "b"] * 10)
    half = t_quantile(0.975, 18) * found.se  # type: ignore[operator]
    assert found.value - found.low > 1.1 * half  # type: ignore[operator]
    assert found.high - found.value == pytest.approx(half)  # type: ignore[operator]
    mirrored = weighted_mean([-value for value in [*values[:-1], 0.0]], [3.0] * 20, ["a", "b"] * 10)
    assert mirrored.high == pytest.approx(-found.low, rel=0.02)  # type: ignore[operator]


def test_strata_make_the_interval_narrower_where_they_differ() -> None:
    values = [1.0, 2.0, 3.0, 101.0, 102.0, 103.0]
    weights, strata = [50.0] * 6, ["low"] * 3 + ["high"] * 3
    layered, plain = weighted_mean(values, weights, strata), weighted_mean(values, weights)
    assert layered.value == plain.value == pytest.approx(52)
    assert layered.se is not None
    assert plain.se is not None
    assert layered.se < plain.se / 5


def test_lone_values_of_strata_stand_together() -> None:
    values = [1.0, 2.0, 3.0, 9.0, 4.0]
    one = weighted_mean(values, [4.0] * 5, ["a", "a", "a", "b", "c"])
    assert one == weighted_mean(values, [4.0] * 5, ["a", "a", "a", "d", "d"])
    joined = weighted_mean(values, [4.0] * 5, ["a", "a", "b", "b", "c"])
    assert joined == weighted_mean(values, [4.0] * 5, ["a", "a", "b", "b", "a"])


def test_what_is_no_sample_is_refused() -> None:
    assert weighted_mean([3.0]) == (3.0, None, None, None, 1, None)
    for values, weights, strata in (
        ([], None, None), ([1.0, math.nan], None, None), ([1.0, 2.0], [1.0, 0.0], None), ([1.0, 2.0], [1.0], None),
        ([1.0, 2.0], None, ["a"]),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"value|weights|strata"):
            weighted_mean(values, weights, strata)
