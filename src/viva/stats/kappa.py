"""Agreement of two raters, on a scale of whole levels or on values without an order."""

import math
from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np


def level(value: float, lowest: int, highest: int) -> int:
    """Return the whole level of a scale that is closest to a value; a half goes to the level above."""
    # A value that points were turned back into may miss its half by rounding.
    return min(max(math.floor(value + 0.5 + 1e-9), lowest), highest)


def quadratic_kappa(first: Sequence[int], second: Sequence[int]) -> float | None:
    """Return Cohen's κ with quadratic weights (Cohen 1968, Psychol. Bull. 70, p. 213) of two raters' levels.

    It is 1 − observed / expected disagreement, the mean squared difference of the pairs over that of all pairs of a
    value of one with a value of the other. None where both gave one and the same level everywhere, or nothing.
    """
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if not x.size:
        return None
    expected = float(x.var() + y.var() + (x.mean() - y.mean()) ** 2)
    if expected == 0:
        return None
    return 1 - float(np.square(x - y).mean()) / expected


def nominal_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float | None:
    """Return Cohen's κ (Cohen 1960, Educ. Psychol. Meas. 20, p. 40) of two raters' unordered values.

    It is 1 − observed / expected disagreement, the share of unequal pairs over that of all pairs of a value of one with
    a value of the other. None where both gave one and the same value everywhere, or nothing.
    """
    if not first:
        return None
    alike = sum(x == y for x, y in zip(first, second, strict=True)) / len(first)
    by_first, by_second = Counter(first), Counter(second)
    chance = sum(count * by_second[value] for value, count in by_first.items()) / len(first) ** 2
    return None if chance == 1 else 1 - (1 - alike) / (1 - chance)
