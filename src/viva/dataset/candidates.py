"""Pairs of bags that may be alike, met in equal bands, and compared in full."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import LCSseq

from viva.dataset.bags import Bags
from viva.dataset.minhash import band_keys, shape_for

Numbers = NDArray[np.int64]

NEIGHBOURS = 32  # with how many others a bag is compared in one bucket
LISTED = 100  # in a group of more bags than this no further pairs are looked for
_AT_ONCE = 200_000


class Alike(NamedTuple):
    """Pairs of bags with their similarity, three arrays of one length, and how many comparisons were passed over."""

    first: Numbers
    second: Numbers
    similarity: NDArray[np.float64]
    left_out: int


class _Buckets:
    """The bags in the order of one band: those with an equal key form a bucket."""

    def __init__(self, bags: Bags, keys: NDArray[np.uint64], band: int) -> None:
        # Within a bucket those stand side by side that also agree in the next band.
        following = keys[(band + 1) % len(keys)]
        self.order = np.lexsort((bags.kinds, following, keys[band]))
        self.key = keys[band][self.order]

    def pairs(self) -> Iterator[tuple[Numbers, Numbers]]:
        """Yield pairs of bags, up to `_AT_ONCE` and those of one distance more at a time."""
        ahead = np.arange(len(self.order))
        firsts, seconds, waiting = [], [], 0
        for distance in range(1, NEIGHBOURS + 1):
            ahead = ahead[ahead + distance < len(self.order)]
            ahead = ahead[self.key[ahead] == self.key[ahead + distance]]
            if not len(ahead):
                break
            firsts.append(self.order[ahead])
            seconds.append(self.order[ahead + distance])
            waiting += len(ahead)
            if waiting >= _AT_ONCE:
                yield np.concatenate(firsts), np.concatenate(seconds)
                firsts, seconds, waiting = [], [], 0
        if waiting:
            yield np.concatenate(firsts), np.concatenate(seconds)

    def crowded(self) -> list[Numbers]:
        """Return the members of each bucket in which not every pair is compared."""
        bounds = np.flatnonzero(np.concatenate([[True], self.key[1:] != self.key[:-1], [True]]))
        large = np.flatnonzero(np.diff(bounds) > NEIGHBOURS + 1).tolist()
        return [self.order[bounds[bucket] : bounds[bucket + 1]] for bucket in large]


def _passed_over(members: Numbers, labels: Numbers, sides: NDArray[np.int32]) -> int:
    """Return how many comparisons between groups, and between sides where there are any, a bucket went without."""
    size = len(members)
    made = NEIGHBOURS * size - NEIGHBOURS * (NEIGHBOURS + 1) // 2
    across = _pairs_across(labels[members])
    if sides.any():
        across = min(across, _pairs_across(sides[members]))
    return min(_pairs_of(size) - made, across)


def _pairs_of(size: int) -> int:
    return size * (size - 1) // 2


def _pairs_across(labels: NDArray[np.integer]) -> int:
    """Return how many pairs of members have different labels."""
    _, counts = np.unique(labels, return_counts=True)
    return _pairs_of(len(labels)) - int((counts * (counts - 1) // 2).sum())


def alike(bags: Bags, threshold: float, apart: bool = False) -> Alike:
    """Return the pairs of bags whose similarity is at least `threshold`; with `apart`, only those of different sides.

    The similarity is the Dice coefficient of two bags: twice the words they share, by the words they have.
    """
    if apart and not bags.sides.any():
        none = np.empty(0, dtype=np.int64)
        return Alike(none, none, none.astype(np.float64), 0)
    keys = band_keys(bags, shape_for(threshold))
    spelled, sizes, count = bags.spelled(), bags.sizes, len(bags.owners)
    labels = np.arange(count)
    codes = np.empty(0, dtype=np.int64)
    similarities = np.empty(0, dtype=np.float64)
    crowds: list[Numbers] = []
    for band in range(len(keys)):
        buckets = _Buckets(bags, keys, band)
        for one, other in buckets.pairs():
            wanted = np.ones(len(one), dtype=bool)
            if apart:
                wanted &= bags.sides[one] != bags.sides[other]
            shorter, both = np.minimum(sizes[one], sizes[other]), sizes[one] + sizes[other]
            wanted &= 2 * shorter >= threshold * both
            crowded = np.bincount(labels, minlength=count)[labels[one]] > LISTED
            wanted &= ~(crowded & (labels[one] == labels[other]))
            code = np.minimum(one, other) * count + np.maximum(one, other)
            code = np.setdiff1d(code[wanted], codes)
            first, second = np.divmod(code, count)
            similarity = _compared(spelled, sizes, first, second)
            found = similarity >= threshold
            if found.any():
                codes = np.concatenate([codes, code[found]])
                similarities = np.concatenate([similarities, similarity[found]])
                labels = _joined(labels, first[found], second[found])
        crowds.extend(buckets.crowded())
    left_out = sum(_passed_over(members, labels, bags.sides) for members in crowds)
    order = np.argsort(codes)
    first, second = np.divmod(codes[order], max(count, 1))
    return Alike(first, second, similarities[order], left_out)


def _compared(
    spelled: list[str] | list[tuple[int, ...]], sizes: Numbers, first: Numbers, second: Numbers
) -> NDArray[np.float64]:
    """Return the similarity of each pair."""
    if not len(first):
        return np.empty(0, dtype=np.float64)
    shared = process.cpdist(
        [spelled[index] for index in first.tolist()],
        [spelled[index] for index in second.tolist()],
        scorer=LCSseq.similarity,
        dtype=np.int32,
    )
    return 2.0 * shared / (sizes[first] + sizes[second])


def _joined(labels: Numbers, first: Numbers, second: Numbers) -> Numbers:
    """Return the labels of the groups after the pairs have been joined: each group's lowest label."""
    while True:
        one, other = labels[first], labels[second]
        if (one == other).all():
            return labels
        parents = np.arange(len(labels))
        np.minimum.at(parents, np.maximum(one, other), np.minimum(one, other))
        while (parents != (above := parents[parents])).any():
            parents = above
        labels = parents[labels]
