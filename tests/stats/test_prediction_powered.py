"""Prediction-powered means: equal to ppi-python's where it is the same, right where nothing is left to chance."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

from viva.stats.intervals import t_quantile
from viva.stats.mean_interval import mean_interval
from viva.stats.prediction_powered import Powered, TooFew, mean

Z = 1.959963984540054
POINTS = st.integers(0, 20).map(lambda level: 5.0 * level)


def drawn(n: int, more: int, r: float, seed: int = 0) -> tuple[Any, Any, Any]:
    """Return people's values, the judge's of the same, and of so many others."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n + more)
    judge = 58 + 9 * (r * truth + math.sqrt(1 - r * r) * rng.normal(size=n + more))
    return 50 + 12 * truth[:n], judge[:n], judge[n:]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("n", "more", "r"), [(20, 180, 0.8), (60, 180, 0.6), (200, 60, 0.3)])
def test_estimate_and_error_are_those_of_ppi_python_at_the_same_tuning(n: int, more: int, r: float, seed: int) -> None:
    y, f, rest = drawn(n, more, r, seed)
    found = mean(y, f, rest)
    assert found.value == pytest.approx(float(ppi_mean_pointestimate(y, f, rest, lam=found.tuning)[0]), abs=1e-9)
    low, high = ppi_mean_ci(y, f, rest, alpha=0.05, lam=found.tuning)
    theirs = (float(high[0]) - float(low[0])) / (2 * Z)
    # They divide by n and N, and take λ for known: here two degrees go, and its own variance is added.
    judge = found.tuning**2 * rest.var() / more
    ours = found.se**2 - found.tuning**2 * rest.var() / (more - 1)
    left = found.residual_sd**2 / n
    assert theirs**2 - judge == pytest.approx(left * (n - 2) / n, rel=1e-9)
    slope_error = (np.concatenate([f, rest]).mean() - f.mean()) ** 2 / ((f - f.mean()) ** 2).sum()
    assert ours == pytest.approx(left + found.residual_sd**2 * slope_error, rel=1e-9)
    if n >= 30:
        half = t_quantile(0.975, n - 2) * found.se
        assert (found.low, found.high) == (pytest.approx(found.value - half), pytest.approx(found.value + half))


@pytest.mark.parametrize("seed", range(6))
def test_tuning_is_that_of_ppi_python_but_for_the_questions_whose_spread_counts(seed: int) -> None:
    y, f, rest = drawn(60, 180, 0.7, seed)
    theirs = _their_tuning(y, f, rest)
    everything = np.concatenate([f, rest])
    assert mean(y, f, rest).tuning == pytest.approx(theirs * everything.var(ddof=1) / f.var(ddof=0), rel=1e-9)


def test_with_many_questions_nothing_is_left_of_the_differences_from_ppi_python() -> None:
    y, f, rest = drawn(20_000, 60_000, 0.7)
    found = mean(y, f, rest)
    low, high = ppi_mean_ci(y, f, rest, alpha=0.05)
    assert found.tuning == pytest.approx(_their_tuning(y, f, rest), rel=0.01)
    assert (found.low, found.high) == (
        pytest.approx(float(low[0]), abs=2e-3), pytest.approx(float(high[0]), abs=2e-3),
    )  # fmt: skip


def test_with_few_questions_the_interval_is_lengthened_where_the_bootstrap_does() -> None:
    # Most texts have the top level, so that the mean may be further below than above.
    y = np.array([40.0] * 12 + [32.0] * 6 + [24.0, 8.0])
    f, rest = np.full(20, 32.0), np.tile([32.0, 40.0], 50)
    alone, found = mean_interval(y.tolist()), mean(y, f, rest)
    assert (found.tuning, found.value) == (0, pytest.approx(alone.mean))
    assert found.low == pytest.approx(alone.low)
    # The bootstrap's upper half is shorter than that of t, which stays.
    assert alone.high < found.high  # type: ignore[operator]
    assert found.high == pytest.approx(found.value + t_quantile(0.975, 19) * found.se)
    layered = mean(y, f, rest, [5.0] * 20, ["a", "b"] * 10)
    half = t_quantile(0.975, 18) * layered.se
    assert layered.value - layered.low > 1.1 * half  # type: ignore[operator]
    assert layered.high == pytest.approx(layered.value + half)


def test_ratings_count_as_many_as_the_correlation_says() -> None:
    y, f, rest = drawn(60, 180, 0.7)
    found = mean(y, f, rest)
    r = float(np.corrcoef(y, f)[0, 1])
    assert (found.n, found.judged, found.correlation) == (60, 180, pytest.approx(r))
    assert found.effective == pytest.approx(60 / (1 - r * r * 180 / 240))


def test_strata_of_a_size_in_their_own_shares_change_little_and_weights_alone_nothing() -> None:
    y, f, rest = drawn(60, 180, 0.7)
    plain, weighed = mean(y, f, rest), mean(y, f, rest, weights=[4.0] * 60)
    assert weighed.value == pytest.approx(plain.value, abs=1e-9)
    assert weighed.tuning == pytest.approx(plain.tuning, rel=1e-9)
    assert weighed.se == pytest.approx(plain.se, rel=0.05)
    layered = mean(y, f, rest, weights=[4.0] * 60, strata=[at % 3 for at in range(60)])
    assert layered.se == pytest.approx(plain.se, rel=0.1)


def test_a_judge_that_knows_the_strata_apart_gains_from_them() -> None:
    rng = np.random.default_rng(3)
    strata = np.repeat([0, 1, 2, 3], 15)
    y = strata * 20 + rng.normal(size=60)
    f = strata * 20 + rng.normal(size=60) * 3
    rest = np.repeat([0, 1, 2, 3], 45) * 20 + rng.normal(size=180) * 3
    assert mean(y, f, rest, [4.0] * 60, strata.tolist()).value == pytest.approx(30, abs=1)


def test_weights_undo_that_a_stratum_was_drawn_more_often() -> None:
    y = [0.0, 2.0] * 10 + [50.0, 52.0] * 10
    strata = ["many"] * 20 + ["few"] * 20
    weights = [9.0] * 20 + [1.0] * 20
    rest = [1.0] * 160
    found = mean(y, y, rest, weights, strata)
    # Where the judge says what people say, the mean is that of all questions.
    assert found.value == pytest.approx((sum(y) + 160) / 200)
    assert found.tuning == pytest.approx(160 / 200)


def test_a_judge_that_tells_nothing_is_not_followed() -> None:
    y, f, rest = drawn(30, 60, 0.5)
    for useless in (np.full(30, 4.0), 100 - f):
        found = mean(y, useless, rest)
        assert (found.tuning, found.effective, found.value) == (0, 30, pytest.approx(y.mean()))
        assert found.se == pytest.approx(y.std(ddof=1) / math.sqrt(30))


def test_equal_values_of_people_have_no_interval() -> None:
    found = mean([80.0] * 25, list(range(25)), list(range(60)))
    assert (found.value, found.low, found.high, found.se, found.correlation) == (80, None, None, 0, None)
    layered = mean(
        [80.0] * 25, [float(at % 5) for at in range(25)], [1.0, 2.0], [2.0] * 25, [at % 5 for at in range(25)]
    )
    assert (layered.value, layered.low, layered.tuning) == (pytest.approx(80), None, 0)


def test_too_few_questions_are_refused_with_a_reason() -> None:
    y, f, rest = drawn(20, 30, 0.5)
    with pytest.raises(TooFew, match="19 questions of the random sample are rated and judged, 20 are needed"):
        mean(y[:19], f[:19], rest)
    with pytest.raises(TooFew, match="1 question of the random sample is rated"):
        mean(y[:1], f[:1], rest)
    with pytest.raises(TooFew) as refused:
        mean(y, f, rest[:1])
    assert refused.value.reason == "the judge has judged no other questions than those that people have rated"
    with pytest.raises(ValueError, match="a value is missing"):
        mean([math.nan, *y[1:]], f, rest)
    with pytest.raises(ValueError, match="the same questions"):
        mean(y, f[1:], rest)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(POINTS, POINTS, st.sampled_from("abcd")), min_size=20, max_size=40),
    st.lists(POINTS, min_size=2, max_size=60),
    st.booleans(),
)
def test_no_points_bring_forth_a_number_that_is_none(
    rated: list[tuple[float, float, str]], rest: list[float], layered: bool
) -> None:
    y, f, strata = zip(*rated, strict=True)
    given_ = ([3.0 + (one == "a") for one in strata], list(strata)) if layered else (None, None)
    found: Powered = mean(y, f, rest, *given_)
    assert all(number is None or math.isfinite(number) for number in found)
    assert found.effective >= found.n
    assert found.tuning >= 0
    if found.low is not None and found.high is not None:
        assert found.low <= found.value <= found.high


def _their_tuning(y: Any, f: Any, rest: Any) -> float:
    """Return λ from two point estimates of ppi-python, which does not tell it."""
    tuned = float(np.squeeze(ppi_mean_pointestimate(y, f, rest)))
    return (tuned - float(y.mean())) / float(rest.mean() - f.mean())
