"""Correlations: equal to scipy's, ties and rounding included, and None where there are none."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from viva.stats.clusters import jackknifed
from viva.stats.correlation import kendall, pearson, ranks, spearman

VALUES = st.one_of(
    st.integers(0, 5).map(float), st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))
)


def _drawn(seed: int, size: int, levels: int | None) -> tuple[list[float], list[float]]:
    draw = random.Random(seed)
    first = [draw.gauss(50, 20) for _ in range(size)]
    second = [0.6 * value + draw.gauss(20, 15) for value in first]
    if levels is None:
        return first, second
    step = 100 / levels
    return [round(v / step) * step for v in first], [round(v / step) * step for v in second]


@pytest.mark.parametrize("levels", [None, 5, 20])
@pytest.mark.parametrize("size", [3, 17, 200])
def test_all_three_equal_scipys(size: int, levels: int | None) -> None:
    first, second = _drawn(size, size, levels)
    assert pearson(first, second).value == pytest.approx(stats.pearsonr(first, second).statistic, abs=1e-9)
    assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second).statistic, abs=1e-9)
    assert kendall(first, second) == pytest.approx(stats.kendalltau(first, second).statistic, abs=1e-9)


@given(st.lists(st.tuples(VALUES, VALUES), max_size=30))
def test_no_input_gives_anything_but_a_correlation_or_none(pairs: list[tuple[float, float]]) -> None:
    first, second = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    flat = len(set(first)) < 2 or len(set(second)) < 2
    for value in (pearson(first, second).value, spearman(first, second), kendall(first, second)):
        assert value is None or -1 <= value <= 1 + 1e-12
        if flat:
            assert value is None


def test_constant_values_have_no_correlation_however_they_were_rounded() -> None:
    flat = [0.1 + 0.2, 0.3, 0.3, 0.3]
    assert pearson(flat, [1, 2, 3, 4]) == (None, None, None)
    assert spearman([2, 2, 2], [1, 2, 3]) is None
    assert kendall([1, 2, 3], [7, 7, 7]) is None
    assert pearson([], []).value is None


def test_equal_values_share_the_average_of_their_ranks() -> None:
    assert ranks([10, 30, 20, 30]).tolist() == [1.0, 3.5, 2.0, 3.5]


def test_whole_correlation_has_an_interval_of_no_width() -> None:
    found = pearson([1, 2, 3, 4, 5], [2, 4, 6, 8, 10])
    assert found.value == pytest.approx(1)
    assert found.low == pytest.approx(1)
    assert found.high == pytest.approx(1)


def test_one_cluster_leaves_the_value_without_an_interval() -> None:
    found = pearson([1, 2, 4, 3], [1, 3, 2, 4], ["q"] * 4)
    assert found.value == pytest.approx(0.4)
    assert found.low is None
    assert found.high is None


def test_interval_needs_spread_without_any_one_cluster() -> None:
    found = pearson([0, 0, 0, 1], [0, 0, 0, 1], ["a", "b", "c", "d"])
    assert found.value == pytest.approx(1)
    assert found.low is None


def test_interval_is_near_fishers_where_each_item_is_alone() -> None:
    first, second = _drawn(1, 400, None)
    found = pearson(first, second)
    fisher = stats.pearsonr(first, second).confidence_interval(0.95)
    assert found.low == pytest.approx(fisher.low, abs=0.02)
    assert found.high == pytest.approx(fisher.high, abs=0.02)


def test_interval_is_that_of_leaving_out_each_cluster() -> None:
    first, second = _drawn(2, 30, 5)
    names = [place // 3 for place in range(30)]
    whole = math.atanh(stats.pearsonr(first, second).statistic)
    without = []
    for name in range(10):
        kept = [place for place in range(30) if names[place] != name]
        without.append(math.atanh(stats.pearsonr([first[p] for p in kept], [second[p] for p in kept]).statistic))
    error = math.sqrt(9 / 10 * sum((value - whole) ** 2 for value in without))
    half = stats.t.ppf(0.975, 9) * error
    found = pearson(first, second, names)
    assert found.low == pytest.approx(math.tanh(whole - half), abs=1e-9)
    assert found.high == pytest.approx(math.tanh(whole + half), abs=1e-9)


@pytest.mark.parametrize("questions", [15, 60])
@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_interval_covers_the_truth_where_texts_of_a_question_resemble_one_another(questions: int, rho: float) -> None:
    rng = np.random.default_rng(questions)
    inside = 0
    for _ in range(600):
        # Two texts a question: half of what each rater sees is the question's.
        shared = rng.standard_normal((questions, 1, 2)) * math.sqrt(0.5)
        own = rng.standard_normal((questions, 2, 2)) * math.sqrt(0.5)
        both = (shared + own).reshape(-1, 2)
        judge = rho * both[:, 0] + math.sqrt(1 - rho**2) * both[:, 1]
        found = pearson(judge.tolist(), both[:, 0].tolist(), np.repeat(np.arange(questions), 2).tolist())
        inside += found.low is not None and found.high is not None and found.low <= rho <= found.high
    assert 0.92 <= inside / 600 <= 0.985


def test_sums_without_a_statistic_give_none() -> None:
    assert jackknifed(np.zeros((3, 1)), [1, 2, 3], lambda sums: np.full(sums.shape[:-1], np.nan)).value is None


def test_values_that_differ_by_rounding_alone_are_ties() -> None:
    exact = [24.0, 24.0, 16.0, 8.0, 8.0, 24.0]
    rounded = [24.0, 24.000000000000004, 16.0, 8.0, 7.999999999999999, 24.0]
    people = [3.0, 3.0, 2.0, 1.0, 2.0, 3.0]
    assert ranks(rounded).tolist() == ranks(exact).tolist()
    assert kendall(rounded, people) == kendall(exact, people)
    assert spearman(rounded, people) == spearman(exact, people)
    assert ranks([]).tolist() == []
