"""Repeat consistency of a judge."""

import statistics

import pytest

from viva.stats.judge_habits import repeats


def test_equal_pairs_and_spread_are_means_over_items() -> None:
    found = repeats([[3, 3, 4], [2, 2], [5]])
    assert found is not None
    assert found.items == 2
    assert found.same == pytest.approx((1 / 3 + 1) / 2)
    assert found.sd == pytest.approx(statistics.stdev([3, 3, 4]) / 2)


def test_values_that_differ_by_rounding_are_equal() -> None:
    found = repeats([[0.1 + 0.2, 0.3]])
    assert found is not None
    assert found.same == 1


def test_without_a_second_value_there_is_nothing_to_tell() -> None:
    assert repeats([]) is None
    assert repeats([[1.0], []]) is None
