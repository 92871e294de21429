"""Krippendorff's α for values without an order, such as which of two texts is better."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

import numpy as np

from viva.stats.clusters import Array


def nominal_alpha(items: Iterable[Sequence[Hashable]]) -> float | None:
    """Return α of unordered values: 1 for the same everywhere, 0 for what chance would do.

    Each of `items` holds the values that its raters gave. Items with fewer than two values tell nothing. None where no
    item has two, or where all values are equal.

    Klaus Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", University of Pennsylvania: two values
    differ by 0 or 1. Of the n values of all items, Do is the mean over them of how many others of the same item differ
    from one, as a share, De the share of differing pairs among all of them; α = 1 − Do/De.
    """
    counted = [Counter(values) for values in items if len(values) > 1]
    kinds = {kind: place for place, kind in enumerate(sorted({k for found in counted for k in found}, key=repr))}
    table: Array = np.zeros((len(counted), len(kinds)))
    for row, found in enumerate(counted):
        for kind, count in found.items():
            table[row, kinds[kind]] = count
    within, of_kind = table.sum(axis=1), table.sum(axis=0)
    total = float(within.sum())
    expected = total * total - float(np.square(of_kind).sum())
    if expected == 0:
        return None
    apart = (np.square(within) - np.square(table).sum(axis=1)) / (within - 1)
    return 1 - (total - 1) * float(apart.sum()) / expected
