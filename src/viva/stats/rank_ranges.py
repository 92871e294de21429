"""The places that systems can have on a measure, of what can be told apart on the questions that they share.

Every pair of systems is compared on the questions that both have a value for, by the sign-flip test, and all pairs
together are corrected by Holm's method. A system's best place comes after those that are told to be better, its worst
before those that are told to be worse. With a chance of 95% all of these ranges hold the true places (Mogstad, Romano,
Shaikh & Wilhelm 2024, Rev. Econ. Stud. 91, p. 476, build them of such comparisons too).
"""

import math
from itertools import combinations
from typing import NamedTuple

import numpy as np

from viva.stats.clusters import Array
from viva.stats.paired import EXACT_UP_TO, differences_of, holm, shared, sign_flip

LEVEL = 0.05
_SURE, _HOPELESS = 1e-9, 0.25


class RankRange(NamedTuple):
    """A system's places, from `best` to `worst` (1 is the first), and which systems it cannot be told apart from."""

    best: int
    worst: int
    alike: tuple[int, ...]


def rank_ranges(values: Array, better: int = 1, seed: int = 0) -> list[RankRange | None]:
    """Return the range of places for each system of `values` (questions, systems), NaN where there is no value.

    `better` is 1 where more is better, else -1. None stands for a system without a value. Systems that share no
    question cannot be told apart.
    """
    there = np.isfinite(values)
    ranked = [place for place in range(values.shape[1]) if there[:, place].any()]
    pairs = list(combinations(ranked, 2))
    differences = [differences_of(*shared(values[:, one], values[:, other])) * better for one, other in pairs]
    corrected = holm([_p(one, seed) for one in differences])
    above: dict[int, set[int]] = {place: set() for place in ranked}
    alike: dict[int, set[int]] = {place: set() for place in ranked}
    for (one, other), apart, p in zip(pairs, differences, corrected, strict=True):
        if p is None or p > LEVEL:
            alike[one].add(other)
            alike[other].add(one)
        else:
            winner, loser = (one, other) if apart.sum() > 0 else (other, one)
            above[loser].add(winner)
    found: list[RankRange | None] = [None] * values.shape[1]
    for place in ranked:
        best = len(above[place]) + 1
        found[place] = RankRange(best, best + len(alike[place]), tuple(sorted(alike[place])))
    return found


def _p(apart: Array, seed: int) -> float | None:
    """Return the p of the sign-flip test; where the normal limit leaves no doubt on which side it lies, that limit's.

    Thousands of drawn flips for each of many pairs take long, and most pairs are far apart or not apart at all.
    """
    moved = apart[apart != 0]
    if moved.size > EXACT_UP_TO:
        scaled = moved / np.abs(moved).max()
        limit = math.erfc(abs(float(scaled.sum())) / math.sqrt(2 * float(scaled @ scaled)))
        if limit < _SURE or limit > _HOPELESS:
            return limit
    return sign_flip(apart, seed)[0]
