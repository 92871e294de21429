"""How alike two series rank the same items: Pearson's r with an interval, Spearman's ρ, Kendall's τ-b."""

import math
from collections.abc import Hashable, Sequence

import numpy as np

from viva.records.estimate import Estimate
from viva.stats.clusters import FLAT, NONE, ROUNDING, Array, array, jackknifed, spread

_MOST = 1 - 1e-12
"""Beyond this a correlation is a whole one, which Fisher's z would take to infinity."""


def pearson(first: Sequence[float], second: Sequence[float], clusters: Sequence[Hashable] | None = None) -> Estimate:
    """Return Pearson's r with its 95% interval; items of one cluster belong together (each alone where None).

    The interval is made on Fisher's z scale by the jackknife over clusters (`viva.stats.clusters`). No estimate where
    either series has no spread, no interval where leaving out one cluster takes the spread away.
    """
    x, y = array(first), array(second)
    if x.size < 2 or not spread(x) or not spread(y):
        return NONE
    x, y = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    sums = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=1)
    return jackknifed(sums, range(x.size) if clusters is None else clusters, _r, _fisher, math.tanh)


def spearman(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Spearman's ρ, Pearson's r of the ranks; equal values share the average of their ranks."""
    x, y = array(first), array(second)
    if x.size < 2:
        return None
    return pearson(ranks(x).tolist(), ranks(y).tolist()).value


def kendall(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Kendall's τ-b (Kendall 1945, Biometrika 33, p. 239), None where either series has no spread.

    Takes time that grows with the square of the number of items.
    """
    x, y = array(first), array(second)
    if x.size < 2 or not spread(x) or not spread(y):
        return None
    # Equal values have one rank, however they were rounded when they were computed.
    x, y = ranks(x), ranks(y)
    score = untied_x = untied_y = 0.0
    for place in range(x.size - 1):
        dx, dy = np.sign(x[place + 1 :] - x[place]), np.sign(y[place + 1 :] - y[place])
        score += float(dx @ dy)
        untied_x += float(np.abs(dx).sum())
        untied_y += float(np.abs(dy).sum())
    return score / math.sqrt(untied_x * untied_y) if untied_x and untied_y else None


def ranks(values: Sequence[float] | Array) -> Array:
    """Return the rank of each value from 1; equal values share the average of theirs.

    Values are equal that are apart by rounding alone, such as sums of the same points in another order.
    """
    found = np.asarray(values, dtype=np.float64).reshape(-1)
    if not found.size:
        return found
    order = np.argsort(found, kind="stable")
    close = ROUNDING * float(np.abs(found).max())
    group = np.concatenate([[0], np.cumsum(np.diff(found[order]) > close)])
    last = np.cumsum(np.bincount(group))
    shared: Array = (last - (np.bincount(group) - 1) / 2)[group]
    placed = np.empty_like(found)
    placed[order] = shared
    return placed


def _r(sums: Array) -> Array:
    n, x, y, xx, yy, xy = (sums[..., place] for place in range(6))
    first, second = xx - x * x / n, yy - y * y / n
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (xy - x * y / n) / np.sqrt(first * second)
    flat = (first <= FLAT * xx) | (second <= FLAT * yy)
    clipped: Array = np.where(flat, np.nan, np.clip(found, -1, 1))
    return clipped


def _fisher(r: Array) -> Array:
    found: Array = np.arctanh(np.clip(r, -_MOST, _MOST))
    return found
