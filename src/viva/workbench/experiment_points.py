"""What judges said in an experiment, system beside system: points by criterion, and pairs of systems."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from viva.records.experiment import CriterionPoints, PairCount, SystemPoints
from viva.records.rubric import Rubric
from viva.stats.mean_interval import mean_interval
from viva.store.judge_results import ExamplePoints, OrderTally, PairTally

TOTAL = "total"
"""The criterion of rows that hold the sum over all criteria."""


def criterion_points(rubric: Rubric, systems: Sequence[str], rows: Iterable[ExamplePoints]) -> list[CriterionPoints]:
    """Return a row for each criterion of the rubric and one for the total, with the systems in their order."""
    found: dict[tuple[str, str], dict[str, float | None]] = {}
    for row in rows:
        found.setdefault((row.criterion, row.system), {})[row.example] = row.points
    weights = {criterion.name: criterion.weight for criterion in rubric.criteria}
    names = [(name, name, weight) for name, weight in weights.items()]
    return [
        _row(shown, weight, [found.get((name, system), {}) for system in systems])
        for shown, name, weight in [*names, (None, TOTAL, math.fsum(weights.values()))]
    ]


def _row(criterion: str | None, weight: float, systems: Sequence[Mapping[str, float | None]]) -> CriterionPoints:
    each = []
    for points in systems:
        found = mean_interval([value for value in points.values() if value is not None])
        each.append(SystemPoints(found.mean, found.half_width, found.n, len(points)))
    if len(systems) != 2:
        return CriterionPoints(criterion, weight, tuple(each))
    before, after = systems
    pairs = [(value, after.get(example)) for example, value in before.items()]
    apart = mean_interval([second - first for first, second in pairs if first is not None and second is not None])
    return CriterionPoints(criterion, weight, tuple(each), apart.mean, apart.half_width, apart.n)


def pair_counts(
    systems: Sequence[str],
    criteria: Sequence[str | None],
    tallies: Iterable[PairTally],
    orders: Iterable[OrderTally],
) -> list[PairCount]:
    """Return a row for every two systems, the later one against the earlier, on each of the criteria in turn.

    `criteria` holds None for the verdict on the whole.
    """
    counts: Counter[tuple[str, str, str | None, str]] = Counter()
    for tally in tallies:
        sides = {"a": (tally.system_a, tally.system_b), "b": (tally.system_b, tally.system_a)}
        winner, loser = sides.get(tally.winner or "", sides["a"])
        said = "unscored" if tally.winner is None else "tie" if tally.winner == "tie" else "win"
        counts[winner, loser, tally.criterion, said] += tally.pairs
        if tally.flipped:
            counts[winner, loser, tally.criterion, "flip"] += tally.pairs
    for order in orders:
        counts[order.system_a, order.system_b, order.criterion, "decided"] += order.decided
        counts[order.system_a, order.system_b, order.criterion, "first"] += order.first

    def row(system: str, against: str, criterion: str | None) -> PairCount:
        def both(said: str) -> int:
            return counts[system, against, criterion, said] + counts[against, system, criterion, said]

        wins, losses = counts[system, against, criterion, "win"], counts[against, system, criterion, "win"]
        return PairCount(
            system, against, criterion, wins, both("tie"), losses, both("flip"), both("unscored"), both("decided"),
            both("first"),
        )  # fmt: skip

    return [row(second, first, criterion) for criterion in criteria for first, second in combinations(systems, 2)]


def unscored_pairs(tallies: Iterable[PairTally]) -> list[tuple[str, str, int]]:
    """Return (nothing, reason, how many) of pairs without a verdict on the whole, the most frequent first."""
    counts: Counter[str] = Counter()
    for tally in tallies:
        if tally.winner is None and tally.criterion is None:
            counts[tally.reason or ""] += tally.pairs
    return [("", reason, count) for reason, count in counts.most_common()]
