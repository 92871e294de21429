"""The interval of Krippendorff's α: what it is of, that it covers, and where there is none."""

import math
from statistics import NormalDist
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.stats import alpha_interval
from viva.stats.alpha_interval import FEWEST, nominal_interval, ordinal_interval
from viva.stats.intervals import t_quantile


def rated(draw: Any, questions: int, noise: float = 0.7) -> tuple[list[list[float]], list[int]]:
    """Return two texts for each question, each with values from two or three raters."""
    items, clusters = [], []
    for question in range(questions):
        base = draw.normal(0, 0.7)
        for _ in range(2):
            true, raters = base + draw.normal(0, 0.7), draw.integers(2, 4)
            values = np.clip(np.round(2.5 + 1.2 * true + noise * draw.normal(size=raters)), 0, 5)
            items.append(values.tolist())
            clusters.append(question)
    return items, clusters


def table(items: list[list[float]]) -> Any:
    return np.array([[values[place] if place < len(values) else np.nan for values in items] for place in range(3)])


def test_alpha_itself_is_that_of_another_implementation() -> None:
    items, clusters = rated(np.random.default_rng(1), 30)
    found = ordinal_interval(items, clusters)
    assert found.value == pytest.approx(krippendorff.alpha(table(items), level_of_measurement="ordinal"), abs=1e-9)
    names = [["abcdef"[int(value)] for value in values] for values in items]
    nominal = nominal_interval(names, clusters)
    assert nominal.value == pytest.approx(krippendorff.alpha(table(items), level_of_measurement="nominal"), abs=1e-9)
    for one in (found, nominal):
        assert one.value is not None
        assert one.low is not None
        assert one.high is not None
        assert one.low < one.value < one.high


@pytest.mark.parametrize("level", ["ordinal", "nominal"])
def test_what_is_drawn_is_alpha_of_the_drawn_items(level: Any) -> None:
    items, clusters = rated(np.random.default_rng(2), 12)
    sums = alpha_interval._coincidences(items, clusters, 12)
    weights = np.random.default_rng(3).multinomial(12, np.full(12, 1 / 12), size=5)
    for weight, alpha in zip(weights, alpha_interval._alphas(weights @ sums, ordered=level == "ordinal"), strict=True):
        again = [values for values, of in zip(items, clusters, strict=True) for _ in range(weight[of])]
        assert alpha == pytest.approx(krippendorff.alpha(table(again), level_of_measurement=level), abs=1e-9)


def test_the_same_seed_draws_the_same() -> None:
    items, clusters = rated(np.random.default_rng(1), 20)
    assert ordinal_interval(items, clusters, 7) == ordinal_interval(items, clusters, 7)
    assert ordinal_interval(items, clusters, 7) != ordinal_interval(items, clusters, 8)


@pytest.mark.parametrize("questions", [12, 30])
def test_intervals_cover(questions: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alpha_interval, "DRAWS", 400)
    truth = ordinal_interval(*rated(np.random.default_rng(0), 3000)).value
    assert truth is not None
    hits = 0
    for run in range(150):
        found = ordinal_interval(*rated(np.random.default_rng([questions, run]), questions))
        hits += found.low is not None and found.high is not None and found.low <= truth <= found.high
    # 95% of 150 within four standard errors.
    assert 132 <= hits <= 150


def test_percentiles_lie_further_out_the_fewer_questions_there_are() -> None:
    items, clusters = rated(np.random.default_rng(4), 10)
    sums = alpha_interval._coincidences(items, clusters, 10)
    weights = np.random.default_rng(0).multinomial(10, np.full(10, 0.1), size=alpha_interval.DRAWS)
    drawn = alpha_interval._alphas(weights @ sums, ordered=True)
    tail = NormalDist().cdf(-math.sqrt(10 / 9) * t_quantile(0.975, 9))
    assert tail < 0.01
    found = ordinal_interval(items, clusters)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, [tail, 1 - tail])), abs=1e-9)


def test_few_questions_have_no_interval_however_many_texts_they_have() -> None:
    items, clusters = rated(np.random.default_rng(5), FEWEST)
    assert ordinal_interval(items, clusters).low is not None
    few = [cluster % (FEWEST - 1) for cluster in clusters]
    assert ordinal_interval(items, few).low is None
    assert ordinal_interval(items, few).value is not None
    assert ordinal_interval([], []) == (None, None, None)
    assert ordinal_interval([[3.0, 3.0]] * 20, range(20)) == (None, None, None)
    # A single item on which anybody differs is not drawn often enough to tell.
    assert ordinal_interval([[3.0, 3.0]] * 19 + [[3.0, 4.0]], range(20)).low is None


@given(st.lists(st.lists(st.integers(0, 5).map(float), max_size=4), max_size=20), st.integers(1, 20))
def test_whatever_is_rated_no_number_is_wild(items: list[list[float]], questions: int) -> None:
    for found in (
        ordinal_interval(items, [place % questions for place in range(len(items))]),
        nominal_interval([[str(value) for value in values] for values in items], range(len(items))),
    ):
        assert all(value is None or math.isfinite(value) for value in found)
        if found.value is not None and found.low is not None and found.high is not None:
            assert found.low <= found.value <= found.high <= 1 + 1e-12
