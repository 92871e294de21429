"""Quadratic-weighted κ: equal to scikit-learn's, None where nothing is to be agreed on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from viva.stats.kappa import level, quadratic_kappa

PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40)


@given(PAIRS)
def test_it_equals_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    first, second = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found = quadratic_kappa(first, second)
    if len({*first, *second}) == 1:
        assert found is None
        return
    assert found == pytest.approx(
        cohen_kappa_score(first, second, weights="quadratic", labels=[0, 1, 2, 3, 4, 5]), abs=1e-9
    )


def test_one_constant_rater_agrees_by_chance_only_and_two_not_at_all() -> None:
    assert quadratic_kappa([3, 3, 3], [1, 3, 5]) == 0
    assert quadratic_kappa([4, 4], [4, 4]) is None
    assert quadratic_kappa([], []) is None


@pytest.mark.parametrize(
    ("value", "whole"), [(2.5, 3), (3.5, 4), (2.49, 2), (2.4999999999999, 3), (-1.0, 0), (7.0, 5), (0.0, 0)]
)
def test_halves_go_up_and_nothing_leaves_the_scale(value: float, whole: int) -> None:
    assert level(value, 0, 5) == whole
