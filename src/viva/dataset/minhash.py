"""Which bags of words may be alike: MinHash signatures cut into bands (locality-sensitive hashing).

The method is that of Broder (On the resemblance and containment of documents, 1997) with the banding of Indyk
and Motwani (Approximate nearest neighbors, 1998): two bags with Jaccard index J have an equal band of r hashes with
probability J^r, and at least one equal band of b with probability 1 - (1 - J^r)^b.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viva.dataset.bags import Bags

MOST_HASHES = 256
MOST_ROWS = 12
MISSED = 0.001
_SEED = 20_240_229
_WORDS_AT_ONCE = 16_384


class Shape(NamedTuple):
    """How many bands, and how many hashes in each."""

    bands: int
    rows: int


def shape_for(threshold: float) -> Shape:
    """Return the shape with the longest bands that misses at most 1 in 1,000 of the pairs that are just as alike.

    `threshold` is a Dice coefficient D in (0, 1]; the Jaccard index is D / (2 - D).
    """
    jaccard = threshold / (2 - threshold)
    for rows in range(MOST_ROWS, 0, -1):
        chance = jaccard**rows
        bands = 1 if chance >= 1 else math.ceil(math.log(MISSED) / math.log1p(-chance))
        if bands * rows <= MOST_HASHES:
            return Shape(bands, rows)
    return Shape(MOST_HASHES, 1)


def band_keys(bags: Bags, shape: Shape) -> NDArray[np.uint64]:
    """Return a key for each band of each bag, shape (bands, n): equal keys mean an equal band."""
    count = len(bags.owners)
    random = np.random.default_rng(_SEED)
    hashes = shape.bands * shape.rows
    factors = random.integers(0, 2**64, hashes, dtype=np.uint64) | np.uint64(1)
    shifts = random.integers(0, 2**64, hashes, dtype=np.uint64)
    mixers = random.integers(0, 2**64, shape.rows, dtype=np.uint64) | np.uint64(1)
    keys = np.empty((shape.bands, count), dtype=np.uint64)
    first = 0
    while first < count:
        # Whole bags, as many as fit, and one at least.
        last = int(np.searchsorted(bags.starts, bags.starts[first] + _WORDS_AT_ONCE, side="right")) - 1
        last = min(max(last, first + 1), count)
        lowest = _signatures(bags, first, last, factors, shifts).reshape(last - first, shape.bands, shape.rows)
        keys[:, first:last] = (lowest * mixers).sum(axis=2, dtype=np.uint64).T
        first = last
    return keys


def _signatures(
    bags: Bags, first: int, last: int, factors: NDArray[np.uint64], shifts: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """Return for each bag from `first` to `last` the lowest value that each hash takes on its elements."""
    start, end = bags.starts[first], bags.starts[last]
    ids, where = np.unique(bags.elements[start:end], return_inverse=True)
    values = np.empty((len(ids), len(factors)), dtype=np.uint32)
    for begin in range(0, len(ids), 2048):
        part = bags.hashes[ids[begin : begin + 2048], None]
        values[begin : begin + 2048] = (part * factors + shifts) >> np.uint64(32)
    lowest = np.empty((last - first, len(factors)), dtype=np.uint64)
    offsets = bags.starts[first : last + 1] - start
    for number in range(last - first):
        np.min(values[where[offsets[number] : offsets[number + 1]]], axis=0, out=lowest[number])
    return lowest
