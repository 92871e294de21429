"""Raters who are unlike the others: by how much they give, in which order, and how much of the scale they use."""

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from viva.stats.correlation import pearson

SEVERITY = 5.0
"""Points of 100 that a rater must take off or add, on the whole, to be called severe or lenient; and the interval of it
must leave 0 out."""
CORRELATION = 0.3
"""Whose totals go with the others' less than this ranks items in another order."""
SPREAD = 2.0
"""Whose totals spread more than so many times as much as the others', or less than one such part, uses the scale in
another way."""
KAPPA = 0.0
"""Who agrees with the others less than this, less than chance would have it, says the contrary."""
SHARED = 10
"""Of fewer items that others have rated too, nothing is said but severity."""
_NORMAL = NormalDist().inv_cdf(0.975)


class Likeness(NamedTuple):
    """A rater's values of shared items beside the mean of the others': how many, Pearson's r, the ratio of spreads."""

    shared: int
    correlation: float | None
    spread: float | None


def likeness(items: Sequence[Mapping[str, float]], rater: str) -> Likeness:
    """Return how a rater's values go with those of the others; each item has a value by rater.

    The spread of the others is that of their single values, item by item as many as they are: means of several would
    spread less than one rater's do.
    """
    shared = [values for values in items if rater in values and len(values) > 1]
    own = [values[rater] for values in shared]
    others = [[value for name, value in values.items() if name != rater] for values in shared]
    if len(shared) < 2:
        return Likeness(len(shared), None, None)
    means = [float(np.mean(values)) for values in others]
    every = np.concatenate([np.asarray(values, dtype=np.float64) for values in others])
    weights = np.concatenate([np.full(len(values), 1 / len(values)) for values in others])
    middle = float(np.average(every, weights=weights))
    theirs = float(np.average(np.square(every - middle), weights=weights)) ** 0.5
    mine = float(np.std(own))
    ratio = mine / theirs if theirs > 1e-9 * max(abs(middle), 1.0) else None
    return Likeness(len(shared), pearson(own, means).value, ratio)


def outlying(found: Likeness, severity: float | None, error: float | None, kappa: float | None) -> tuple[str, ...]:
    """Return in which ways a rater is unlike the others; severity and its standard error are in points of 100."""
    ways = []
    if severity is not None and error is not None and abs(severity) >= max(SEVERITY, _NORMAL * error):
        ways.append("severe" if severity > 0 else "lenient")
    if found.shared < SHARED:
        return tuple(ways)
    if found.correlation is not None and found.correlation < CORRELATION:
        ways.append("another order")
    if found.spread is not None and not 1 / SPREAD <= found.spread <= SPREAD:
        ways.append("wide" if found.spread > 1 else "narrow")
    if kappa is not None and kappa < KAPPA:
        ways.append("against the others")
    return tuple(ways)
