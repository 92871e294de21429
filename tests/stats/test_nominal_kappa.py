"""Cohen's κ against scikit-learn, of ordered and of unordered values."""

import random
import warnings

import pytest
from sklearn.metrics import cohen_kappa_score

from viva.stats.kappa import nominal_kappa, quadratic_kappa


@pytest.mark.parametrize("seed", range(5))
def test_both_kinds_equal_another_implementation(seed: int) -> None:
    draw = random.Random(seed)
    first = [draw.randrange(6) for _ in range(40)]
    second = [min(max(value + draw.choice((-2, -1, 0, 0, 0, 1)), 0), 5) for value in first]
    assert nominal_kappa(first, second) == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)
    weighted = cohen_kappa_score(first, second, weights="quadratic")
    assert quadratic_kappa(first, second) == pytest.approx(weighted, abs=1e-12)


def test_raters_who_always_say_one_thing_have_none() -> None:
    assert nominal_kappa([], []) is None
    assert nominal_kappa(["a", "a"], ["a", "a"]) is None
    assert nominal_kappa(["a", "a"], ["b", "b"]) == 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert nominal_kappa(["a", "b"], ["b", "a"]) == cohen_kappa_score(["a", "b"], ["b", "a"]) == -1
