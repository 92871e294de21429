"""For what share of all ways of weighing criteria a system is ahead: weights are uniform on the simplex.

A weighting gives each criterion a share of the total; all weightings count alike, that is Dirichlet's distribution with
all parameters 1, which is also that of exponential variables divided by their sum.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from viva.stats.clusters import ROUNDING

Array = np.ndarray[Any, np.dtype[np.float64]]

DRAWS = 20_000


def share_ahead(differences: Sequence[float]) -> float | None:
    """Return the share of weightings under which Σ wᵢ dᵢ > 0, exactly; None where all differences are 0.

    `differences` (c,) are of two systems, criterion by criterion. Of one criterion for the first and one against it,
    with exponential weights E and F, x·E − y·F is positive with the chance x / (x + y) and is then like x·E again, so
    that the criterion against has dropped out; else the other one has. What is left is a grid of chances whose terms
    are all positive, so that no digit is lost.
    """
    size = max((abs(one) for one in differences), default=0.0)
    ahead = [one / size for one in differences if size and one > ROUNDING * size]
    behind = [-one / size for one in differences if size and one < -ROUNDING * size]
    if not ahead and not behind:
        return None
    # chances[j] is that of the criteria taken so far against the first j of those behind.
    chances = [0.0] * (len(behind) + 1)
    for x in ahead:
        chances[0] = 1.0
        for place, y in enumerate(behind, 1):
            chances[place] = (x * chances[place - 1] + y * chances[place]) / (x + y)
    return chances[-1]


def shares_first(values: Array, seed: int = 0, draws: int = DRAWS) -> list[float]:
    """Return for each of k systems the share of `draws` weightings under which it is first; equals share it.

    `values` (k, c) are what the systems have on each criterion, on a common scale. The shares sum to 1; each has the
    standard error √(p (1 − p) / draws).
    """
    weights = np.random.default_rng(seed).exponential(size=(draws, values.shape[1]))
    weights /= weights.sum(axis=1, keepdims=True)
    # Weights sum to 1, so that what all systems have in common on a criterion can go.
    sums = weights @ (values - values.max(axis=0)).T
    bound = ROUNDING * max(float(np.abs(values).max(initial=0.0)), 1e-300)
    first = sums >= sums.max(axis=1, keepdims=True) - bound
    return [float(share) for share in (first / first.sum(axis=1, keepdims=True)).mean(axis=0)]


def leads_while(values: Array, weights: Sequence[float], leader: int, criterion: int) -> tuple[float, float]:
    """Return from which share of the total to which a criterion may weigh while `leader` stays first.

    The other criteria keep their proportions to one another, and weigh alike where they have no weight at all. `values`
    (k, c) as in `shares_first`, `weights` (c,) any numbers that are not negative. `leader` is first by the weights as
    they are.
    """
    whole = np.asarray(weights, dtype=np.float64)
    others = whole.copy()
    others[criterion] = 0.0
    if not others.sum():
        others[np.arange(others.size) != criterion] = 1.0
    rest = others / others.sum() if others.sum() else others
    ahead = values[leader] - values
    low, high = 0.0, 1.0
    for alone, along in zip(ahead[:, criterion].tolist(), (ahead @ rest).tolist(), strict=True):
        # Ahead by along + share · (alone − along), a straight line in the share.
        slope = alone - along
        if abs(slope) <= ROUNDING * max(abs(alone), abs(along), 1e-300):
            continue
        at = -along / slope
        low, high = (max(low, at), high) if slope > 0 else (low, min(high, at))
    now = float(whole[criterion] / whole.sum()) if whole.sum() else 0.0
    return min(low, now), max(high, now)
