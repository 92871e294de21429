"""The mean of a random sample with weights and strata: what people's ratings alone say of all questions like these.

A question has the weight 1 / (the probability with which it was drawn), so that the weights of a stratum come to its
size. The variance is that of the linearised mean within strata (W. G. Cochran, Sampling Techniques, 3rd ed., 1977,
sections 5.4 and 5A.9), and what the population, itself a sample of questions like these, would vary by (chapter 2.13).
Quantiles are those of t with one degree for each value, less one for each stratum, but below 30 values, see `halves`.
The interval of a simple sample is that of `viva.stats.mean_interval`, a bootstrap below 30 values.
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from viva.stats.clusters import Array, Places, array, spread
from viva.stats.intervals import t_quantile
from viva.stats.mean_interval import is_drawn, mean_interval


class WeightedMean(NamedTuple):
    """A mean of `n` values with its standard error and 95% interval; `sd` is the spread of one value.

    `low`, `high` are None where all values are equal, which says nothing of how far others may lie, or where there is
    only one; `se` is None then too.
    """

    value: float
    low: float | None
    high: float | None
    se: float | None
    n: int
    sd: float | None


def weighted_mean(
    values: Sequence[float],
    weights: Sequence[float] | None = None,
    strata: Sequence[Hashable] | None = None,
    seed: int = 0,
) -> WeightedMean:
    """Return the mean of values (n,), each drawn with probability 1 / its weight, within its stratum.

    Without weights all count alike; without strata the sample is a simple one. A stratum of which one value alone is
    known is put together with the others of that kind. Raises ValueError where there is no value, one is missing, or
    weights are not positive.
    """
    y = checked(values)
    if not y.size:
        raise ValueError("there is no value to take the mean of")
    w = weight(weights, y.size)
    value = float(w @ y)
    if y.size < 2 or not spread(y):
        return WeightedMean(value, None, None, None, y.size, None if y.size < 2 else 0.0)
    if strata is None and weights is None:
        found = mean_interval(y.tolist(), seed)
        return WeightedMean(value, found.low, found.high, found.se, y.size, found.sd)
    sd = float(np.sqrt(variance(y, w)))
    of = grouped(strata, y.size)
    population = float(y.size if weights is None else np.asarray(weights, dtype=np.float64).sum())
    drawn = covariance(y, y, w, of, population)
    error, degrees = math.sqrt(drawn + sd**2 / population), y.size - 1 - int(of.max())
    below, above = halves(error, degrees, within(w * (y - value), of), seed)
    return WeightedMean(value, value - below, value + above, error, y.size, sd)


def halves(error: float, degrees: int, parts: Array, seed: int = 0) -> tuple[float, float]:
    """Return how far a 95% interval reaches below and above an estimate that is the sum, or mean, of `parts` (n,).

    It is that of t with so many degrees, for the standard error of the estimate; below 30 parts either half is as much
    longer as that of the mean of the parts is by the bootstrap (`mean_interval`), for lopsided values.
    """
    half, n = error * t_quantile(0.975, degrees), parts.size
    found = mean_interval(parts.tolist(), seed)
    if not is_drawn(n) or found.mean is None or found.low is None or found.high is None or not found.se:
        return half, half
    usual = found.se * t_quantile(0.975, n - 1)
    return half * max((found.mean - found.low) / usual, 1.0), half * max((found.high - found.mean) / usual, 1.0)


def checked(values: Sequence[float]) -> Array:
    """Return values as an array. Raises ValueError where one is no finite number."""
    found = array(values)
    if not np.isfinite(found).all():
        raise ValueError("a value is missing")
    return found


def weight(weights: Sequence[float] | None, size: int) -> Array:
    """Return weights that come to 1. Raises ValueError where they are not `size` positive numbers."""
    found = np.ones(size) if weights is None else array(weights)
    if found.size != size or not (np.isfinite(found).all() and (found > 0).all()):
        raise ValueError("weights are positive, one for each value")
    shares: Array = found / found.sum()
    return shares


def variance(values: Array, w: Array) -> float:
    """Return the variance of a single value: weighted, without bias where all weights are equal."""
    middle = float(w @ values)
    return float(w @ np.square(values - middle)) * values.size / (values.size - 1)


def grouped(strata: Sequence[Hashable] | None, size: int) -> Places:
    """Return the number of each value's stratum, from 0, at least two in each; lone values make one stratum together.

    A single lone value goes to the smallest stratum. Raises ValueError where there is not one stratum for each value.
    """
    if strata is None:
        return np.zeros(size, dtype=np.intp)
    if len(strata) != size:
        raise ValueError("strata are given for each value")
    counts = Counter(strata)
    alone = [stratum for stratum, count in counts.items() if count == 1]
    numbers = {stratum: number for number, stratum in enumerate(one for one, count in counts.items() if count > 1)}
    together = len(numbers)
    if len(alone) == 1 and numbers:
        together = numbers[min(numbers, key=lambda stratum: counts[stratum])]
    return np.array([numbers.get(stratum, together) for stratum in strata], dtype=np.intp)


def covariance(first: Array, second: Array, w: Array, of: Places, population: float) -> float:
    """Return the covariance of the weighted means of two series (n,), as drawn within strata from a population."""
    counts = np.bincount(of)
    one, other = within(w * (first - w @ first), of), within(w * (second - w @ second), of)
    left_out = np.maximum(0.0, 1 - counts / (np.bincount(of, w) * population))
    return float(left_out * counts / np.maximum(counts - 1, 1) @ np.bincount(of, one * other))


def within(values: Array, of: Places) -> Array:
    """Return by how much each value is above the mean of its stratum."""
    means = np.bincount(of, values) / np.bincount(of)
    apart: Array = values - means[of]
    return apart
