"""What more rated questions would bring, against the formulas it rests on, brute force and statsmodels."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.formula.api import ols

from viva.stats import prediction_powered
from viva.stats.precision import Outlook, deviation, neyman, outlook, rater_spread, shrunk
from viva.stats.weighted_mean import weighted_mean

RANDOM = np.random.default_rng(11)


def half(low: float | None, high: float | None) -> float:
    assert low is not None
    assert high is not None
    return (high - low) / 2


def test_the_width_now_is_that_of_the_mean_of_a_stratified_sample() -> None:
    """To ten digits, where a stratum is a third of the questions."""
    y = RANDOM.normal(50, 10, 30)
    strata = [str(place % 3) for place in range(30)]
    weights = [4.0] * 30
    now = weighted_mean(y.tolist(), weights, strata)
    found = outlook(y.tolist(), y.tolist(), 120, weights, strata)
    assert found is not None
    assert found.half_width(30) == pytest.approx(half(now.low, now.high), rel=1e-10)


def test_the_width_now_is_that_of_a_simple_sample_too() -> None:
    """S²/n is (1 − n/P) S²/n + S²/P."""
    y = RANDOM.normal(50, 10, 40)
    now = weighted_mean(y.tolist())
    found = outlook(y.tolist(), y.tolist(), 400)
    assert found is not None
    assert found.half_width(40) == pytest.approx(half(now.low, now.high), rel=1e-10)


def test_with_a_judge_the_width_now_is_that_of_prediction_powered_inference() -> None:
    """To five percent: there λ is made of the judge's spread over all questions, here of that over the rated ones."""
    people = RANDOM.normal(50, 10, 300)
    judge = people + RANDOM.normal(5, 6, 300)
    y, f, rest = people[:60], judge[:60], judge[60:]
    now = prediction_powered.mean(y.tolist(), f.tolist(), rest.tolist())
    slope = now.tuning * (now.n + now.judged) / now.judged
    found = outlook(y.tolist(), (y - slope * f).tolist(), 300)
    assert found is not None
    assert found.half_width(60) == pytest.approx(half(now.low, now.high), rel=0.05)


def test_what_is_foretold_comes_true() -> None:
    """The width foretold of 30 values is, on average, that of 90: to five percent."""
    foretold, come = [], []
    for _ in range(200):
        y = RANDOM.normal(0, 1, 90)
        found = outlook(y[:30].tolist(), y[:30].tolist(), 1_000)
        assert found is not None
        foretold.append(found.half_width(90))
        now = weighted_mean(y.tolist())
        come.append(half(now.low, now.high))
    assert np.mean(foretold) == pytest.approx(np.mean(come), rel=0.05)


@given(
    st.floats(0.1, 500), st.floats(0.1, 500), st.integers(5, 300), st.integers(2, 60), st.floats(0.05, 30),
    st.integers(1, 3),
)  # fmt: skip
def test_the_fewest_that_suffice_are_named(
    within: float, whole: float, population: int, now: int, bound: float, groups: int
) -> None:
    found, now = Outlook(within, whole, population, groups), max(min(now, population), groups + 1)
    enough = [n for n in range(now, population + 1) if found.half_width(n) <= bound]
    assert found.needed(now, bound) == (enough[0] - now if enough else None)


def test_values_that_are_all_equal_have_no_outlook() -> None:
    assert outlook([3.0, 3.0], [3.0, 3.0], 10) is None
    assert outlook([3.0], [3.0], 10) is None


def test_the_width_is_fitted_to_what_is_known() -> None:
    found = Outlook(100.0, 100.0, 500, 1).fitted(30, 4.0)
    assert found.half_width(30) == pytest.approx(4.0)
    assert found.half_width(60) < 4.0 / 1.4


def test_what_is_rated_as_a_whole_is_as_sure_with_a_judge_as_without() -> None:
    plain, judged = (Outlook(100.0, 100.0, 90, 3).fitted(30, half) for half in (4.0, 3.0))
    assert plain.half_width(90) == judged.half_width(90) == Outlook(100.0, 100.0, 90, 3).half_width(90)


def test_variances_of_raters_and_questions_are_those_of_analysis_of_variance() -> None:
    """Within as statsmodels' residual mean square; with as many raters everywhere, between as (MSB − MSW) / k."""
    values = RANDOM.normal(0, 2, (15, 1)) + RANDOM.normal(0, 1, (15, 3))
    found = rater_spread(values.tolist())
    data = pd.DataFrame({"y": values.ravel(), "question": np.repeat([f"q{n}" for n in range(15)], 3)})
    model = ols("y ~ question", data).fit()
    assert found is not None
    assert found.within == pytest.approx(model.mse_resid, rel=1e-10)
    assert found.between == pytest.approx((model.mse_model - model.mse_resid) / 3, rel=1e-10)
    assert (found.shared, found.raters) == (15, 3)
    assert found.gained == pytest.approx(model.mse_resid * (1 / 3 - 1 / 4), rel=1e-10)


def test_questions_of_one_rater_count_for_what_lies_between() -> None:
    found = rater_spread([[1.0, 3.0], [5.0], [9.0], []])
    assert found is not None
    assert (found.shared, found.within, found.raters) == (1, 2.0, pytest.approx(4 / 3))


def test_without_two_raters_of_a_question_nothing_is_known_of_raters() -> None:
    assert rater_spread([[1.0], [2.0]]) is None
    assert rater_spread([[1.0, 2.0]]) is None
    assert rater_spread([]) is None


@given(st.lists(st.tuples(st.integers(2, 6), st.floats(0.1, 9)), min_size=2, max_size=3), st.integers(0, 6))
def test_neyman_leaves_the_least_variance(strata: list[tuple[int, float]], more: int) -> None:
    """Of all ways of rating so many further questions, none leaves less of Σ N² s²/n."""
    sizes = {str(place): size for place, (size, _) in enumerate(strata)}
    spread = {str(place): sd for place, (_, sd) in enumerate(strata)}
    there = dict.fromkeys(sizes, 1)
    more = min(more, sum(sizes.values()) - len(sizes))

    def left(added: dict[str, int]) -> float:
        return math.fsum((sizes[one] * spread[one]) ** 2 / (1 + added[one]) for one in sizes)

    ways = itertools.product(*(range(size) for size in sizes.values()))
    least = min(left(dict(zip(sizes, way, strict=True))) for way in ways if sum(way) == more)
    found = neyman(sizes, spread, there, more)
    assert sum(found.values()) == more
    assert left(found) == pytest.approx(least, rel=1e-9)


def test_neyman_begins_with_layers_that_nothing_is_known_of() -> None:
    assert neyman({"a": 10, "b": 10}, {"a": 9.0, "b": 0.0}, {"a": 5}, 1) == {"a": 0, "b": 1}
    assert neyman({"a": 2}, {"a": 1.0}, {"a": 2}, 5) == {"a": 0}


def test_a_deviation_needs_two_values() -> None:
    assert deviation([1.0]) is None
    assert deviation([1.0, 3.0]) == pytest.approx(math.sqrt(2))


def test_one_more_rater_never_takes_more_off_than_raters_may_bring() -> None:
    """Raters differ so much that, as estimated, they alone make up more than all of the variance of the means."""
    given = [[0.0, 100.0], [100.0, 0.0], [45.0], [55.0], [50.0, 54.0]]
    spread = rater_spread(given)
    assert spread is not None
    means = [sum(values) / len(values) for values in given]
    now = outlook(means, means, 50)
    assert now is not None
    assert spread.between == 0
    assert spread.gained > now.within
    after = now.narrowed(spread.gained, spread.most)
    left = spread.inverse_next / spread.inverse
    assert after.half_width(5) == pytest.approx(now.half_width(5) * math.sqrt(left))
    assert now.narrowed(now.within / 10, spread.most).within == pytest.approx(0.9 * now.within)


def test_where_no_question_is_left_the_width_is_that_of_now() -> None:
    """A bootstrap of few lopsided values has made it longer than W and S² say."""
    found = Outlook(100.0, 100.0, 12, 1).fitted(12, 7.5)
    assert found.half_width(12) == pytest.approx(7.5)
    assert (found.needed(12, 7.6), found.needed(12, 7.4)) == (0, None)


def test_a_layer_of_few_equal_values_is_not_taken_to_be_all_equal() -> None:
    found = shrunk({"few": [3.0] * 5, "many": RANDOM.normal(0, 10, 2_000).tolist(), "none": []}, 5)
    assert found["many"] == pytest.approx(10, rel=0.1)
    assert 5 < found["few"] < found["none"] == pytest.approx(10, rel=0.1)
