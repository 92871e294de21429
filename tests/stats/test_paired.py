"""Paired differences against scipy and statsmodels, and what they say of ties, constants and nothing at all."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as oracle
from statsmodels.stats.multitest import multipletests

from viva.stats.paired import holm, paired_difference, sign_flip, standardised

RANDOM = np.random.default_rng(8)


def scipy_p(differences: np.ndarray, resamples: float = np.inf) -> float:
    """Return the p of scipy's permutation test for paired samples, which flips the signs of the differences."""
    found = oracle.permutation_test(
        (differences, np.zeros_like(differences)), lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples", vectorized=True, n_resamples=resamples, rng=np.random.default_rng(1),
    )  # fmt: skip
    return float(found.pvalue)


@pytest.mark.parametrize("n", [2, 3, 5, 8, 12])
@pytest.mark.parametrize("shift", [0.0, 0.7, 3.0])
def test_all_flips_of_few_differences_give_what_scipy_gives(n: int, shift: float) -> None:
    """The same to 12 digits, ties and zeros among the differences included."""
    for differences in (RANDOM.normal(shift, 1, n), RANDOM.integers(-2, 4, n).astype(float)):
        p, test = sign_flip(differences)
        assert test == "exact"
        assert p == pytest.approx(scipy_p(differences), rel=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.15, 0.3])
def test_drawn_flips_come_near_to_those_of_scipy(shift: float) -> None:
    """Within four standard errors of two series of draws."""
    differences = RANDOM.normal(shift, 1, 60)
    p, test = sign_flip(differences, seed=3)
    other = scipy_p(differences, 20_000)
    assert test == "drawn"
    assert p == pytest.approx(other, abs=4 * math.sqrt(2 * max(other * (1 - other), 1e-4) / 20_000))


def test_drawn_flips_come_near_to_all_of_them() -> None:
    differences = RANDOM.normal(0.4, 1, 17)
    p, test = sign_flip(differences, seed=5)
    exact = scipy_p(differences)
    assert test == "drawn"
    assert p == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 20_000))


def test_very_many_differences_are_taken_as_normal() -> None:
    differences = RANDOM.normal(0.02, 1, 6_000)
    p, test = sign_flip(differences)
    assert test == "normal"
    z = differences.sum() / math.sqrt(float(differences @ differences))
    assert p == pytest.approx(2 * oracle.norm.sf(abs(z)), rel=1e-12)
    assert p == pytest.approx(oracle.ttest_1samp(differences, 0).pvalue, abs=1e-4)


def test_the_same_seed_draws_the_same_flips() -> None:
    differences = RANDOM.normal(0.2, 1, 40)
    assert sign_flip(differences, 4) == sign_flip(differences, 4)
    assert sign_flip(differences, 4) != sign_flip(differences, 5)


def test_zeros_change_nothing() -> None:
    differences = RANDOM.normal(0.5, 1, 10)
    assert sign_flip(np.concatenate([differences, np.zeros(30)])) == sign_flip(differences)


def test_all_ties_and_no_differences() -> None:
    assert sign_flip([0.0, 0.0]) == (1.0, "exact")
    assert sign_flip([]) == (None, "none")


def test_a_p_is_never_zero() -> None:
    p, _ = sign_flip(np.linspace(5, 6, 100))
    assert p == pytest.approx(1 / 20_001)


def test_mean_interval_and_effect_are_those_of_scipy() -> None:
    """To ten digits, for as many questions as have the interval of t."""
    first, second = RANDOM.normal(60, 10, 40), RANDOM.normal(57, 12, 40)
    found = paired_difference(first, second)
    other = oracle.ttest_rel(first, second)
    low, high = other.confidence_interval(0.95)
    assert found.difference == pytest.approx((first - second).mean(), rel=1e-10)
    assert (found.low, found.high) == (pytest.approx(low, rel=1e-10), pytest.approx(high, rel=1e-10))
    assert found.effect == pytest.approx(float(other.statistic) / math.sqrt(40), rel=1e-10)
    assert (found.first, found.second) == (pytest.approx(first.mean()), pytest.approx(second.mean()))
    assert found.p == pytest.approx(float(other.pvalue), abs=0.02)


def test_questions_without_a_value_of_both_are_left_out() -> None:
    found = paired_difference([1.0, np.nan, 3.0, 4.0], [1.0, 2.0, np.nan, 1.0])
    assert (found.n, found.higher, found.equal, found.lower) == (2, 1, 1, 0)
    assert found.difference == 1.5


def test_rounding_is_no_difference() -> None:
    found = paired_difference([0.1 + 0.2, 1.0, 40 * 3 / 5], [0.3, 1.0, 24.0])
    assert (found.higher, found.equal, found.lower) == (0, 3, 0)
    assert (found.p, found.effect, found.difference) == (1.0, None, 0.0)


def test_nothing_to_compare() -> None:
    found = paired_difference([np.nan], [1.0])
    assert (found.n, found.difference, found.p, found.interval, found.test) == (0, None, None, "none", "none")


def test_a_single_question_has_a_difference_and_no_interval() -> None:
    found = paired_difference([3.0], [1.0])
    assert (found.n, found.difference, found.low, found.high, found.p, found.effect) == (1, 2.0, None, None, 1.0, None)


def test_values_at_the_end_of_all_numbers_have_a_difference() -> None:
    found = paired_difference([1.7e308] * 3, [-1.7e308] * 3)
    assert (found.n, found.higher, found.p) == (3, 3, 0.25)
    assert (found.first, found.second, found.difference) == (1e300, -1e300, 2e300)


def test_equal_differences_have_no_effect_size() -> None:
    assert standardised([2.0, 2.0, 2.0]) is None


@settings(max_examples=50)
@given(st.lists(st.floats(0, 1), max_size=30))
def test_holm_is_that_of_statsmodels(ps: list[float]) -> None:
    """To 12 digits."""
    if ps:
        assert holm(ps) == pytest.approx(multipletests(ps, method="holm")[1].tolist(), rel=1e-12)
    else:
        assert holm(ps) == []


def test_holm_counts_only_the_tests_that_were_made() -> None:
    assert holm([None, 0.02, None, 0.04]) == [None, 0.04, None, 0.04]


WILD = st.floats(allow_infinity=False) | st.just(math.nan)


@settings(max_examples=60)
@given(st.lists(st.tuples(WILD, WILD), max_size=24))
def test_wild_values_never_give_what_is_no_number(pairs: list[tuple[float, float]]) -> None:
    found = paired_difference([a for a, _ in pairs], [b for _, b in pairs])
    numbers = [value for value in found if isinstance(value, float)]
    assert all(math.isfinite(value) for value in numbers)
    assert found.higher + found.equal + found.lower == found.n
    assert found.p is None or 0 < found.p <= 1


def mirrored(first: np.ndarray, second: np.ndarray, seed: int = 0) -> None:
    one, other = paired_difference(first, second, seed), paired_difference(second, first, seed)
    turned = [None if value is None else -value for value in (other.difference, other.high, other.low, other.effect)]
    assert [one.difference, one.low, one.high, one.effect] == turned
    assert (one.first, one.second, one.sd, one.se, one.p) == (other.second, other.first, other.sd, other.se, other.p)
    assert (one.interval, one.test, one.higher, one.lower) == (other.interval, other.test, other.lower, other.higher)


@pytest.mark.parametrize("n", [2, 7, 8, 12, 17, 29, 40])
@pytest.mark.parametrize("seed", [0, 5])
def test_two_systems_that_change_places_are_mirror_images_to_the_digit(n: int, seed: int) -> None:
    first = np.random.default_rng(n).gamma(2.0, 10.0, n)
    for second in (first - RANDOM.normal(1, 8, n), first - RANDOM.integers(-2, 4, n)):
        mirrored(first, second, seed)


def test_differences_that_stand_beside_their_opposites_reach_as_far_to_either_side() -> None:
    differences = np.array([-9.0, -2.0, -1.0, -0.5, 0.0, 0.0, 0.5, 1.0, 2.0, 9.0])
    mirrored(differences, np.zeros(10))
    found = paired_difference(differences, np.zeros(10))
    assert (found.interval, found.low) == ("bootstrap", -(found.high or 0.0))


@settings(max_examples=60)
@given(st.lists(st.tuples(WILD, WILD), max_size=24))
def test_wild_values_are_mirrored_too(pairs: list[tuple[float, float]]) -> None:
    mirrored(np.array([a for a, _ in pairs]), np.array([b for _, b in pairs]))
