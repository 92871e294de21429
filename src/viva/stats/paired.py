"""Two systems on the same questions: is the mean difference more than chance, how large is it, and Holm's correction.

The test flips signs: where neither system is better, each question's difference is as likely to be the other way round
(Fisher 1935, The Design of Experiments, section 21; Dror et al. 2018, ACL, p. 1383, on its use for language models).
It assumes no distribution. p is how often a mean at least as far from 0 as the one that was found comes of flipping.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from viva.stats.clusters import ROUNDING, Array, spread
from viva.stats.mean_interval import MeanInterval, mean_interval

EXACT_UP_TO = 16
"""With so many differences that are not 0 all ways of flipping are gone through."""
DRAWS = 20_000
NORMAL_FROM = 5_000
"""With more differences than this the sum of the flipped ones is taken as normal."""
_BYTE = 8
_SIGNS = 1.0 - 2.0 * ((np.arange(256)[:, None] >> np.arange(_BYTE)) & 1)
"""The signs that each byte stands for, (256, 8)."""
_AT_ONCE = 4_000_000
_LARGEST = 1e300


class PairedDifference(NamedTuple):
    """How far two systems are apart on the `n` questions that both have a value for; the difference is first − second.

    `higher`, `equal` and `lower` count the questions on which the first one's value is. `p` is of the sign-flip test,
    made as `test` says (`exact`, `drawn`, `normal`, `none`). `effect` is Cohen's d_z: the mean difference in standard
    deviations of the differences. `interval` says how `low` and `high` were made (`t`, `bootstrap`, `none`). What does
    not exist is None.
    """

    n: int
    first: float | None
    second: float | None
    difference: float | None
    sd: float | None
    se: float | None
    low: float | None
    high: float | None
    interval: str
    p: float | None
    test: str
    effect: float | None
    higher: int
    equal: int
    lower: int


def paired_difference(
    first: Sequence[float] | Array, second: Sequence[float] | Array, seed: int = 0
) -> PairedDifference:
    """Return how two systems differ, of their values (n,) on the same questions; NaN where there is none.

    `seed` is that of the bootstrap and of the flips that are drawn. Values beyond ±1e300 count as that. Where the two
    change places the difference, its bounds and the effect change their signs, to the digit, and p stays.
    """
    one, other = shared(np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64))
    if not one.size:
        return PairedDifference(
            0, None, None, None, None, None, None, None, "none", None, "none", None, 0, 0, 0
        )  # fmt: skip
    apart = differences_of(one, other)
    found = mirrored_interval(apart, seed)
    p, test = sign_flip(apart, seed)
    return PairedDifference(
        apart.size, float(one.mean()), float(other.mean()), found.mean, found.sd, found.se, found.low, found.high,
        found.method, p, test, standardised(apart), int((apart > 0).sum()), int((apart == 0).sum()),
        int((apart < 0).sum()),
    )  # fmt: skip


def mirrored_interval(differences: Array, seed: int = 0) -> MeanInterval:
    """Return the mean of `differences` (n,) with its interval; those of −`differences` are the same ones turned round.

    Draws would differ between the two, so they are always made of the one that comes later in order.
    """
    every = np.sort(differences)
    turned = 0.0 - every[::-1]
    unlike = np.flatnonzero(every != turned)
    if unlike.size and every[unlike[0]] < turned[unlike[0]]:
        found = mean_interval(turned.tolist(), seed)
        return replace(found, mean=_turned(found.mean), low=_turned(found.high), high=_turned(found.low))
    found = mean_interval(every.tolist(), seed)
    if not unlike.size and found.half_width is not None:
        # Each difference stands beside its opposite: the interval reaches as far to either side.
        return replace(found, low=-found.half_width, high=found.half_width)
    return found


def _turned(value: float | None) -> float | None:
    return None if value is None else 0.0 - value


def sign_flip(differences: Sequence[float] | Array, seed: int = 0) -> tuple[float | None, str]:
    """Return the two-sided p that the mean of `differences` is 0, and how it was had; None where there are none.

    Differences of 0 stay what they are however they are flipped, so they change nothing. Of drawn flips, the one that
    was found counts as one of them, so that p is never 0 (Phipson & Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9, 39).
    """
    every = np.asarray(differences, dtype=np.float64).reshape(-1)
    if not every.size:
        return None, "none"
    size = float(np.abs(every).max())
    # In units of the largest, so that no sum or square is too large or too small for a number.
    apart = every[every != 0] / (size or 1.0)
    if not apart.size:
        return 1.0, "exact"
    total = abs(float(apart.sum()))
    bound = total - ROUNDING * float(np.abs(apart).sum())
    if apart.size <= EXACT_UP_TO:
        sums = _all_sums(apart)
        return float((np.abs(sums) >= bound).mean()), "exact"
    if apart.size > NORMAL_FROM:
        return math.erfc(total / math.sqrt(2 * float(apart @ apart))), "normal"
    as_far = sum(int((np.abs(sums) >= bound).sum()) for sums in _drawn_sums(apart, seed))
    return (1 + as_far) / (1 + DRAWS), "drawn"


def standardised(differences: Sequence[float] | Array) -> float | None:
    """Return Cohen's d_z, the mean of the differences in their standard deviations; None where they do not spread."""
    apart = np.asarray(differences, dtype=np.float64).reshape(-1)
    if apart.size < 2 or not spread(apart):
        return None
    apart = apart / float(np.abs(apart).max())
    return float(apart.mean() / apart.std(ddof=1))


def holm(ps: Sequence[float | None]) -> list[float | None]:
    """Return each p corrected for how many were tried (Holm 1979, Scand. J. Statist. 6, p. 65); None stays None.

    To call those small that are below a bound then errs at all with no more than that chance, however the tests hang
    together.
    """
    tried = sorted((p, place) for place, p in enumerate(ps) if p is not None)
    found: list[float | None] = [None] * len(ps)
    highest = 0.0
    for rank, (p, place) in enumerate(tried):
        highest = max(highest, min(p * (len(tried) - rank), 1.0))
        found[place] = highest
    return found


def shared(one: Array, other: Array) -> tuple[Array, Array]:
    """Return the values where both have one, within ±1e300, so that sums of them stay numbers."""
    both = np.isfinite(one) & np.isfinite(other)
    return np.clip(one[both], -_LARGEST, _LARGEST), np.clip(other[both], -_LARGEST, _LARGEST)


def differences_of(one: Array, other: Array) -> Array:
    """Return first − second; what is apart by rounding alone, such as sums in another order, is equal."""
    apart: Array = one - other
    return np.where(np.abs(apart) <= ROUNDING * np.maximum(np.abs(one), np.abs(other)), 0.0, apart)


def _all_sums(apart: Array) -> Array:
    sums: Array = np.zeros(1)
    for value in apart:
        sums = np.concatenate([sums + value, sums - value])
    return sums


def _drawn_sums(apart: Array, seed: int) -> "list[Array]":
    """Return the sums of the differences with drawn signs, in pieces that fit into memory."""
    padded = np.zeros(-(-apart.size // _BYTE) * _BYTE)
    padded[: apart.size] = apart
    # Eight signs are one byte, and what eight differences come to under each byte is known beforehand.
    parts = padded.reshape(-1, _BYTE) @ _SIGNS.T
    places = np.arange(len(parts)) * 256
    random = np.random.default_rng(seed)
    rows = max(_AT_ONCE // len(parts), 1)
    found = []
    for start in range(0, DRAWS, rows):
        drawn = random.integers(0, 256, (min(rows, DRAWS - start), len(parts)), dtype=np.uint8)
        found.append(parts.reshape(-1)[places + drawn].sum(axis=1))
    return found
