"""Proportions: Wilson's interval, differences on the same items, McNemar's test: against known values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.stats.intervals import wilson
from viva.stats.proportions import difference, mcnemar


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, p. 857, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_agrees_with_published_values(successes: int, n: int, low: float, high: float) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_proportion_and_mirrors(counts: tuple[int, int]) -> None:
    successes, n = counts
    low, high = wilson(successes, n) or (2.0, -1.0)
    assert 0 <= low <= successes / n <= high <= 1
    assert wilson(n - successes, n) == pytest.approx((1 - high, 1 - low))


def test_wilson_of_nothing_is_none() -> None:
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="no proportion"):
        wilson(3, 2)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_a_difference_lies_in_its_interval_and_mirrors(higher: int, lower: int, same: int) -> None:
    n = higher + lower + same
    if n == 0:
        return
    low, high = difference(higher, lower, n)
    assert -1 <= low < high <= 1
    assert difference(lower, higher, n) == pytest.approx((-high, -low))


def test_a_difference_by_hand() -> None:
    # p12 = 11/102, p21 = 3/102: 8/102 ± 1.959964 · sqrt((14/102 − (8/102)²) / 102)
    half = 1.959963984540054 * math.sqrt((14 / 102 - (8 / 102) ** 2) / 102)
    assert difference(10, 2, 100) == pytest.approx((8 / 102 - half, 8 / 102 + half))
    with pytest.raises(ValueError, match="no counts"):
        difference(1, 1, 1)


@pytest.mark.parametrize(
    ("higher", "lower", "p"),
    # scipy.stats.binomtest(higher, higher + lower).pvalue
    [(0, 0, 1.0), (5, 5, 1.0), (1, 0, 1.0), (10, 2, 0.03857421875), (0, 6, 0.03125), (30, 12, 0.007915897334896727)],
)
def test_mcnemar_is_the_exact_binomial_test(higher: int, lower: int, p: float) -> None:
    assert mcnemar(higher, lower) == pytest.approx(p, rel=1e-4)


def test_mcnemar_takes_many_items() -> None:
    assert 0 <= mcnemar(5000, 4000) < 1e-20
    with pytest.raises(ValueError, match="negative"):
        mcnemar(-1, 2)
