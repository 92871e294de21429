"""What came of a benchmark: each model's mean with its interval, and how far it is from the first."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from viva.records.benchmark import SHARES, TITLES, BenchmarkDifference, BenchmarkRow
from viva.stats import intervals, proportions
from viva.stats.mean_interval import mean_interval
from viva.store.benchmarks import Value

Key = tuple[str, str, str]
"""A model, a method and a measure."""


def rows_of(values: Sequence[Value], against: str | None = None) -> tuple[BenchmarkRow, ...]:
    """Return a row for each model, method and measure, in the order in which models answered first.

    Differences are to the model `against`, else to the first one, by the same method. Proportions have Wilson's
    interval, and Bonett and Price's where they differ on the same items; means of shares have the leaderboard's.
    """
    attempted: dict[Key, int] = {}
    scored: dict[Key, dict[str, float]] = {}
    for value in values:
        key = (value.model, value.method, value.measure)
        attempted[key] = attempted.get(key, 0) + 1
        scored.setdefault(key, {})
        if value.value is not None:
            scored[key][value.item_id] = value.value
    order = {measure: place for place, measure in enumerate(TITLES)}
    firsts = list(dict.fromkeys((model, method) for model, method, _ in scored))
    keys = sorted(scored, key=lambda key: (firsts.index(key[:2]), order.get(key[2], len(order))))
    rows = []
    for key in keys:
        model, method, measure = key
        others = [name for name, known in firsts if known == method and (against is None or name == against)]
        other = others[0] if others else model
        found = (
            None
            if other == model
            else _difference(other, scored[key], scored.get((other, method, measure), {}), measure)
        )
        low, high = _interval(list(scored[key].values()), measure)
        mean = fmean(scored[key].values()) if scored[key] else None
        rows.append(BenchmarkRow(*key, len(scored[key]), attempted[key], mean, low, high, found))
    return tuple(rows)


def _interval(values: Sequence[float], measure: str) -> tuple[float | None, float | None]:
    if measure not in SHARES:
        return intervals.wilson(round(sum(values)), len(values)) or (None, None)
    found = mean_interval(values)
    return None if found.low is None else max(found.low, 0.0), None if found.high is None else min(found.high, 1.0)


def _difference(
    other: str, mine: Mapping[str, float], theirs: Mapping[str, float], measure: str
) -> BenchmarkDifference | None:
    """Return how far a model is from another on the items that both have a value for."""
    apart = [value - theirs[item] for item, value in mine.items() if item in theirs]
    if not apart:
        return None
    higher, lower = sum(value > 0 for value in apart), sum(value < 0 for value in apart)
    if measure in SHARES:
        found = mean_interval(apart)
        return BenchmarkDifference(other, len(apart), fmean(apart), found.low, found.high, higher, lower, None)
    low, high = proportions.difference(higher, lower, len(apart))
    p = proportions.mcnemar(higher, lower)
    return BenchmarkDifference(other, len(apart), fmean(apart), low, high, higher, lower, p)
