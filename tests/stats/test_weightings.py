"""Shares of weightings: exact ones beside drawn ones and beside geometry, and what equal systems bring."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from viva.stats.weightings import leads_while, share_ahead, shares_first


def test_two_criteria_are_a_line() -> None:
    assert share_ahead([3.0, -1.0]) == pytest.approx(3 / 4)
    assert share_ahead([-1.0, 3.0]) == pytest.approx(3 / 4)


@pytest.mark.parametrize(
    "apart",
    [[3.0, -1.0, -1.0, -0.5], [1.0, 1.0, -1.0, -1.0], [0.2, -3.0, 1.0], [1.0, 0.0, -2.0], [5.0, 4.0, 3.0, -30.0, 0.0]],
)
def test_the_exact_share_is_what_draws_come_to(apart: list[float]) -> None:
    draws = stats.dirichlet.rvs(np.ones(len(apart)), size=400_000, random_state=1)
    found = share_ahead(apart)
    assert found is not None
    assert found == pytest.approx(float((draws @ np.asarray(apart) > 0).mean()), abs=4 * math.sqrt(0.25 / 400_000))


def test_three_criteria_are_an_area() -> None:
    apart = [2.0, -1.0, 0.5]

    def width(first: float) -> float:
        # Of the second weight, from 0 to 1 - first, where the sum with the third is above 0.
        bound = (apart[0] * first + apart[2] * (1 - first)) / (apart[2] - apart[1])
        return min(max(bound, 0.0), 1 - first)

    area, _ = integrate.quad(width, 0, 1, points=[1 / 2])
    assert share_ahead(apart) == pytest.approx(2 * area, abs=1e-9)


def test_distinct_differences_have_the_closed_form() -> None:
    apart = [0.9, 0.4, -0.3, -1.7, 0.1]
    closed = sum(d ** (len(apart) - 1) / math.prod(d - other for other in apart if other != d) for d in apart if d > 0)
    assert share_ahead(apart) == pytest.approx(closed, abs=1e-12)


def test_one_that_is_ahead_on_all_is_ahead_always_and_equals_are_told() -> None:
    assert share_ahead([1.0, 0.0, 2.0]) == 1.0
    assert share_ahead([-1.0, 0.0]) == 0.0
    assert share_ahead([0.0, 0.0]) is None
    assert share_ahead([]) is None


@given(st.lists(st.floats(-100, 100, allow_nan=False), min_size=1, max_size=8))
def test_a_share_and_its_mirror_make_one(apart: list[float]) -> None:
    found, mirrored = share_ahead(apart), share_ahead([-one for one in apart])
    assert (found is None) == (mirrored is None)
    if found is not None and mirrored is not None:
        assert 0 <= found <= 1
        assert found + mirrored == pytest.approx(1, abs=1e-9)


def test_drawn_shares_are_the_exact_one_of_two_systems_and_sum_to_one() -> None:
    values = np.array([[0.9, 0.2, 0.3], [0.1, 0.5, 0.6]])
    exact = share_ahead((values[0] - values[1]).tolist())
    found = shares_first(values, draws=100_000)
    assert exact is not None
    assert found[0] == pytest.approx(exact, abs=4 * math.sqrt(0.25 / 100_000))
    assert sum(found) == pytest.approx(1)
    assert shares_first(values, seed=5) == shares_first(values, seed=5)


def test_equal_systems_share_the_first_place() -> None:
    assert shares_first(np.full((3, 4), 0.4)) == pytest.approx([1 / 3] * 3)
    assert shares_first(np.array([[0.5, 0.5], [0.5, 0.5], [0.1, 0.1]])) == pytest.approx([0.5, 0.5, 0.0])


def test_systems_that_rounding_alone_tells_apart_share_the_first_place() -> None:
    assert shares_first(np.array([[0.1 + 0.2, 0.7], [0.3, 0.7]])) == [0.5, 0.5]


def test_the_weight_that_a_criterion_has_is_in_its_range_where_two_are_level() -> None:
    values = np.array([[0.9, 0.2], [0.5, 0.5]])
    for weights in ([3.0, 4.0], [0.3, 0.4], [300.0, 400.0], [3e-5, 4e-5]):
        low, high = leads_while(values, weights, 0, 0)
        assert low <= weights[0] / sum(weights) <= high
        low, high = leads_while(values, weights, 1, 0)
        assert low <= weights[0] / sum(weights) <= high


def test_a_criterion_may_weigh_until_another_system_catches_up() -> None:
    values = np.array([[0.9, 0.2], [0.5, 0.5]])
    # 0.4 w = 0.3 (1 - w)
    assert leads_while(values, [60, 40], 0, 0) == pytest.approx((3 / 7, 1.0))
    assert leads_while(values, [60, 40], 0, 1) == pytest.approx((0.0, 4 / 7))
    assert leads_while(np.array([[0.9, 0.6], [0.5, 0.5]]), [60, 40], 0, 0) == (0.0, 1.0)


def test_the_range_is_where_the_leader_changes() -> None:
    random = np.random.default_rng(3)
    for _ in range(50):
        values, weights = random.random((4, 3)), random.random(3) + 0.1
        leader = int((values @ weights).argmax())
        low, high = leads_while(values, weights.tolist(), leader, 1)
        rest = weights.copy()
        rest[1] = 0
        rest /= rest.sum()
        for share in np.linspace(0.005, 0.995, 100):
            mixed = (1 - share) * rest
            mixed[1] = share
            if min(abs(share - low), abs(share - high)) > 1e-6:
                assert (int((values @ mixed).argmax()) == leader) == (low < share < high)
