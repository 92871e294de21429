"""Two proportions on the same items: their difference with an interval, and McNemar's exact test."""

import math
from statistics import NormalDist


def difference(higher: int, lower: int, n: int) -> tuple[float, float]:
    """Return the 95% interval of the difference of two proportions on the same `n` items.

    `higher` items are right for the first alone, `lower` for the second alone. It is the adjusted Wald interval of
    Bonett & Price (2012), J. Educ. Behav. Stat. 37, p. 479: it holds its level for few items, and has a width where
    the two never differ. Raises ValueError where the counts are none of `n` items.
    """
    if n < 1 or higher < 0 or lower < 0 or higher + lower > n:
        raise ValueError(f"{higher} and {lower} of {n} items are no counts")
    first, second = (higher + 1) / (n + 2), (lower + 1) / (n + 2)
    middle = first - second
    half = NormalDist().inv_cdf(0.975) * math.sqrt((first + second - middle * middle) / (n + 2))
    return max(middle - half, -1.0), min(middle + half, 1.0)


def mcnemar(higher: int, lower: int) -> float:
    """Return the exact two-sided p of McNemar's test: that of a fair coin for the items on which the two differ.

    Raises ValueError for negative counts.
    """
    if higher < 0 or lower < 0:
        raise ValueError("counts are not negative")
    n, tail, ways = higher + lower, 0, 1
    for count in range(min(higher, lower) + 1):
        # In how many ways so many of n coins show heads, each number out of the one before.
        tail, ways = tail + ways, ways * (n - count) // (count + 1)
    return min(1.0, 2 * tail / (1 << n))
