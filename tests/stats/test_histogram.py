"""Histograms on common bins."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.stats.histogram import MOST_BINS, common_edges, counts, mean_and_median

ANY = st.floats(allow_nan=True, allow_infinity=True)


def test_the_bins_are_equal_and_reach_over_all_groups() -> None:
    edges = common_edges([[0.0, 0.5], [1.0]], bins=4)
    assert edges == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert counts([0.0, 0.25, 0.3, 1.0], edges) == (1, 2, 0, 1)


def test_without_a_number_freedman_and_diaconis_choose_the_width() -> None:
    values = np.linspace(0, 1, 1000)
    # The interquartile range is 0.5, so the width is 1 / 10.
    assert len(common_edges([values.tolist()])) - 1 == 10


def test_the_number_of_bins_is_capped() -> None:
    values = [*np.linspace(0, 1, 1000).tolist(), 1000.0]
    assert len(common_edges([values])) - 1 == MOST_BINS
    assert len(common_edges([[1.0, 1.5, 2.0]])) - 1 == 4


def test_two_values_have_a_bin_each() -> None:
    edges = common_edges([[0.0, 1.0, 0.0], [0.0]])
    assert edges == (0.0, 0.5, 1.0)
    assert counts([0.0, 1.0, 0.0], edges) == (2, 1)


def test_half_of_the_values_alike_leave_bins_still() -> None:
    edges = common_edges([[0.5] * 30 + [0.1, 0.9]])
    assert 4 <= len(edges) - 1 <= MOST_BINS
    assert sum(counts([0.5] * 30 + [0.1, 0.9], edges)) == 32


@pytest.mark.parametrize(
    ("values", "edges"),
    [([0.3], (-0.2, 0.8)), ([2.0, 2.0], (1.5, 2.5)), ([0.0], (-0.5, 0.5)), ([-100.0], (-110.0, -90.0))],
)
def test_values_that_are_all_alike_lie_in_one_bin(values: list[float], edges: tuple[float, ...]) -> None:
    assert common_edges([values]) == edges
    assert counts(values, edges) == (len(values),)


def test_no_values_make_no_bins() -> None:
    assert common_edges([]) == ()
    assert common_edges([[], [math.nan]]) == ()
    assert counts([1.0], ()) == ()
    assert mean_and_median([math.nan]) == (None, None)


def test_fewer_than_one_bin_is_an_error() -> None:
    with pytest.raises(ValueError, match="0 bins"):
        common_edges([[1.0]], bins=0)


@given(st.lists(st.lists(ANY, max_size=30), max_size=4), st.none() | st.integers(1, 50))
def test_every_finite_value_is_in_exactly_one_bin(groups: list[list[float]], bins: int | None) -> None:
    edges = common_edges(groups, bins)
    assert all(math.isfinite(edge) for edge in edges)
    assert list(edges) == sorted(edges)
    for group in groups:
        finite = [value for value in group if math.isfinite(value)]
        assert sum(counts(group, edges)) == len(finite)
        mean, median = mean_and_median([value for value in finite if abs(value) < 1e300])
        assert (mean is None) is (median is None)


def test_mean_and_median_are_those_of_the_finite_values() -> None:
    assert mean_and_median([1.0, 2.0, math.inf, 6.0]) == (3.0, 2.0)
