"""The leaderboard as it is shown: measures in a useful order, systems by their mean, intervals, an honest mark."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from viva.present import measures
from viva.present.datasets import split_name
from viva.present.system_names import ShortNames, short_names, without_middle
from viva.records.metric import METRICS
from viva.records.results import LeaderboardRow
from viva.records.rubric import Rubric
from viva.records.study import Study
from viva.text import display_line

AHEAD, CLOSE = "▲", "△"
LEGEND = (
    f"{AHEAD} best mean  {CLOSE} best mean, within each other's intervals  – none scored\n"
    "± half the 95% interval  █ up to the interval  ▒ the interval"
)
EXPLAINED = (
    ("Mean", "the mean over texts, ± half its 95% interval (t, n − 1 degrees); none for a single text"),
    ("Human", "points by people: each text's mean over its raters first, then the mean over texts"),
    ("Scored", "texts with a value / texts attempted; what is unscored is in no mean"),
    (AHEAD, "the best mean (where less is better the lowest), and no other system's interval meets its own"),
    (CLOSE, "the best mean, but the intervals meet: the data do not tell the systems apart"),
    ("█ ▒", "the scale up to the interval, and the interval"),
)
NAME_WIDTH = 28
NARROWEST_NAME, WIDEST_NAME, LONGEST_NAME = 18, 60, 120
SHOWN_RIVALS = 3
EMPTY = "Nothing is measured or rated here yet"
_SOURCES = ("human", "judge", "metric")


@dataclass(frozen=True)
class Measure:
    """What is compared: a metric, a rubric's total or one of its criteria. `highest` ends its scale."""

    source: str
    name: str
    study: str | None
    scorer: str | None
    title: str
    highest: float


@dataclass(frozen=True)
class Entry:
    """One system on one measure; `mark` is empty but for the highest mean, `remark` says it all in words."""

    row: LeaderboardRow
    system: str
    mean: str
    margin: str
    scored: str
    mark: str
    remark: str
    highest: float

    @property
    def value(self) -> str:
        return f"{self.mean} {self.margin}".rstrip()

    def bar(self, width: int) -> str:
        """Return a bar that reads without colour: █ up to the interval, ▒ the interval, · the rest of the scale."""
        if self.row.mean is None:
            return ""
        half = self.row.half_width or 0.0
        low, high = (
            round(min(max(value / self.highest, 0.0), 1.0) * width)
            for value in (self.row.mean - half, self.row.mean + half)
        )
        if self.row.half_width is not None and low == high:
            low = max(low - 1, 0)
            high = low + 1
        return "█" * low + "▒" * (high - low) + "·" * (width - high)


@dataclass(frozen=True)
class Group:
    """The systems on one measure, in one split and, where asked, one field; the highest mean comes first."""

    measure: Measure
    split: str
    field: str | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Leaderboard:
    """All groups in the order they are shown; `single` leaves the measure's name to whoever shows it."""

    groups: tuple[Group, ...]
    by_field: bool = False
    single: bool = False

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(dict.fromkeys(group.measure for group in self.groups))

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(group.split for group in self.groups))

    def only(self, measure: Measure) -> "Leaderboard":
        """Return the leaderboard of one measure."""
        return Leaderboard(tuple(group for group in self.groups if group.measure == measure), self.by_field, True)


@dataclass(frozen=True)
class Column:
    """A column of the table; numbers stand to the right."""

    heading: str
    right: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the table; what it has in common with the line above is left blank."""

    cells: tuple[str, ...]
    group: Group
    entry: Entry


def build(
    rows: Iterable[LeaderboardRow],
    studies: Iterable[Study] = (),
    by_field: bool = False,
    only: Collection[str] | None = None,
    judges: Mapping[str, Rubric] | None = None,
) -> Leaderboard:
    """Return the leaderboard of `rows`; `studies` and `judges` (by scorer) tell what the points are out of.

    `only` keeps the measures of these names (see `brief`).
    """
    rows = [row for row in rows if only is None or row.measure in only]
    rubrics = {**(judges or {}), **{study.name: study.rubric for study in studies}}
    found = _measures(rows, rubrics)
    positions = {measure: position for position, measure in enumerate(found.values())}

    def place(row: LeaderboardRow) -> tuple[Any, ...]:
        return (row.split, positions[found[_key(row)]], row.field is None, row.field or "")

    groups = [
        Group(found[_key(members[0])], members[0].split, members[0].field, _entries(members, found[_key(members[0])]))
        for members in (list(group) for _, group in groupby(sorted(rows, key=place), key=place))
    ]
    return Leaderboard(tuple(groups), by_field)


def brief(rows: Iterable[LeaderboardRow]) -> set[str]:
    """Return the measures to show first: of a metric with several its first, of metrics much alike one."""
    found = {row.measure: row.source for row in rows}
    hidden = {name for info in METRICS.values() for name in info.names[0 if not info.brief else 1 :]}
    kept = {measure for measure, source in found.items() if source != "metric" or measure not in hidden}
    # Where only such were computed, they are what was wanted.
    return kept if any(found[measure] == "metric" for measure in kept) else set(found)


def names(board: Leaderboard, width: int = NAME_WIDTH) -> ShortNames:
    """Return the names of the board's systems in at most `width` characters."""
    return short_names((entry.row.system for group in board.groups for entry in group.entries), width)


def name_room(board: Leaderboard, width: int, bar_width: int) -> int:
    """Return how wide names can be in a table of `width` cells beside everything else."""
    every = lines(board, bar_width)
    cells = [tuple(column.heading for column in columns(board)), *(line.cells for line in every)]
    widths = [max(map(cell_len, column)) + 2 for column in zip(*cells, strict=True)]
    return min(max(width - 2 - sum(widths[:-4] + widths[-3:]) - 2, NARROWEST_NAME), WIDEST_NAME)


def columns(board: Leaderboard, name_width: int = NAME_WIDTH) -> tuple[Column, ...]:
    """Return the columns of the table; split and field are there only where they tell lines apart."""
    heading = names(board, name_width).heading(max(name_width, 24))
    return (
        *((Column("Split"),) if len(board.splits) > 1 else ()),
        *(() if board.single else (Column("Measure"),)),
        *((Column("Field"),) if board.by_field else ()),
        Column(""),
        Column(heading),
        Column("Mean", right=True),
        Column(""),
        Column("Scored", right=True),
    )


def lines(board: Leaderboard, bar_width: int = 10, name_width: int = NAME_WIDTH) -> list[Line]:
    """Return the lines of the table, with cells that fit `columns(board, name_width)`."""
    short = names(board, name_width).names
    found = []
    above: tuple[str, Measure] | None = None
    for group in board.groups:
        for position, entry in enumerate(group.entries):
            named = position == 0 and (group.split, group.measure) != above
            cells = (
                *((split_name(group.split) if named else "",) if len(board.splits) > 1 else ()),
                *(() if board.single else (group.measure.title if named else "",)),
                *((field_name(group.field) if position == 0 else "",) if board.by_field else ()),
                entry.mark,
                short[entry.row.system],
                entry.value,
                "none scored" if entry.row.mean is None else entry.bar(bar_width),
                entry.scored,
            )
            found.append(Line(cells, group, entry))
        above = (group.split, group.measure)
    return found


def to_text_table(board: Leaderboard, width: int = 80, bar_width: int = 10) -> Table | Text:
    """Return the leaderboard as something rich can print in `width` cells; every cell is `Text`: none is markup."""
    if not board.groups:
        return Text(EMPTY)
    table = Table(
        box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, caption=Text(LEGEND), caption_justify="left"
    )
    room = name_room(board, width, bar_width)
    shown = columns(board, room)
    for number, column in enumerate(shown):
        table.add_column(
            Text(column.heading),
            justify="right" if column.right else "left",
            no_wrap=column.right or column.heading == "Measure" or number == len(shown) - 4,
        )
    for line in lines(board, bar_width, room):
        style = "bold" if line.entry.mark else ""
        table.add_row(*(Text(cell, style=style, overflow="ellipsis") for cell in line.cells))
    return table


def plain_rows(board: Leaderboard) -> list[dict[str, Any]]:
    """Return the leaderboard for programs: unrounded numbers, None where there is none, raw names."""
    return [
        {
            "dataset": entry.row.dataset,
            "split": group.split,
            **({"field": group.field} if board.by_field else {}),
            "source": entry.row.source,
            "study": entry.row.study,
            "scorer": entry.row.scorer,
            "measure": entry.row.measure,
            "system": entry.row.system,
            "n": entry.row.n,
            "attempted": entry.row.attempted,
            "texts_scored": entry.row.texts_scored,
            "texts": entry.row.texts,
            "mean": entry.row.mean,
            "half_width": entry.row.half_width,
            "sd": entry.row.sd,
            "se": entry.row.se,
            "remark": entry.remark,
        }
        for group in board.groups
        for entry in group.entries
    ]


def field_name(field: str | None) -> str:
    """Return a field's name for display."""
    return display_line(field, 24) if field and field.strip() else "(no field)"


def system_name(system: str, width: int = 60) -> str:
    """Return a system's name for display; one that is too long loses its middle, for names often differ at the end."""
    name = display_line(system, 400) or "(no name)"
    return without_middle(name, width)


def steps_to_results(dataset: str | None, split: str) -> list[tuple[str, str]]:
    """Return what must be done before there are results, each step with its command."""
    name, part = display_line(dataset or "NAME", 24), display_line(split or "test", 16)
    steps = [
        ("Generate: let the models write for a split", f"viva generate {name} --split {part} --model M"),
        ("Score: compute the metrics of what they wrote", f"viva score {name} --split {part}"),
        ("Rate: experts rate blind, side by side with the reference", "viva study create …, then viva rate"),
    ]
    return steps if dataset else [("Import a dataset", "viva dataset import FILE --name NAME"), *steps]


def sentence(group: Group, entry: Entry) -> str:
    """Return one line that says about a system on a measure what the table only hints at."""
    where = f" in {field_name(group.field)}" if group.field is not None else ""
    value = f": {entry.value}" if entry.row.mean is not None else ""
    remark = f" – {entry.remark}" if entry.remark else ""
    return f"{entry.system} · {group.measure.title}{where}{value}{remark}"


def _key(row: LeaderboardRow) -> tuple[str, str | None, str | None, str]:
    return (row.source, row.study, row.scorer, row.measure)


def _measures(rows: Sequence[LeaderboardRow], rubrics: dict[str, Rubric]) -> dict[Any, Measure]:
    """Return the measures in `rows` in the order they are shown, by `_key`."""
    several = {source: len({r.study or r.scorer for r in rows if r.source == source}) > 1 for source in _SOURCES}
    weights: dict[str | None, dict[str, float]] = {
        name: {"total": sum(c.weight for c in rubric.criteria), **{c.name: c.weight for c in rubric.criteria}}
        for name, rubric in rubrics.items()
    }
    found = {}
    for key in {_key(row) for row in rows}:
        source, study, scorer, name = key
        owner = study or scorer
        weight = weights.get(owner, {}).get(name)
        suffix = f" · {display_line(owner, 20)}" if owner and (source == "judge" or several[source]) else ""
        if source == "metric":
            label, highest = measures.title(name), measures.top(name)
        else:
            label, highest = _points_title(source, name, weight), weight or (100.0 if name == "total" else None)
        found[key] = Measure(source, name, study, scorer, label + suffix, highest or _reach(rows, key))

    def place(key: tuple[str, str | None, str | None, str]) -> tuple[Any, ...]:
        source, study, scorer, name = key
        known = list(weights.get(study or scorer, {}))
        rank = measures.rank(name) if source == "metric" else (known.index(name) if name in known else 99, name)
        first = source != "metric" and name != "total"
        order = _SOURCES.index(source) if source in _SOURCES else len(_SOURCES)
        return (order, study or "", scorer or "", first, rank)

    return {key: found[key] for key in sorted(found, key=place)}


def _points_title(source: str, name: str, weight: float | None) -> str:
    if name == "total":
        return f"{source.capitalize()} total /{weight or 100:g}"
    label = display_line(name, 24) or "(no name)"
    return f"{label} /{weight:g}" if weight else f"{label}, points"


def _reach(rows: Sequence[LeaderboardRow], key: Any) -> float:
    """Return the end of a scale that nobody declared: 1 where all values fit below it, else the highest seen."""
    means = [(row.mean or 0.0) + (row.half_width or 0.0) for row in rows if _key(row) == key]
    return max([1.0, *means])


def _entries(rows: Sequence[LeaderboardRow], measure: Measure) -> tuple[Entry, ...]:
    better = measures.better(measure.name) if measure.source == "metric" else 1
    ordered = sorted(rows, key=lambda row: (row.mean is None, (row.mean or 0.0) * (-better or -1), row.system))
    return tuple(_entry(row, measure, *_verdict(row, ordered, better)) for row in ordered)


def _entry(row: LeaderboardRow, measure: Measure, mark: str, remark: str) -> Entry:
    return Entry(
        row,
        system_name(row.system, LONGEST_NAME),
        measures.number(row.mean, measure.highest),
        measures.margin(row.half_width, measure.highest),
        f"{row.n}/{row.attempted}" if row.texts is None else f"{row.texts_scored}/{row.texts}",
        mark,
        remark,
        measure.highest,
    )


def _verdict(row: LeaderboardRow, ordered: Sequence[LeaderboardRow], better: int) -> tuple[str, str]:
    """Return the mark and the remark of `row` among the systems of its group; where neither end is better, none."""
    if row.mean is None:
        return "", "none scored"
    alone = "" if row.half_width is not None else "one value, no interval"
    rivals = [other for other in ordered if other is not row and other.mean is not None]
    if not rivals or better == 0 or any((other.mean or 0.0) * better > row.mean * better for other in rivals):
        return "", alone
    best = "highest mean" if better > 0 else "lowest mean"
    near = [other for other in rivals if _overlap(row, other, better)]
    if not near:
        return AHEAD, best
    short = short_names((other.system for other in ordered), NAME_WIDTH).names
    names = ", ".join(short[other.system] for other in near[:SHOWN_RIVALS])
    names += f" and {len(near) - SHOWN_RIVALS} more" if len(near) > SHOWN_RIVALS else ""
    if any(other.half_width is None for other in [row, *near]):
        return CLOSE, f"{best}, too few values for intervals ({names})"
    return CLOSE, f"{best}, within each other's intervals ({names})"


def _overlap(row: LeaderboardRow, other: LeaderboardRow, better: int) -> bool:
    """Return whether two systems' intervals meet; without an interval nothing can be told apart."""
    assert row.mean is not None
    assert other.mean is not None
    if row.half_width is None or other.half_width is None:
        return True
    return (row.mean - other.mean) * better <= row.half_width + other.half_width
