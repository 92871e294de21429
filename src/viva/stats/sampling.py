"""Stratified random sampling without replacement, with inclusion probabilities that are known.

Within a stratum of N units a simple random sample of n has the inclusion probability n / N for every unit (W. G.
Cochran, Sampling Techniques, 3rd ed., 1977, chapters 2 and 5). The order in which a stratum's units are drawn is fixed
by the seed alone, so a sample that grows keeps what it has and is a simple random sample at every size.
"""

import heapq
import random
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

Unit = TypeVar("Unit", bound=Hashable)
Thing = TypeVar("Thing")


def allocation(populations: Mapping[str, int], wanted: int, least: Mapping[str, int] | None = None) -> dict[str, int]:
    """Return how many units to draw of each stratum: in proportion to its size, by the largest remainder.

    Every stratum that has units gets at least one where `wanted` reaches for that, and at least what `least` says
    (what has been drawn of it already); never more than it has. The sum is `wanted`, or the whole population where
    that is smaller, or what `least` comes to where that is more. Ties go to the larger stratum, then by name.
    """
    sizes = {name: size for name, size in populations.items() if size > 0}
    total = sum(sizes.values())
    wanted = min(max(wanted, 0), total)
    floor = {name: min((least or {}).get(name, 0), size) for name, size in sizes.items()}
    one_each = {name: max(count, 1) for name, count in floor.items()}
    if sum(one_each.values()) <= wanted:
        floor = one_each
    share = {name: wanted * size / total for name, size in sizes.items()} if total else {}
    drawn = {name: max(floor[name], int(share[name])) for name in sizes}
    by_size = sorted(sizes, key=lambda name: (-sizes[name], name))
    short = wanted - sum(drawn.values())
    if short > 0:
        _give(
            short, drawn, {name: share[name] - drawn[name] for name in by_size if drawn[name] < sizes[name]}, sizes, 1
        )
    elif short < 0:
        over = {name: drawn[name] - share[name] for name in reversed(by_size) if drawn[name] > floor[name]}
        _give(-short, drawn, over, floor, -1)
    return {name: drawn.get(name, 0) for name in populations}


def _give(count: int, drawn: dict[str, int], claims: Mapping[str, float], bounds: Mapping[str, int], step: int) -> None:
    """Change `drawn` by `step` `count` times, each time where the claim is largest, and no further than the bounds.

    Whoever is served has a claim that is smaller by one; of equal claims the first counts.
    """
    heap = [(-claim, place, name) for place, (name, claim) in enumerate(claims.items())]
    heapq.heapify(heap)
    while count and heap:
        claim, place, name = heapq.heappop(heap)
        drawn[name] += step
        count -= 1
        if drawn[name] != bounds[name]:
            heapq.heappush(heap, (claim + 1, place, name))


def drawing_order(units: Iterable[Unit], seed: int, stratum: str) -> list[Unit]:
    """Return the order in which the units of a stratum are drawn: the first n are a simple random sample of size n.

    It depends on the seed, the stratum's name and the set of units, not on the order in which they are given.
    """
    order = sorted(units, key=repr)
    random.Random(f"{seed} stratum {stratum}").shuffle(order)
    return order


def quarters(values: Mapping[Unit, float]) -> dict[Unit, int]:
    """Return the quarter, 1 to 4, into which each finite value falls; equal values fall into the same one.

    The bounds are the quartiles of the values, each part of the quarter below it.
    """
    if not values:
        return {}
    bounds = np.quantile(list(values.values()), [0.25, 0.5, 0.75])
    return {unit: 1 + int(np.searchsorted(bounds, value, side="left")) for unit, value in values.items()}


def interleaved(*streams: Sequence[Thing]) -> list[Thing]:
    """Return what is in the streams in one row, each stream in its own order and evenly over the whole row."""
    placed = [
        ((number + 0.5) / len(stream), place, thing)
        for place, stream in enumerate(streams)
        for number, thing in enumerate(stream)
    ]
    return [thing for _, _, thing in sorted(placed, key=lambda each: each[:2])]
