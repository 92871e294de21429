"""How sure Krippendorff's α is: its 95% interval, by drawing questions anew, each with all its items."""

import math
from collections.abc import Hashable, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np

from viva.records.estimate import Estimate
from viva.stats.clusters import NONE, Array, places
from viva.stats.intervals import t_quantile
from viva.stats.krippendorff_alpha import ordinal_alpha
from viva.stats.nominal_alpha import nominal_alpha

DRAWS = 2000
FEWEST = 8
"""Of fewer questions that have an item with two values, no interval is made."""
_PIECE = 4_000_000
"""Numbers that are held at a time."""


def ordinal_interval(items: Sequence[Sequence[float]], clusters: Sequence[Hashable], seed: int = 0) -> Estimate:
    """Return α of ordered values with its interval.

    Each of `items` holds the values that its raters gave; `clusters` tells which items belong together, as texts for
    one question do, and are drawn together. Drawn are the questions, since drawing pairs of values makes intervals far
    too short. The interval is the expanded percentile one (Hesterberg 2015, Am. Stat. 69, p. 371): percentiles of 2,000
    draws, further out the fewer questions there are. None where fewer than `FEWEST` questions have an item with two
    values; no α: see `viva.stats.krippendorff_alpha`.
    """
    most = max((len(values) for values in items), default=0)
    raters = [[values[place] if place < len(values) else math.nan for values in items] for place in range(most)]
    return _interval(ordinal_alpha(raters), items, clusters, ordered=True, seed=seed)


def nominal_interval(items: Sequence[Sequence[str]], clusters: Sequence[Hashable], seed: int = 0) -> Estimate:
    """Return α of unordered values with its interval, made as that of ordered ones is."""
    return _interval(nominal_alpha(items), items, clusters, ordered=False, seed=seed)


def _interval(
    alpha: float | None, items: Sequence[Sequence[Any]], clusters: Sequence[Hashable], *, ordered: bool, seed: int
) -> Estimate:
    if alpha is None:
        return NONE
    shared = [(values, cluster) for values, cluster in zip(items, clusters, strict=True) if len(values) > 1]
    of = places([cluster for _, cluster in shared]).tolist()
    count = max(of) + 1
    if count < FEWEST:
        return Estimate(alpha)
    observed = _coincidences([values for values, _ in shared], of, count)
    draw, found = np.random.default_rng(seed), []
    piece = max(_PIECE // max(count, observed.shape[1]), 1)
    for start in range(0, DRAWS, piece):
        weights = draw.multinomial(count, np.full(count, 1 / count), size=min(piece, DRAWS - start))
        found.append(_alphas(weights @ observed, ordered=ordered))
    drawn = np.concatenate(found)
    tail = NormalDist().cdf(-math.sqrt(count / (count - 1)) * t_quantile(0.975, count - 1))
    # A draw in which all values are equal has no α; where many have none, neither has the interval.
    told = drawn[np.isfinite(drawn)]
    if told.size < 0.95 * DRAWS:
        return Estimate(alpha)
    low, high = np.quantile(told, [tail, 1 - tail])
    return Estimate(alpha, min(float(low), alpha), max(float(high), alpha))


def _coincidences(items: Sequence[Sequence[Any]], of: Sequence[int], count: int) -> Array:
    """Return for each cluster how often each two levels meet in an item, pairs weighing 1 / (values − 1)."""
    levels = {value: place for place, value in enumerate(sorted({value for values in items for value in values}))}
    found = np.zeros((count, len(levels) ** 2))
    for values, cluster in zip(items, of, strict=True):
        counts = np.bincount([levels[value] for value in values], minlength=len(levels)).astype(np.float64)
        found[cluster] += ((np.outer(counts, counts) - np.diag(counts)) / (len(values) - 1)).reshape(-1)
    return found


def _alphas(sums: Array, *, ordered: bool) -> Array:
    """Return α of each row of coincidences, NaN where all values are equal."""
    levels = math.isqrt(sums.shape[1])
    pairs = sums.reshape(-1, levels, levels)
    margins = pairs.sum(axis=2)
    if ordered:
        rank = np.cumsum(margins, axis=1) - margins / 2
        distance = np.square(rank[:, :, None] - rank[:, None, :])
    else:
        distance = np.broadcast_to(1 - np.eye(levels), pairs.shape)
    observed = (pairs * distance).sum(axis=(1, 2))
    expected = (margins[:, :, None] * margins[:, None, :] * distance).sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Array = np.where(expected > 0, 1 - observed * (margins.sum(axis=1) - 1) / expected, np.nan)
    return found
