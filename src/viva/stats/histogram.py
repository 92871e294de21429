"""Histograms on common bins: how wide the bins are, how many values fall into each."""

import math
import sys
from collections.abc import Sequence

import numpy as np

Array = np.ndarray[tuple[int], np.dtype[np.float64]]

MOST_BINS = 20
"""Bins at most where their number is not given."""
_FEWEST_BINS = 4
_LARGEST = sys.float_info.max


def common_edges(groups: Sequence[Sequence[float]], bins: int | None = None) -> tuple[float, ...]:
    """Return the edges of equal bins over the range of all finite values of all groups, one more than there are bins.

    Without `bins` their width is that of Freedman and Diaconis (1981), Z. Wahrscheinlichkeitstheorie 57, p. 453:
    twice the interquartile range of all values over the cube root of the number of values in the largest group (bins
    are read group by group). From 4 to 20 bins are made, and two where there are two values only, such as 0 and 1.
    Values that are all alike lie in one bin around them, half a unit, or for large values a tenth of them, to each
    side. No values: no edges. Raises ValueError for fewer than one bin.
    """
    if bins is not None and bins < 1:
        raise ValueError(f"{bins} bins are none")
    finite = [_finite(values) for values in groups]
    every = np.concatenate(finite) if finite else np.empty(0)
    if every.size == 0:
        return ()
    low, high = float(every.min()), float(every.max())
    if not _apart(low, high):
        half = max(0.5, abs(low) / 10)
        return max(low - half, -_LARGEST), min(high + half, _LARGEST)
    two = bool(((every == low) | (every == high)).all())
    count = bins or (2 if two else _freedman_diaconis(every, max(values.size for values in finite)))
    # Weighted ends: the range of two huge values may itself be too large for a number.
    edges = [low * (1 - place / count) + high * (place / count) for place in range(count)]
    return (*edges, high)


def counts(values: Sequence[float], edges: Sequence[float]) -> tuple[int, ...]:
    """Return how many finite values fall into each bin: its lower edge belongs to it, to the last both do.

    Values outside of all bins are in none.
    """
    if len(edges) < 2:
        return ()
    found, _ = np.histogram(_finite(values), bins=np.asarray(edges, dtype=float))
    return tuple(int(count) for count in found)


def mean_and_median(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Return the mean and the median of the finite values, None where there are none."""
    finite = _finite(values)
    if finite.size == 0:
        return None, None
    return math.fsum(finite.tolist()) / finite.size, float(np.median(finite))


def _freedman_diaconis(values: Array, size: int) -> int:
    # A quarter of each value: the difference of two huge ones would be too large for a number.
    scaled = values / 4
    first, third = np.percentile(scaled, [25, 75])
    width = 2 * float(third - first) / size ** (1 / 3)
    reach = float(scaled.max()) - float(scaled.min())
    if width <= 0 or not math.isfinite(reach / width):
        # Half of the values are alike: Sturges' rule does not look at how they spread.
        return _within(math.ceil(math.log2(size)) + 1)
    return _within(math.ceil(reach / width))


def _within(count: int) -> int:
    return min(max(count, _FEWEST_BINS), MOST_BINS)


def _apart(low: float, high: float) -> bool:
    """Tell whether two values leave room for bins between them, which the steps between numbers need too."""
    return high - low > 1e-9 * max(abs(low), abs(high))


def _finite(values: Sequence[float]) -> Array:
    array: Array = np.asarray(values, dtype=np.float64).reshape(-1)
    return array[np.isfinite(array)].reshape(-1)
