"""How often one system is found better than another: the win rate, and the rate there would be at equal lengths.

A tie is half a win. Scores are of questions: 1, 0, or between where verdicts differ.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from viva.records.estimate import Estimate
from viva.stats.intervals import t_quantile, wilson
from viva.stats.mean_interval import mean_interval

Array = np.ndarray[Any, np.dtype[np.float64]]

LEAST = 10
"""Questions below which two parameters are not fitted."""
_STEPS = 100
_CHANGE = 1e-11
_SINGULAR = 1e-9
_FAR = 700.0
"""Logits beyond which a chance is 0 to all digits."""


class Rate(NamedTuple):
    """A win rate, 0 to 1, with its standard error; `se` is None below two questions."""

    rate: Estimate
    se: float | None


class LengthControlled(NamedTuple):
    """The win rate at equal lengths, 0 to 1; `slope` is what length does, in logits; `reason` why there is none."""

    rate: Estimate
    slope: Estimate
    reason: str | None


def win_rate(scores: Sequence[float] | Array, seed: int = 0) -> Rate:
    """Return the mean of `scores` (n,), one for each question, 0 to 1, with its 95% interval and standard error.

    Where all questions are won, or all lost, the interval is Wilson's. Otherwise it is that of a mean (`mean_interval`,
    whose draws `seed` fixes), cut at 0 and 1.
    """
    got = np.asarray(scores, dtype=np.float64)
    found = mean_interval(got.tolist(), seed)
    if found.mean is None:
        return Rate(Estimate(None), None)
    if got.min() == got.max() and found.mean in {0.0, 1.0}:
        low, high = wilson(int(got.sum()), got.size) or (None, None)
        return Rate(Estimate(found.mean, low, high), found.se)
    if found.low is None or found.high is None:
        return Rate(Estimate(found.mean), found.se)
    return Rate(Estimate(found.mean, max(found.low, 0.0), min(found.high, 1.0)), found.se)


def length_controlled(scores: Sequence[float] | Array, longer: Sequence[float] | Array) -> LengthControlled:
    """Return the win rate that a logistic regression expects where both texts are equally long.

    `scores` (n,) are of questions, 0 to 1; `longer` (n,) is by how many characters the text of the system is longer
    than that of the other. As in AlpacaEval 2 (Dubois et al. 2024, arXiv 2404.04475, section 3.2) the score depends on
    tanh(longer / its standard deviation); its third term, how hard an instruction is, was learned from the verdicts on
    more than a hundred systems, which a workspace does not have, and is left out. Nothing shrinks the parameters: where
    a fit has no end there is a reason instead. Intervals are the jackknife's, each question left out by one step of
    Newton's method, with quantiles of t, on the scale of logits.
    """
    got, by = np.asarray(scores, dtype=np.float64), np.asarray(longer, dtype=np.float64)
    reason, x = _refused(got, by)
    if reason is not None:
        return LengthControlled(Estimate(None), Estimate(None), reason)
    design = np.column_stack([np.ones_like(x), x])
    fitted = np.zeros(2)
    for _ in range(_STEPS):
        expected = 1 / (1 + np.exp(-design @ fitted))
        information = (design * (expected * (1 - expected))[:, None]).T @ design
        step = np.linalg.solve(information, design.T @ (got - expected))
        step = step * min(1.0, 2.0 / max(float(np.abs(step).max()), _SINGULAR))
        fitted = fitted + step
        if np.abs(step).max() < _CHANGE:
            break
    errors = _errors(design, got, fitted)
    t = t_quantile(0.975, got.size - 1)
    level, slope = (
        Estimate(float(value)) if error <= _SINGULAR else Estimate(float(value), value - t * error, value + t * error)
        for value, error in zip(fitted.tolist(), errors, strict=True)
    )
    rate = Estimate(*(None if value is None else 1 / (1 + math.exp(-max(value, -_FAR))) for value in level))
    return LengthControlled(rate, slope, None)


def _refused(got: Array, by: Array) -> tuple[str | None, Array]:
    """Return why there is no fit, or None, and what a score depends on."""
    if got.size < LEAST:
        return f"fewer than {LEAST} questions", by
    size = float(by.std(ddof=1))
    if size <= _SINGULAR * max(float(np.abs(by).max()), 1.0):
        return "one text is always longer by the same", by
    x: Array = np.tanh(by / size)
    if np.abs(x).min() > float(np.ptp(x)) and (x > 0).all() == (x > 0).any():
        # Equal lengths would lie further from what was seen than what was seen is wide.
        return "one text is always longer by about the same", x
    won, lost = x[got > 0], x[got < 1]
    if not won.size or not lost.size:
        return f"all questions are {'won' if won.size else 'lost'}", x
    if won.min() >= lost.max() or won.max() <= lost.min():
        return "length alone tells every verdict", x
    return None, x


def _errors(design: Array, got: Array, fitted: Array) -> list[float]:
    expected = 1 / (1 + np.exp(-design @ fitted))
    spread = expected * (1 - expected)
    inverse = np.linalg.inv((design * spread[:, None]).T @ design)
    # Leaving one row out changes the information by a matrix of rank one (Sherman & Morrison 1950).
    held = spread * np.einsum("ni,ij,nj->n", design, inverse, design)
    moved = (design @ inverse) * ((got - expected) / np.maximum(1 - held, _SINGULAR))[:, None]
    n = got.size
    return [float(value) for value in np.sqrt((n - 1) / n * np.square(moved).sum(axis=0))]
