"""The leaderboard as it is shown: measures in a useful order, systems by their mean, intervals, an honest mark."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

from viva.present import measures
from viva.present.measures import Ends
from viva.present.placing import AHEAD, CLOSE, bounds, mark_and_remark, rank_text, why_no_interval
from viva.present.system_names import short_names, without_middle
from viva.records.estimate import Estimate
from viva.records.leaderboard import MeasureRanks, SystemRank
from viva.records.metric import METRICS
from viva.records.results import LeaderboardRow, MeasureKey
from viva.records.rubric import Rubric
from viva.records.study import Study
from viva.text import display_line

__all__ = ["AHEAD", "CLOSE", "Entry", "Group", "Leaderboard", "Measure", "brief", "build", "field_name", "system_name"]

Part = Literal["field", "subfield"]
LONGEST_NAME = 120
SHORT_OWNER = 12
_SOURCES = ("human", "judge", "metric")


@dataclass(frozen=True)
class Measure:
    """What is compared: a metric, a rubric's total or one of its criteria. `highest` ends its scale.

    `ends` are both ends of the scale, None where they are not known.
    `short` is the title where there is little room: a judge who is the only one is not named, of several studies or
    judges the scale is left out.
    """

    source: str
    name: str
    study: str | None
    scorer: str | None
    title: str
    highest: float
    short: str
    ends: Ends | None = None

    @property
    def key(self) -> MeasureKey:
        return MeasureKey(self.source, self.name, self.study or "", self.scorer or "")


@dataclass(frozen=True)
class Entry:
    """One system on one measure; `mark` is empty but for the best mean, `remark` says in words how it stands.

    `rank` is the range of places it can have, empty where nobody is ranked, or not yet.
    """

    row: LeaderboardRow
    system: str
    mean: str
    margin: str
    scored: str
    mark: str
    remark: str
    highest: float
    rank: str = ""
    place: SystemRank | None = None
    ends: Ends | None = None

    @property
    def value(self) -> str:
        """The mean with its interval: `0.41 ± 0.06`, or `0.41 (0.39…0.53)` where it reaches further to one side."""
        return f"{self.mean} {self.margin}".rstrip()

    @property
    def bounds(self) -> str:
        """The interval, cut to its scale: `0.41 to 0.53`; nothing where there is none, words where it is all of it."""
        found = _estimate(self.row)
        if measures.covers(found, self.ends):
            return measures.TOO_FEW
        _, low, high = measures.on_scale(found, self.ends)
        if low is None or high is None:
            return ""
        return " to ".join(measures.number(value, self.highest) for value in (low, high))

    @property
    def interval(self) -> str:
        """The interval in words: `95% interval 0.41 to 0.53 (bootstrap)`; or why there is none."""
        shown = self.bounds
        if shown == measures.TOO_FEW:
            return shown
        return f"95% interval {shown} ({self.row.interval})" if shown else why_no_interval(self.row)

    def bar(self, width: int) -> str:
        """Return a bar that reads without colour: █ up to the interval, ▒ the interval, · the rest of the scale."""
        if self.row.mean is None:
            return ""
        known = bounds(self.row)
        low, high = (
            round(min(max(value / self.highest, 0.0), 1.0) * width) for value in known or (self.row.mean, self.row.mean)
        )
        if known is not None and low == high:
            low = max(low - 1, 0)
            high = low + 1
        return "█" * low + "▒" * (high - low) + "·" * (width - high)


@dataclass(frozen=True)
class Group:
    """The systems on one measure, in one split and, where asked, one field or subfield; the best mean comes first."""

    measure: Measure
    split: str
    field: str | None
    entries: tuple[Entry, ...]
    subfield: str | None = None


@dataclass(frozen=True)
class Leaderboard:
    """All groups in the order they are shown; `single` leaves the measure's name to whoever shows it."""

    groups: tuple[Group, ...]
    by: Part | None = None
    single: bool = False

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(dict.fromkeys(group.measure for group in self.groups))

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(group.split for group in self.groups))

    @property
    def ranked(self) -> bool:
        return any(entry.rank for group in self.groups for entry in group.entries)

    def only(self, measure: Measure) -> "Leaderboard":
        """Return the leaderboard of one measure."""
        return replace(self, groups=tuple(group for group in self.groups if group.measure == measure), single=True)


def build(
    rows: Iterable[LeaderboardRow],
    studies: Iterable[Study] = (),
    by: Part | None = None,
    only: Collection[str] | None = None,
    judges: Mapping[str, Rubric] | None = None,
    ranks: Iterable[MeasureRanks] = (),
) -> Leaderboard:
    """Return the leaderboard of `rows`; `studies` and `judges` (by scorer) tell what the points are out of.

    `only` keeps the measures of these names (see `brief`); `ranks` tell which systems can be told apart.
    """
    rows = [row for row in rows if only is None or row.measure in only]
    rubrics = {**(judges or {}), **{study.name: study.rubric for study in studies}}
    found = _measures(rows, rubrics)
    positions = {measure: position for position, measure in enumerate(found.values())}
    ranked = {(one.key, one.split, one.field, one.subfield): one for one in ranks}

    def place(row: LeaderboardRow) -> tuple[Any, ...]:
        parts = (part for name in (row.field, row.subfield) for part in (name is None, name or ""))
        return (row.split, positions[found[_key(row)]], *parts)

    groups = []
    for _, group in groupby(sorted(rows, key=place), key=place):
        members = list(group)
        first = members[0]
        measure = found[_key(first)]
        known = ranked.get((measure.key, first.split, first.field, first.subfield))
        groups.append(Group(measure, first.split, first.field, _entries(members, measure, known), first.subfield))
    return Leaderboard(tuple(groups), by)


def brief(rows: Iterable[LeaderboardRow]) -> set[str]:
    """Return the measures to show first: of a metric with several its first, of metrics much alike one."""
    found = {row.measure: row.source for row in rows}
    hidden = {name for info in METRICS.values() for name in info.names[0 if not info.brief else 1 :]}
    kept = {measure for measure, source in found.items() if source != "metric" or measure not in hidden}
    # Where only such were computed, they are what was wanted.
    return kept if any(found[measure] == "metric" for measure in kept) else set(found)


def field_name(field: str | None) -> str:
    """Return a field's name for display."""
    return display_line(field, 24) if field and field.strip() else "(no field)"


def system_name(system: str, width: int = 60) -> str:
    """Return a system's name for display; one that is too long loses its middle, for names often differ at the end."""
    name = display_line(system, 400) or "(no name)"
    return without_middle(name, width)


def part_name(group: Group, by: Part | None) -> str:
    """Return the name of a group's field, or subfield, for display."""
    if by == "subfield":
        return display_line(group.subfield, 24) if group.subfield and group.subfield.strip() else "(no subfield)"
    return field_name(group.field)


def _key(row: LeaderboardRow) -> tuple[str, str | None, str | None, str]:
    return (row.source, row.study, row.scorer, row.measure)


def _measures(rows: Sequence[LeaderboardRow], rubrics: dict[str, Rubric]) -> dict[Any, Measure]:
    """Return the measures in `rows` in the order they are shown, by `_key`."""
    several = {source: len({r.study or r.scorer for r in rows if r.source == source}) > 1 for source in _SOURCES}
    weights: dict[str | None, dict[str, float]] = {
        name: {"total": sum(c.weight for c in rubric.criteria), **{c.name: c.weight for c in rubric.criteria}}
        for name, rubric in rubrics.items()
    }
    owners = short_names({row.study or row.scorer or "" for row in rows if row.source != "metric"}, SHORT_OWNER).names
    found = {}
    for key in {_key(row) for row in rows}:
        source, study, scorer, name = key
        owner = study or scorer
        weight = weights.get(owner, {}).get(name)
        suffix = f" · {system_name(owner, 24)}" if owner and (source == "judge" or several[source]) else ""
        ending = f" · {owners[owner]}" if owner and several[source] else ""
        if not ending and source == "judge" and name != "total":
            ending = ", judge"
        if source == "metric":
            label, highest = measures.title(name), measures.top(name)
        else:
            label, highest = _points_title(source, name, weight), weight or (100.0 if name == "total" else None)
        # A study or a judge is told from another by its name: the scale gives way to it.
        little = _points_name(source, name) if owner and several[source] else label
        end = highest or _reach(rows, key)
        lowest = measures.bottom(name) if source == "metric" else 0.0
        ends = None if highest is None else (lowest, highest)
        found[key] = Measure(source, name, study, scorer, label + suffix, end, little + ending, ends)

    def place(key: tuple[str, str | None, str | None, str]) -> tuple[Any, ...]:
        source, study, scorer, name = key
        known = list(weights.get(study or scorer, {}))
        rank = measures.rank(name) if source == "metric" else (known.index(name) if name in known else 99, name)
        first = source != "metric" and name != "total"
        order = _SOURCES.index(source) if source in _SOURCES else len(_SOURCES)
        return (order, study or "", scorer or "", first, rank)

    return {key: found[key] for key in sorted(found, key=place)}


def _points_title(source: str, name: str, weight: float | None) -> str:
    label = _points_name(source, name)
    if name == "total":
        return f"{label} /{weight or 100:g}"
    return f"{label} /{weight:g}" if weight else f"{label}, points"


def _points_name(source: str, name: str) -> str:
    return f"{source.capitalize()} total" if name == "total" else display_line(name, 24) or "(no name)"


def _reach(rows: Sequence[LeaderboardRow], key: Any) -> float:
    """Return the end of a scale that nobody declared: 1 where all values fit below it, else the highest seen."""
    ends = [(bounds(row) or (0.0, row.mean or 0.0))[1] for row in rows if _key(row) == key]
    return max([1.0, *ends])


def _entries(rows: Sequence[LeaderboardRow], measure: Measure, known: MeasureRanks | None) -> tuple[Entry, ...]:
    better = measures.better(measure.name) if measure.source == "metric" else 1
    ordered = sorted(rows, key=lambda row: (row.mean is None, (row.mean or 0.0) * (-better or -1), row.system))
    places = {one.system: one for one in known.ranks} if known and known.ranked > 1 else {}
    return tuple(
        _entry(row, measure, places.get(row.system), *mark_and_remark(row, ordered, better, places)) for row in ordered
    )


def _entry(row: LeaderboardRow, measure: Measure, place: SystemRank | None, mark: str, remark: str) -> Entry:
    return Entry(
        row,
        system_name(row.system, LONGEST_NAME),
        measures.number(row.mean, measure.highest),
        measures.spread(_estimate(row), measure.ends, measure.highest),
        f"{row.n}/{row.attempted}" if row.texts is None else f"{row.texts_scored}/{row.texts}",
        mark,
        remark,
        measure.highest,
        rank_text(place),
        place,
        measure.ends,
    )


def _estimate(row: LeaderboardRow) -> Estimate:
    return Estimate(row.mean, *(bounds(row) or (None, None)))
