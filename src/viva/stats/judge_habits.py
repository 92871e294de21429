"""What a judge does by habit: whether it says the same twice."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Repeats(NamedTuple):
    """How alike repeated values are: over `items`, the share of equal pairs and the mean standard deviation."""

    items: int
    same: float
    sd: float


def repeats(samples: Sequence[Sequence[float]]) -> Repeats | None:
    """Return how alike the values of each item are; items with fewer than two are passed over, None without any.

    Each item counts alike, however many samples it has; standard deviations have n − 1 below.
    """
    several = [np.asarray(values, dtype=np.float64) for values in samples if len(values) > 1]
    if not several:
        return None
    shares = []
    for values in several:
        first, second = np.triu_indices(len(values), 1)
        shares.append(float(np.isclose(values[first], values[second], rtol=0, atol=1e-9).mean()))
    spreads = [float(values.std(ddof=1)) for values in several]
    return Repeats(len(several), float(np.mean(shares)), float(np.mean(spreads)))
