"""Variance components, severity and ICC against a published table, another implementation, and dense matrices."""

import math
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.regression.mixed_linear_model import MixedLM

from viva.stats.mixed_model import CrossedFit, crossed

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
"""Table 2 of Shrout & Fleiss (1979): six targets, four judges."""


def of_table(table: list[list[float]]) -> CrossedFit | None:
    places = [(value, item, rater) for item, row in enumerate(table) for rater, value in enumerate(row)]
    values, items, raters = zip(*places, strict=True)
    return crossed(values, items, raters)


def drawn(seed: int, item: float, rater: float, n: int = 160) -> tuple[Any, Any, Any]:
    """Return ratings of 40 items by 6 raters, each pair drawn anew, so that some are missing and some come twice."""
    draw = np.random.default_rng(seed)
    items, raters = draw.integers(0, 40, n), draw.integers(0, 6, n)
    y = 60 + draw.normal(0, item or 1, 40)[items] * bool(item) + draw.normal(0, rater or 1, 6)[raters] * bool(rater)
    return y + draw.normal(0, 8, n), items, raters


def test_the_table_of_shrout_and_fleiss_gives_their_coefficients() -> None:
    fit = of_table([[float(value) for value in row] for row in SHROUT_FLEISS])
    assert fit is not None
    assert (round(fit.agreement() or 0, 2), round(fit.agreement(4) or 0, 2)) == (0.29, 0.62)
    # Balanced: the variances are those of the analysis of variance, from the mean squares 11.24, 32.49 and 1.02.
    table = np.array(SHROUT_FLEISS, dtype=float)
    rows, columns = 4 * table.mean(axis=1).var(ddof=1), 6 * table.mean(axis=0).var(ddof=1)
    rest = (table - table.mean(axis=1)[:, None] - table.mean(axis=0) + table.mean()).var() * 24 / 15
    assert fit.rest_variance == pytest.approx(rest, rel=1e-6)
    assert fit.item_variance == pytest.approx((rows - rest) / 4, rel=1e-6)
    assert fit.rater_variance == pytest.approx((columns - rest) / 6, rel=1e-6)
    assert fit.mean == pytest.approx(table.mean())


@pytest.mark.parametrize(("seed", "item", "rater"), [(0, 10.0, 4.0), (1, 6.0, 9.0), (5, 10.0, 0.0)])
def test_unbalanced_ratings_give_what_statsmodels_gives(seed: int, item: float, rater: float) -> None:
    y, items, raters = drawn(seed, item, rater)
    fit = crossed(y.tolist(), items.tolist(), raters.tolist())
    assert fit is not None
    data = pd.DataFrame({"y": y, "item": items, "rater": raters, "one": 1})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = {"item": "0 + C(item)", "rater": "0 + C(rater)"}
        other = MixedLM.from_formula("y ~ 1", groups="one", vc_formula=parts, data=data).fit(reml=True)
    assert [fit.item_variance, fit.rater_variance] == pytest.approx(other.vcomp.tolist(), rel=2e-3, abs=2e-3)
    assert fit.rest_variance == pytest.approx(other.scale, rel=1e-3)
    assert fit.mean == pytest.approx(other.params.iloc[0], rel=1e-5)
    effects = other.random_effects[1]
    middle = np.mean([value for name, value in effects.items() if name.startswith("rater")])
    for one in fit.raters:
        assert one.effect == pytest.approx(effects[f"rater[C(rater)[{one.rater}]]"] - middle, abs=5e-3)


def test_errors_are_those_of_the_whole_matrices() -> None:
    y, items, raters = drawn(2, 7.0, 5.0)
    fit = crossed(y.tolist(), items.tolist(), raters.tolist())
    assert fit is not None
    of_item, of_rater = np.eye(40)[items], np.eye(6)[raters]
    whole = fit.item_variance * of_item @ of_item.T + fit.rater_variance * of_rater @ of_rater.T
    inverse = np.linalg.inv(whole + fit.rest_variance * np.eye(y.size))
    one = np.ones((y.size, 1))
    weight = inverse - inverse @ one @ one.T @ inverse / (one.T @ inverse @ one)
    apart = np.eye(6) - 1 / 6
    effects = apart @ (fit.rater_variance * of_rater.T @ weight @ y)
    spread = fit.rater_variance * np.eye(6) - fit.rater_variance**2 * of_rater.T @ weight @ of_rater
    errors = np.sqrt(np.diag(apart @ spread @ apart))
    for found in fit.raters:
        assert found.effect == pytest.approx(effects[int(str(found.rater))], abs=1e-9)
        assert found.error == pytest.approx(errors[int(str(found.rater))], abs=1e-9)
        assert found.n == int((raters == found.rater).sum())


def test_severity_is_found_where_each_rater_has_rated_other_items() -> None:
    draw = np.random.default_rng(4)
    true = np.array([-8.0, 0.0, 0.0, 8.0])
    values = [
        (50 + 12 * item + true[rater] + draw.normal(0, 2), place, rater)
        for place, item in enumerate(draw.normal(size=80)) for rater in draw.choice(4, 2, replace=False)
    ]  # fmt: skip
    y, items, raters = zip(*values, strict=True)
    fit = crossed(y, items, raters)
    assert fit is not None
    for one in fit.raters:
        assert one.effect == pytest.approx(true[int(str(one.rater))], abs=3 * one.error)
        assert one.error < 1


def test_what_cannot_tell_items_from_raters_has_no_model() -> None:
    assert crossed([], [], []) is None
    assert crossed([1.0, 2.0], ["a", "b"], ["r", "s"]) is None
    assert crossed([1.0, 2.0, 3.0], ["a", "b", "c"], ["r", "s", "r"]) is None
    assert crossed([1.0, 2.0, 3.0], ["a", "a", "a"], ["r", "s", "t"]) is None
    assert crossed([1.0, 2.0, 3.0, 4.0], ["a", "b", "a", "b"], ["r"] * 4) is None
    assert crossed([5.0] * 6, ["a", "a", "b", "b", "c", "c"], ["r", "s"] * 3) is None


def test_raters_who_say_the_same_agree_wholly() -> None:
    fit = of_table([[float(value)] * 3 for value in (1, 4, 2, 5, 3)])
    assert fit is not None
    assert fit.agreement() == pytest.approx(1, abs=1e-5)
    assert all(abs(one.effect) < 1e-9 for one in fit.raters)


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6, allow_nan=False), st.integers(0, 5), st.sampled_from("abc")), max_size=25
    )
)  # fmt: skip
def test_whatever_is_rated_no_number_is_wild(rows: list[tuple[float, int, str]]) -> None:
    fit = crossed([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
    if fit is None:
        return
    assert all(math.isfinite(value) and value >= 0 for value in fit[1:4])
    assert all(math.isfinite(one.effect) and math.isfinite(one.error) for one in fit.raters)
    single, mean = fit.agreement(), fit.agreement(3)
    assert single is None or (mean is not None and 0 <= single <= mean + 1e-12 <= 1 + 1e-9)
