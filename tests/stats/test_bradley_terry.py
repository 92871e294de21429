"""Strengths from pairs: what they equal, what their intervals equal, and what odd comparisons bring."""

import math
import random
from itertools import combinations
from typing import Any

import evalica
import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from viva.records.estimate import Estimate
from viva.stats import bradley_terry
from viva.stats.bradley_terry import Strengths
from viva.stats.intervals import t_quantile

Rows = tuple[list[int], list[int], list[float], list[int]]


def compared(strengths: list[float], questions: int, seed: int = 0, ties: float = 0.2) -> Rows:
    """Return comparisons of every two systems on every question."""
    draw = random.Random(seed)
    rows: Rows = ([], [], [], [])
    for question in range(questions):
        for one, other in combinations(range(len(strengths)), 2):
            chance = 1 / (1 + math.exp(strengths[other] - strengths[one]))
            score = 0.5 if draw.random() < ties else float(draw.random() < chance)
            for column, value in zip(rows, (one, other, score, question), strict=True):
                column.append(value)
    return rows


def regressed(rows: Rows, systems: int, **how: Any) -> Any:
    """Return the logistic regression that is the same model, the first system's strength being 0."""
    first, second, scores, _ = rows
    design = np.zeros((len(first), systems))
    design[np.arange(len(first)), first] = 1
    design[np.arange(len(first)), second] = -1
    return sm.GLM(np.asarray(scores), design[:, 1:], family=sm.families.Binomial()).fit(**how)


def test_strengths_are_those_of_a_logistic_regression() -> None:
    rows = compared([0.8, 0.2, -0.3, -0.7], 60)
    expected = np.array([0, *regressed(rows, 4).params])
    found = bradley_terry.fit(*rows, 4)
    assert found.values == pytest.approx(expected - expected.mean(), abs=1e-8)
    assert not found.separated.any()
    assert found.groups.tolist() == [0, 0, 0, 0]


def test_strengths_are_those_of_evalica_where_it_can_be_trusted() -> None:
    first, second, scores, _ = rows = compared([0.8, 0.2, -0.3, -0.7], 80, seed=4)
    winners = [{1.0: evalica.Winner.X, 0.0: evalica.Winner.Y, 0.5: evalica.Winner.Draw}[score] for score in scores]
    shares = evalica.bradley_terry(list(map(str, first)), list(map(str, second)), winners).scores
    expected = np.log([shares[str(system)] for system in range(4)])
    assert bradley_terry.fit(*rows, 4).values == pytest.approx(expected - expected.mean(), abs=1e-3)


def test_errors_are_close_to_the_sandwich_clustered_by_question() -> None:
    rows = compared([0.5, 0.1, -0.6], 400, seed=2)
    clustered = regressed(rows, 3, cov_type="cluster", cov_kwds={"groups": np.asarray(rows[3])})
    covariance = np.zeros((3, 3))
    covariance[1:, 1:] = clustered.cov_params()
    centred = np.eye(3) - 1 / 3
    expected = np.sqrt(np.diag(centred @ covariance @ centred))
    found = bradley_terry.fit(*rows, 3)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(expected, rel=0.02)
    strength = found.strength(0)
    assert strength.low is not None
    assert strength.value is not None
    half = float(np.sqrt(found.covariance[0, 0])) * t_quantile(0.975, 399)
    assert strength.value - strength.low == pytest.approx(half)


def test_errors_are_close_to_fits_without_each_question() -> None:
    rows = compared([0.5, 0.0, -0.5], 30, seed=5)
    whole = np.array([0, *regressed(rows, 3).params])
    whole -= whole.mean()
    squares = np.zeros(3)
    for question in range(30):
        kept = [place for place in range(len(rows[3])) if rows[3][place] != question]
        without = np.array([0, *regressed(tuple([column[p] for p in kept] for column in rows), 3).params])  # type: ignore[arg-type]
        squares += np.square(without - without.mean() - whole)
    found = bradley_terry.fit(*rows, 3)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(np.sqrt(29 / 30 * squares), rel=0.01)


def test_two_systems_have_the_logit_of_the_mean_score() -> None:
    scores = [1.0] * 26 + [0.0] * 19 + [0.5] * 5
    found = bradley_terry.fit([0] * 50, [1] * 50, scores, range(50), 2)
    share = sum(scores) / 50
    assert found.values[0] - found.values[1] == pytest.approx(math.log(share / (1 - share)))
    assert found.chance(0, 1).value == pytest.approx(share)
    assert found.chance(1, 0).value == pytest.approx(1 - share)
    assert found.ranks() == [(1, 2), (1, 2)]


def test_copies_of_questions_count_as_one_question_each() -> None:
    rows = compared([0.4, -0.4], 40, ties=0.0)
    doubled: Rows = (rows[0] * 2, rows[1] * 2, rows[2] * 2, rows[3] * 2)
    alone, twice = bradley_terry.fit(*rows, 2), bradley_terry.fit(*doubled, 2)
    assert twice.values == pytest.approx(alone.values)
    assert twice.covariance == pytest.approx(alone.covariance)


def test_fifty_to_nothing_is_told_and_held_back_by_a_tie() -> None:
    found = bradley_terry.fit([0] * 50, [1] * 50, [1.0] * 50, range(50), 2)
    assert found.separated.all()
    assert found.ends.tolist() == [1, -1]
    assert found.values[0] - found.values[1] == pytest.approx(math.log(50.5 / 0.5))
    apart = found.chance(0, 1)
    assert apart.low is not None
    assert apart.high is not None
    assert 0.8 < apart.low < 0.95 < apart.high < 1
    assert found.ranks() == [(1, 1), (2, 2)]


def test_one_that_never_loses_leaves_the_others_as_they_are() -> None:
    first, second = [0] * 10 + [1] * 10, [1] * 10 + [2] * 10
    found = bradley_terry.fit(first, second, [1.0] * 10 + [1.0] * 6 + [0.0] * 4, [*range(10), *range(10)], 3)
    assert found.separated.all()
    assert found.ends.tolist() == [1, -1, -1]
    assert found.values.argmax() == 0


def test_pairs_that_were_not_compared_are_given_no_tie() -> None:
    rows = ([0] * 10 + [1] * 4, [1] * 10 + [2] * 4, [1.0] * 14, list(range(14)))
    found = bradley_terry.fit(*rows, 3)
    apart = [found.values[one] - found.values[one + 1] for one in (0, 1)]
    assert apart == pytest.approx([math.log(10.5 / 0.5), math.log(4.5 / 0.5)], abs=1e-8)


def test_systems_that_nothing_connects_are_groups() -> None:
    first, second = [0, 0, 2, 2, 2, 3], [1, 1, 3, 3, 4, 4]
    found = bradley_terry.fit(first, second, [1.0, 0.0, 1.0, 0.0, 0.5, 0.5], range(6), 5)
    assert found.groups.tolist() == [1, 1, 0, 0, 0]
    assert found.chance(0, 2) == Estimate(None)
    assert found.values[:2].sum() == pytest.approx(0)
    assert found.values[2:].sum() == pytest.approx(0)
    assert [rank[1] for rank in found.ranks()] == [2, 2, 3, 3, 3]


def test_nothing_but_ties_has_no_interval() -> None:
    found = bradley_terry.fit([0, 0, 1], [1, 2, 2], [0.5] * 3, [0, 1, 2], 3)
    assert [found.strength(system) for system in range(3)] == [Estimate(0.0)] * 3
    assert found.ranks() == [(1, 3)] * 3
    assert not found.separated.any()


def test_one_comparison_has_a_strength_without_interval() -> None:
    found = bradley_terry.fit([0], [1], [1.0], [7], 2)
    assert found.strength(0) == Estimate(pytest.approx(math.log(3) / 2))
    assert found.ranks() == [(1, 2), (1, 2)]


def test_a_system_that_was_not_compared_has_no_strength_and_nothing_is_nothing() -> None:
    assert bradley_terry.fit([0], [1], [1.0], [0], 3).strength(2) == Estimate(None)
    assert bradley_terry.fit([], [], [], [], 0).ranks() == []


def test_a_system_is_not_compared_with_itself() -> None:
    with pytest.raises(ValueError, match="two systems"):
        bradley_terry.fit([0], [0], [1.0], [0], 1)
    with pytest.raises(ValueError, match="two systems"):
        bradley_terry.fit([0], [1], [math.nan], [0], 2)


def test_clear_differences_have_ranks_of_their_own() -> None:
    found = bradley_terry.fit(*compared([1.5, 0.0, -0.05, -1.5], 150), 4)
    assert found.ranks() == [(1, 1), (2, 3), (2, 3), (4, 4)]


COMPARISON = st.tuples(
    st.integers(0, 4), st.integers(0, 4), st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.integers(0, 6)
).filter(lambda one: one[0] != one[1])


@given(st.lists(COMPARISON, max_size=30))
def test_whatever_was_said_all_numbers_are_numbers(rows: list[tuple[int, int, float, int]]) -> None:
    found = bradley_terry.fit(*([row[place] for row in rows] for place in range(4)), 5)  # type: ignore[arg-type]
    _assert_numbers(found)
    mirrored = bradley_terry.fit(
        [row[1] for row in rows], [row[0] for row in rows], [1 - row[2] for row in rows], [row[3] for row in rows], 5
    )
    assert mirrored.values == pytest.approx(found.values, abs=1e-6)


def _assert_numbers(found: Strengths) -> None:
    estimates = [found.strength(one) for one in range(5)] + [found.chance(0, one) for one in range(1, 5)]
    for estimate in estimates:
        assert all(value is None or math.isfinite(value) for value in estimate)
        if estimate.value is not None and estimate.low is not None and estimate.high is not None:
            assert estimate.low <= estimate.value <= estimate.high
    assert all(1 <= low <= high <= 5 for low, high in found.ranks())
