"""Ranges of places: as wide as what cannot be told apart, one place where everything can."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats
from statsmodels.stats.multitest import multipletests

from viva.stats.rank_ranges import RankRange, rank_ranges


def drawn(*means: float, n: int = 60, seed: int = 1) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    rng = np.random.default_rng(seed)
    return rng.normal(0, 8, (n, 1)) + rng.normal(means, 4, (n, len(means)))


def test_systems_far_apart_have_one_place_each() -> None:
    assert rank_ranges(drawn(50, 70, 60)) == [RankRange(3, 3, ()), RankRange(1, 1, ()), RankRange(2, 2, ())]


def test_where_less_is_better_the_lowest_comes_first() -> None:
    assert [one and one.best for one in rank_ranges(drawn(50, 70, 60), -1)] == [1, 3, 2]


def test_systems_that_are_alike_share_their_places() -> None:
    values = drawn(70, 50, 70, seed=2)
    assert rank_ranges(values) == [RankRange(1, 2, (2,)), RankRange(3, 3, ()), RankRange(1, 2, (0,))]


def test_pairing_tells_apart_what_intervals_do_not() -> None:
    """Questions differ much, systems little: only on the same questions is it seen."""
    rng = np.random.default_rng(3)
    questions = rng.normal(50, 30, 40)
    values = np.stack([questions, questions + 3 + rng.normal(0, 2, 40)], axis=1)
    assert rank_ranges(values) == [RankRange(2, 2, ()), RankRange(1, 1, ())]


def test_many_pairs_are_corrected_as_holm_does() -> None:
    """With scipy's paired t and statsmodels' Holm, whose p are close to those of flipped signs at this size."""
    values = drawn(50, 51.5, 52, 53, 55, n=80, seed=5)
    pairs = [(one, other) for one in range(5) for other in range(one + 1, 5)]
    ps = [stats.ttest_rel(values[:, one], values[:, other]).pvalue for one, other in pairs]
    rejected = multipletests(ps, 0.05, "holm")[0]
    expected = {pair for pair, told in zip(pairs, rejected, strict=True) if not told}
    found = rank_ranges(values)
    assert {(a, b) for a, one in enumerate(found) if one for b in one.alike if a < b} == expected
    assert 0 < len(expected) < len(pairs)


def test_without_a_common_question_nothing_is_told_apart() -> None:
    values = np.array([[90.0, np.nan], [91.0, np.nan], [np.nan, 10.0], [np.nan, 12.0]])
    assert rank_ranges(values) == [RankRange(1, 2, (1,)), RankRange(1, 2, (0,))]


def test_a_system_without_values_has_no_place() -> None:
    values = drawn(50, 70)
    values[:, 0] = np.nan
    assert rank_ranges(values) == [None, RankRange(1, 1, ())]
    assert rank_ranges(np.empty((0, 2))) == [None, None]


def test_few_questions_tell_nothing_apart() -> None:
    assert rank_ranges(np.array([[100.0, 0.0]] * 5)) == [RankRange(1, 2, (1,)), RankRange(1, 2, (0,))]
    assert rank_ranges(np.array([[100.0, 0.0]] * 6)) == [RankRange(1, 1, ()), RankRange(2, 2, ())]


def test_near_the_bound_flips_decide_and_not_their_normal_limit() -> None:
    """Of few skewed differences: p is 0.044 by flips, 0.066 by the limit."""
    apart = np.random.default_rng(28).exponential(1, 18) - 0.55
    assert rank_ranges(np.stack([50 + apart, np.full(18, 50.0)], axis=1)) == [RankRange(1, 1, ()), RankRange(2, 2, ())]


def test_the_true_places_are_in_all_ranges_nearly_always() -> None:
    outside = 0
    for seed in range(200):
        found = rank_ranges(drawn(50, 50, 50, n=20, seed=seed))
        outside += any(one is not None and (one.best, one.worst) != (1, 3) for one in found)
    assert outside <= 0.09 * 200


@given(
    arrays.arrays(
        np.float64, st.tuples(st.integers(0, 12), st.integers(1, 4)),
        elements=st.sampled_from([0.0, 1.0, 50.0, 100.0, 1.7e308, -1.7e308, 5e-324, float("nan")]),
    )
)  # fmt: skip
def test_ranges_fit_together(values: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> None:
    found = [one for one in rank_ranges(values) if one is not None]
    for one in found:
        assert 1 <= one.best <= one.worst <= len(found)
        assert one.worst - one.best == len(one.alike)
    if found:
        assert min(one.best for one in found) == 1
