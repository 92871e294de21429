"""The mean of values that stand alone, one for each question, with its 95% interval.

From 30 values on the interval is that of Student's t with n − 1 degrees. Below it is the studentised bootstrap
(bootstrap-t: Efron & Tibshirani 1993, An Introduction to the Bootstrap, 12.5): the values are drawn anew n at a time,
and the quantiles of t are replaced by those of the draws' own (mean* − mean) / se*. At n = 20 it covers 93–98% where
values are skewed or heaped at the ends of a scale, and t 90–95%; the percentile bootstrap covers less than t.

Three rules where draws cannot tell. Fewer than 8 values are mostly repeats of one another when drawn anew: t. Where a
quantile of the draws does not exist or is beyond five times that of t, because most values are equal and many draws
have no spread of their own: t. Where all values are equal there is no interval, for nothing says how far others lie.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from viva.stats.clusters import ROUNDING, spread
from viva.stats.intervals import t_quantile

LEAST_DRAWN, LEAST_T = 8, 30
DRAWS = 1999
_MOST = 5.0
_TAIL = 50
"""Of the 1999 draws in order, the 50th from either end is the quantile: (1999 + 1) · 0.025."""

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class MeanInterval:
    """A mean with its 95% interval, and how that was made: `t`, `bootstrap` or `none`.

    `mean` is None where there are no values, `sd` (of a sample, n − 1) and `se` where there are fewer than two.
    `low` and `high` are None where the method is `none`.
    """

    n: int
    mean: float | None
    sd: float | None
    se: float | None
    low: float | None
    high: float | None
    method: str

    @property
    def half_width(self) -> float | None:
        """Half of the interval's length, which may reach further to one side than to the other."""
        return None if self.low is None or self.high is None else self.high / 2 - self.low / 2


def mean_interval(values: Sequence[float], seed: int = 0) -> MeanInterval:
    """Return the mean of `values` (n,), one for each question, with its 95% interval.

    The same values in any order and the same seed give the same digits. Raises ValueError for a value that is no
    number.
    """
    found = np.sort(np.asarray(values, dtype=np.float64).reshape(-1))
    if not np.isfinite(found).all():
        raise ValueError("values without an interval: some are no numbers")
    n = int(found.size)
    if n == 0:
        return MeanInterval(0, None, None, None, None, None, "none")
    # In units of the largest value, so that no square is too large or too small for a number.
    unit = float(np.abs(found).max()) or 1.0
    scaled = found / unit
    mean = math.fsum(scaled) / n
    deviations = scaled - mean
    sd = math.sqrt(math.fsum(np.square(deviations)) / (n - 1)) if n > 1 and spread(scaled) else 0.0
    drawn = None
    if sd and is_drawn(n):
        drawn = _quantiles(deviations / sd, seed, _MOST * t_quantile(0.975, n - 1))
    return _interval(n, mean, sd, unit, drawn)


def of_summary(n: int, mean: float | None, sd: float | None) -> MeanInterval:
    """Return the interval of n values of which only mean and standard deviation are known, always by t.

    Equal to `mean_interval` where `is_drawn` says no.
    """
    if not n or mean is None or not math.isfinite(mean):
        return MeanInterval(n, None, None, None, None, None, "none")
    if sd is None or not math.isfinite(sd) or sd <= ROUNDING * abs(mean):
        sd = 0.0
    return _interval(n, mean, sd, 1.0, None)


def is_drawn(n: int) -> bool:
    """Tell whether the interval of n values takes the values themselves, for it is drawn from them."""
    return LEAST_DRAWN <= n < LEAST_T


def _interval(n: int, mean: float, sd: float, unit: float, drawn: tuple[float, float] | None) -> MeanInterval:
    """Return the interval of a mean and a standard deviation given in units, by quantiles of t or those `drawn`."""
    if n == 1:
        return MeanInterval(1, mean * unit, None, None, None, None, "none")
    if not sd:
        return MeanInterval(n, mean * unit, 0.0, 0.0, None, None, "none")
    se = sd / math.sqrt(n)
    t = t_quantile(0.975, n - 1)
    low, high = drawn or (-t, t)
    bounds = (mean - high * se) * unit, (mean - low * se) * unit
    if not all(map(math.isfinite, (*bounds, sd * unit))):
        return MeanInterval(n, mean * unit, None, None, None, None, "none")
    return MeanInterval(n, mean * unit, sd * unit, se * unit, *bounds, "bootstrap" if drawn else "t")


def _quantiles(deviations: Array, seed: int, most: float) -> tuple[float, float] | None:
    """Return the 2.5% and 97.5% quantiles of the draws' t; None where one of them is beyond ±`most`."""
    n = deviations.size
    drawn = deviations[_draws(n, seed)]
    # Sums along the first axis add row by row, in the same order on every machine.
    means = drawn.sum(axis=0) / n
    variances = np.square(drawn - means).sum(axis=0) / (n - 1)
    flat = variances <= 1e-18
    errors = np.sqrt(np.where(flat, 1.0, variances) / n)
    ratios = np.sort(np.where(flat, np.copysign(np.inf, means), means / errors))
    low, high = float(ratios[_TAIL - 1]), float(ratios[-_TAIL])
    return (low, high) if -most <= low <= high <= most else None


@lru_cache(maxsize=32)
def _draws(n: int, seed: int) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Return which of n values each draw has: (n, DRAWS)."""
    return np.random.default_rng(seed).integers(0, n, (n, DRAWS), dtype=np.intp)
