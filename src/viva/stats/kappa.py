"""Agreement of two raters on a scale of whole levels."""

import math
from collections.abc import Sequence

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
