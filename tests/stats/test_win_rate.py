"""Win rates, as they are and at equal lengths: what they equal, and what has none."""

import math
import random

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from statsmodels.stats.proportion import proportion_confint

from viva.records.estimate import Estimate
from viva.stats.win_rate import length_controlled, win_rate


def said(
    n: int, seed: int = 1, level: float = 0.3, slope: float = 0.9, ties: float = 0.0
) -> tuple[list[float], list[float]]:
    """Return scores, and by how much texts are longer, of questions on which longer texts win more often."""
    draw = random.Random(seed)
    longer = [draw.gauss(120, 300) for _ in range(n)]
    size = float(np.std(longer, ddof=1))
    scores = []
    for by in longer:
        chance = 1 / (1 + math.exp(-level - slope * math.tanh(by / size)))
        scores.append(0.5 if draw.random() < ties else float(draw.random() < chance))
    return scores, longer


def test_a_rate_is_a_mean_with_the_usual_error() -> None:
    scores = [1.0] * 30 + [0.0] * 20 + [0.5] * 10
    found = win_rate(scores)
    assert found.rate.value == pytest.approx(35 / 60)
    assert found.se == pytest.approx(float(np.std(scores, ddof=1)) / math.sqrt(60))
    assert found.rate.low is not None
    assert found.rate.low < 35 / 60


@pytest.mark.parametrize("won", [1.0, 0.0])
def test_fifty_to_nothing_has_wilsons_interval(won: float) -> None:
    low, high = proportion_confint(50 * won, 50, method="wilson")
    assert win_rate([won] * 50).rate == pytest.approx(Estimate(won, low, high), abs=1e-12)


def test_nothing_has_no_rate_and_ties_alone_have_no_interval() -> None:
    assert win_rate([]).rate == Estimate(None)
    assert win_rate([0.5] * 20).rate == Estimate(0.5)
    assert win_rate([0.5]).se is None


def test_equal_lengths_are_a_logistic_regression_at_no_difference() -> None:
    scores, longer = said(200)
    x = np.tanh(np.asarray(longer) / np.std(longer, ddof=1))
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(x[:, None], scores)
    found = length_controlled(scores, longer)
    assert found.rate.value == pytest.approx(float(model.predict_proba([[0.0]])[0, 1]), abs=1e-6)
    assert found.slope.value == pytest.approx(float(model.coef_[0, 0]), abs=1e-5)
    raw = win_rate(scores).rate.value
    assert raw is not None
    assert found.rate.value is not None
    assert found.rate.value < raw


def test_ties_are_halves_and_errors_are_those_that_leave_out_each_question() -> None:
    scores, longer = said(60, seed=3, ties=0.3)
    design = np.column_stack([np.ones(60), np.tanh(np.asarray(longer) / np.std(longer, ddof=1))])

    def fit(kept: "list[int] | slice") -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
        fitted = sm.GLM(np.asarray(scores)[kept], design[kept], family=sm.families.Binomial()).fit()
        return np.asarray(fitted.params)

    whole = fit(slice(None))
    without = np.array([fit([place for place in range(60) if place != left]) for left in range(60)])
    errors = np.sqrt(59 / 60 * np.square(without - whole).sum(axis=0))
    found = length_controlled(scores, longer)
    assert found.slope.value == pytest.approx(whole[1], abs=1e-8)
    assert found.slope.low is not None
    assert found.slope.low == pytest.approx(whole[1] - 2.0010 * errors[1], rel=0.03)
    assert found.rate.low is not None
    logit = math.log(found.rate.low / (1 - found.rate.low))
    assert logit == pytest.approx(whole[0] - 2.0010 * errors[0], abs=0.01)


@pytest.mark.parametrize(
    ("scores", "longer", "reason"),
    [
        ([1.0, 0.0] * 4, list(range(8)), "fewer than 10 questions"),
        ([1.0, 0.0] * 6, [5.0] * 12, "one text is always longer by the same"),
        ([1.0, 0.0] * 6, [0.0] * 12, "one text is always longer by the same"),
        ([1.0, 0.0] * 6, [400.0 + at for at in range(12)], "one text is always longer by about the same"),
        ([1.0, 0.0] * 6, [-400.0 - at for at in range(12)], "one text is always longer by about the same"),
        ([1.0, 0.0, 0.5] * 4, [100.0 + 3 * at for at in range(12)], "one text is always longer by about the same"),
        ([1.0] * 12, list(range(12)), "all questions are won"),
        ([0.0] * 12, list(range(12)), "all questions are lost"),
        ([0.0] * 6 + [1.0] * 6, list(range(12)), "length alone tells every verdict"),
        ([1.0] * 6 + [0.0] * 6, list(range(12)), "length alone tells every verdict"),
    ],
)
def test_what_cannot_be_fitted_has_a_reason(scores: list[float], longer: list[float], reason: str) -> None:
    assert length_controlled(scores, longer) == (Estimate(None), Estimate(None), reason)


def test_a_text_that_is_always_longer_by_much_and_by_little_is_controlled_for() -> None:
    longer = [60.0 * at for at in range(1, 21)]
    assert length_controlled([1.0, 0.0, 1.0, 0.5] * 5, longer).reason is None


ROWS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(-1e6, 1e6, allow_nan=False)), max_size=40
)  # fmt: skip


@given(ROWS)
def test_whatever_was_said_all_numbers_are_numbers(rows: list[tuple[float, float]]) -> None:
    scores, longer = [row[0] for row in rows], [row[1] for row in rows]
    found = length_controlled(scores, longer)
    assert (found.rate.value is None) == (found.reason is not None)
    for value in (*found.rate, *found.slope, *win_rate(scores).rate):
        assert value is None or math.isfinite(value)
    for value in (*found.rate, *win_rate(scores).rate):
        assert value is None or 0 <= value <= 1
