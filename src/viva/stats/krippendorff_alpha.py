"""Krippendorff's α: agreement of several raters, some of whom may have rated only a part."""

import math
from collections.abc import Sequence

import numpy as np

from viva.stats.correlation import ranks


def ordinal_alpha(raters: Sequence[Sequence[float]]) -> float | None:
    """Return α of ordered values: 1 for the same everywhere, 0 for what chance would do.

    `raters` has a row for each rater with a value for each item; NaN is none. Items with fewer than two values tell
    nothing. None where no item has two, or where all values are equal.

    Klaus Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", University of Pennsylvania: α is 1 − Do/De,
    the squared difference of the values of an item over that of all values, pairs of one item weighing 1/(m − 1) where
    it has m values. Two ordered values differ by how many of all values lie between them, each of the two counted by
    half of those equal to it, which is the difference of their mean ranks.
    """
    values = np.asarray(raters, dtype=np.float64)
    if values.ndim != 2:
        return None
    values = values[:, np.isfinite(values).sum(axis=0) > 1]
    there = np.isfinite(values)
    if not values.size:
        return None
    placed = np.where(there, 0.0, np.nan)
    placed[there] = ranks(values[there])
    # Around their mean, so that the sums of squares lose no digits.
    placed = np.where(there, placed - placed[there].mean(), 0.0)
    count, within = int(there.sum()), there.sum(axis=0)
    expected = float(np.square(placed).sum()) * count
    if expected == 0:
        return None
    apart = within * np.square(placed).sum(axis=0) - np.square(placed.sum(axis=0))
    observed = math.fsum(apart / (within - 1))
    return 1 - observed * (count - 1) / expected
