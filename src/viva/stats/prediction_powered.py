"""Prediction-powered inference: the mean of people's values, sharpened by a judge's values of many more questions.

PPI++ of Angelopoulos, Duchi and Zrnic (2023), arXiv 2311.01453: with y and f what people and the judge gave n questions
drawn at random, and f of N others that the judge alone has seen,
    estimate = mean(y) + λ (mean(f_N) − mean(f_n)),    se² = var(y − λ f)/n + λ² var(f_N)/N,
where λ = cov(y, f) / ((1 + n/N) var(f)) makes the variance least (their section 6). Whatever the judge's bias, the
estimate is that of people. λ comes from the same n questions, which few of them feel: it takes one degree of freedom
from var(y − λ f) and from t, and its own variance, s² / Σ(f − mean(f))² times (mean(f of all) − mean(f_n))², is added,
as in double sampling for regression (W. G. Cochran, Sampling Techniques, 3rd ed., 1977, section 12.6). A λ below 0,
where the judge ranks questions the other way round, is taken as 0.
Below 30 questions either half of the interval by t is lengthened where the bootstrap of y − λ f does so
(`viva.stats.weighted_mean.halves`): where half of the texts have the top level, t alone covers 92 to 94%.
Where questions were drawn within strata, means and variances of the sample are those of `viva.stats.weighted_mean`,
and λ is the one that makes that variance least.
"""

import math
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from viva.stats.clusters import ROUNDING, Array, Places, spread
from viva.stats.weighted_mean import checked, covariance, grouped, halves, variance, weight, within
from viva.text import plural

LEAST = 20
"""Questions drawn at random that people must have rated; with fewer the normal approximation cannot be relied upon."""


class TooFew(ValueError):
    """There is too little for an estimate; `reason` says of what."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Powered(NamedTuple):
    """A mean by people and judge together, with its standard error and 95% interval.

    `tuning` is λ, 0 where the judge says nothing of what people say. `n` questions are rated, `judged` ones judged
    only. `effective` is how many ratings by people alone would be as good: n / (1 − r² N/(N + n)) for the
    `correlation` r, within strata, of people and judge. `residual_sd` is the spread of y − λ f, `judge_sd` that of f
    over the questions judged only: se² is residual_sd²/n + (λ judge_sd)²/N, and a little for not knowing λ.
    `low`, `high` are None where all of people's values are equal, which says nothing of how far others may lie.
    """

    value: float
    low: float | None
    high: float | None
    se: float
    tuning: float
    n: int
    judged: int
    effective: float
    correlation: float | None
    residual_sd: float
    judge_sd: float


def mean(
    y: Sequence[float],
    f: Sequence[float],
    rest: Sequence[float],
    weights: Sequence[float] | None = None,
    strata: Sequence[Hashable] | None = None,
    least: int = LEAST,
    seed: int = 0,
) -> Powered:
    """Return the mean of people's values over all questions, of which they rated n at random and the judge saw all.

    `y` and `f` (n,) are people's and the judge's values of the rated questions, `rest` (N,) the judge's of the others.
    `weights` (n,) are 1 / the probability with which each was drawn, `strata` (n,) tell within what.
    Raises `TooFew` for less than `least` rated questions or less than 2 others, ValueError where a value is missing.
    """
    people, judge, others = checked(y), checked(f), checked(rest)
    if people.size != judge.size:
        raise ValueError("people and judge have values of the same questions")
    if people.size < least:
        of_these = f"{plural(people.size, 'question')} of the random sample {'is' if people.size == 1 else 'are'}"
        raise TooFew(f"{of_these} rated and judged, {least} are needed")
    if others.size < 2:
        raise TooFew("the judge has judged no other questions than those that people have rated")
    if weights is None and strata is None:
        return _simple(people, judge, others, seed)
    return _stratified(people, judge, others, weights, strata, seed)


def _simple(y: Array, f: Array, rest: Array, seed: int) -> Powered:
    n, more = y.size, rest.size
    slope, r, squares = 0.0, None, float(np.square(f - f.mean()).sum())
    if spread(y) and spread(f):
        slope = max(0.0, float((y - y.mean()) @ (f - f.mean())) / squares)
        r = _clipped(float(np.corrcoef(y, f)[0, 1]))
    tuning, fitted = slope * more / (n + more), int(slope > 0)
    left, judge_sd = y - tuning * f, float(rest.std(ddof=1))
    residual = float(left.std(ddof=1 + fitted))
    value = float(left.mean()) + tuning * float(rest.mean())
    slope_error = residual**2 * _distance(f, rest, float(f.mean())) / squares if fitted else 0.0
    error = math.sqrt(residual**2 / n + tuning**2 * judge_sd**2 / more + slope_error)
    return _made(y, value, halves(error, n - 1 - fitted, left, seed), error, tuning, more, r, residual, judge_sd)


def _stratified(
    y: Array, f: Array, rest: Array, weights: Sequence[float] | None, strata: Sequence[Hashable] | None, seed: int
) -> Powered:
    n, more = y.size, rest.size
    w, of, population = weight(weights, n), grouped(strata, n), float(n + more)
    slope, r = 0.0, None
    if _varies(y, of) and _varies(f, of):
        yy, ff, yf = (covariance(one, two, w, of, math.inf) for one, two in ((y, y), (f, f), (y, f)))
        slope, r = max(0.0, yf / ff), _clipped(yf / math.sqrt(yy * ff))
    fitted, free = int(slope > 0), n - 1 - int(of.max())
    left, lost = y - slope * f, free / max(free - fitted, 1)
    drawn = covariance(left, left, w, of, population) * lost
    value = float(w @ left) + slope * float(np.concatenate([f, rest]).mean())
    slope_error = 0.0
    if fitted:
        squares, errors = (float(np.square(within(one, of)).sum()) for one in (f, left))
        slope_error = errors / max(free - 1, 1) * _distance(f, rest, float(w @ f)) / squares
    error = math.sqrt(drawn + variance(y, w) / population + slope_error)
    residual = math.sqrt(covariance(left, left, w, of, math.inf) * lost * n)
    tuning = slope * more / (n + more)
    margins = halves(error, max(free - fitted, 1), within(w * (left - w @ left), of), seed)
    return _made(y, value, margins, error, tuning, more, r, residual, float(rest.std(ddof=1)))


def _varies(values: Array, of: Places) -> bool:
    """Tell whether values differ within a stratum by more than rounding."""
    return bool(np.abs(within(values, of)).max() > ROUNDING * max(1.0, float(np.abs(values).max())))


def _distance(f: Array, rest: Array, middle: float) -> float:
    """Return the square of how far the judge's mean of the rated questions lies from that of all."""
    return (float(np.concatenate([f, rest]).mean()) - middle) ** 2


def _clipped(r: float) -> float:
    return max(-1.0, min(1.0, r))


def _made(
    y: Array, value: float, margins: tuple[float, float], error: float, tuning: float, more: int, r: float | None,
    residual: float, judge_sd: float,
) -> Powered:  # fmt: skip
    n = y.size
    gained = r * r * more / (more + n) if r is not None and tuning > 0 else 0.0
    low, high = (value - margins[0], value + margins[1]) if spread(y) else (None, None)
    return Powered(value, low, high, error, tuning, n, more, n / (1 - gained), r, residual, judge_sd)
