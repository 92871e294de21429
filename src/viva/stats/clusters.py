"""Estimates with intervals where values come in clusters, such as the texts of several systems for one question.

The intervals are those of the delete-one-cluster jackknife: the estimate is made anew without each cluster in turn,
and the spread of these gives the standard error (CV3 of Bell & McCaffrey 2002, Survey Methodology 28, p. 169; see
MacKinnon, Nielsen & Webb 2023, J. Econometrics 232, p. 272), which holds its level better for few clusters than the
sandwich CR1 does. Quantiles are those of t with one degree less than there are clusters. Nothing is drawn at random.
Where each value is a cluster of its own, the interval of a mean is the usual one.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from viva.records.estimate import Estimate
from viva.stats.intervals import t_quantile

Array = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.intp]]

ROUNDING = 1e-9
FLAT = 1e-12
"""Values that are apart by no more than this share of their size are equal, and a variance of no more than that share
of its sum of squares is none."""
_LEAST = 1e-150


NONE = Estimate(None)


def mean(values: Sequence[float], clusters: Sequence[Hashable]) -> Estimate:
    """Return the mean of `values`, none of them missing; `clusters` tells which belong together."""
    found = array(values)
    if not found.size:
        return NONE
    return jackknifed(np.stack([np.ones_like(found), found], axis=1), clusters, lambda s: s[..., 1] / s[..., 0])


def difference(values: Sequence[float], chosen: Sequence[bool], clusters: Sequence[Hashable]) -> Estimate:
    """Return the mean of the chosen values minus that of the others; no estimate where either kind is missing."""
    found, mask = array(values), np.asarray(chosen, dtype=np.float64)
    if not found.size or mask.min() == mask.max():
        return NONE
    columns = [mask, mask * found, 1 - mask, (1 - mask) * found]
    return jackknifed(np.stack(columns, axis=1), clusters, lambda s: s[..., 1] / s[..., 0] - s[..., 3] / s[..., 2])


def slope(values: Sequence[float], on: Sequence[float], clusters: Sequence[Hashable]) -> Estimate:
    """Return the least-squares slope of `values` on `on`; no estimate where `on` has no spread."""
    y, x = array(values), array(on)
    if y.size < 2 or not spread(x):
        return NONE
    # Around the mean and in standard deviations, so that the sums of squares lose no digits.
    size = float(x.std())
    x, y = (x - x.mean()) / size, y - y.mean()
    columns = [np.ones_like(x), x, y, x * x, x * y]
    found = jackknifed(np.stack(columns, axis=1), clusters, _slope)
    return Estimate(*(None if number is None else number / size for number in found))


def jackknifed(
    sums: Array,
    clusters: Sequence[Hashable],
    statistic: Callable[[Array], Array],
    scale: Callable[[Array], Array] | None = None,
    back: Callable[[float], float] = float,
) -> Estimate:
    """Return a statistic of sums with its interval.

    `sums` has a row for each value and a column for each sum that `statistic` needs; `statistic` takes sums (…, k) to
    numbers (…), NaN where there is none. The interval is made on the scale to which `scale` takes the statistic, and
    taken `back` from there.
    """
    of = places(clusters)
    count = int(of.max()) + 1
    parts = np.zeros((count, sums.shape[1]))
    np.add.at(parts, of, sums)
    total = parts.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(statistic(total))
        if not np.isfinite(value):
            return NONE
        if count < 2:
            return Estimate(value)
        without = statistic(total - parts)
    middle = np.float64(value)
    if scale is not None:
        without, middle = scale(without), np.float64(scale(np.asarray(value)))
    if not np.isfinite(without).all():
        return Estimate(value)
    error = float(np.sqrt((count - 1) / count * np.square(without - middle).sum()))
    half = error * t_quantile(0.975, count - 1)
    return Estimate(value, back(float(middle - half)), back(float(middle + half)))


def places(clusters: Sequence[Hashable]) -> Places:
    """Return the number of each one's cluster, from 0."""
    return np.unique([f"{type(one).__name__} {one}" for one in clusters], return_inverse=True)[1].reshape(-1)


def mean_error(values: Array, of: Places) -> tuple[float, int]:
    """Return the standard error of the mean of `values`, whose clusters are `of`, and how many clusters there are.

    The error is 0 for fewer than two.
    """
    of = np.unique(of, return_inverse=True)[1]
    count = int(of.max()) + 1
    if count < 2:
        return 0.0, count
    sizes, sums = np.bincount(of), np.bincount(of, values)
    without = (values.sum() - sums) / (values.size - sizes)
    return float(np.sqrt((count - 1) / count * np.square(without - values.mean()).sum())), count


def array(values: Sequence[float]) -> Array:
    return np.asarray(values, dtype=np.float64).reshape(-1)


def spread(values: Array) -> bool:
    """Tell whether values differ by more than rounding, and by enough that the squares of it are numbers."""
    return bool(values.size) and float(np.ptp(values)) > max(ROUNDING * float(np.abs(values).max()), _LEAST)


def _slope(sums: Array) -> Array:
    n, x, y, xx, xy = (sums[..., place] for place in range(5))
    squares = xx - x * x / n
    found: Array = np.where(squares > FLAT * xx, (xy - x * y / n) / np.where(squares == 0, 1, squares), np.nan)
    return found
