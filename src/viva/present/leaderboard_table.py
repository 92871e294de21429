"""The leaderboard as a table: its columns and lines, as a screen and a terminal print them, and rows for programs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Group as Stacked
from rich.table import Table as Printed
from rich.text import Text

from viva.present.datasets import split_name
from viva.present.leaderboard import Entry, Group, Leaderboard, Measure, field_name, part_name
from viva.present.placing import AHEAD, CLOSE, NAME_WIDTH
from viva.present.system_names import NARROWEST, ShortNames, short_names
from viva.present.tables import Table

RANK_LEGEND = "Rank 1–2: cannot be told apart"
MARK_LEGEND = f"{AHEAD} best mean, told apart  {CLOSE} best mean, not"
BAR_LEGEND = "± or (…): 95% interval  █ up to the interval  ▒ the interval  – none scored"
EXPLAINED = (
    ("Mean", "the mean over questions with its 95% interval: bootstrap from 8 to 29 questions, else t;"),
    ("", "± half of it, or (its ends) where it reaches further to one side; cut to the ends of the scale;"),
    ("", "(too few) where it covers the whole scale;"),
    ("", "none for a single value, nor where all are equal; several texts of a question are its mean"),
    ("Human", "points by people: each text's mean over its raters first"),
    ("Scored", "texts with a value / texts attempted; what is unscored is in no mean"),
    ("Rank", "1 is the best; 1–2 may be first or second. Systems are compared two by two on the"),
    ("", "questions they share (sign flips, Holm's correction): a measure's ranks all hold with 95%"),
    (AHEAD, "the best mean (where less is better the lowest), told apart from every other system"),
    (CLOSE, "the best mean, but the data do not tell it apart from some other"),
    ("█ ▒", "the scale up to the interval, and the interval"),
)
NARROWEST_NAME, WIDEST_NAME = 18, 60
NARROWEST_SHORT = 14
"""Columns of a system's name, and of a measure's, where there is no room for more."""
NARROWEST_BAR, GOOD_BAR, WIDEST_BAR = 6, 16, 60
ROOMY = 100
NARROWEST_PART = 8
EMPTY = "Nothing is measured or rated here yet"


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


def names(board: Leaderboard, width: int = NAME_WIDTH) -> ShortNames:
    """Return the names of the board's systems in at most `width` characters."""
    return short_names((entry.row.system for group in board.groups for entry in group.entries), width)


def legend(board: Leaderboard) -> str:
    """Return what the signs in the board's table mean, as one line or two: ranks and marks where there are any."""
    marked = any(entry.mark for group in board.groups for entry in group.entries)
    first = [*([RANK_LEGEND] if board.ranked else []), *([MARK_LEGEND] if marked else [])]
    return "\n".join([*(["  ".join(first)] if first else []), BAR_LEGEND])


def is_tight(board: Leaderboard, width: int, bar_width: int) -> bool:
    """Tell whether a table of `width` cells has no room for measures' whole names beside everything else."""
    cells = [
        tuple(column.heading for column in columns(board, NARROWEST_NAME)),
        *(line.cells for line in lines(board, bar_width, NARROWEST_NAME)),
    ]
    return sum(max(map(cell_len, column)) + 2 for column in zip(*cells, strict=True)) > width - 1


def name_room(board: Leaderboard, width: int, bar_width: int, *, short: bool = False) -> int:
    """Return how wide names can be in a table of `width` cells beside everything else."""
    every, least = lines(board, bar_width, short=short), NARROWEST_SHORT if short else NARROWEST_NAME
    cells = [tuple(column.heading for column in columns(board)), *(line.cells for line in every)]
    widths = [max(map(cell_len, column)) + 2 for column in zip(*cells, strict=True)]
    return min(max(width - 2 - sum(widths[:-4] + widths[-3:]) - 2, least), WIDEST_NAME)


def columns(board: Leaderboard, name_width: int = NAME_WIDTH) -> tuple[Column, ...]:
    """Return the columns of the table; split and field are there only where they tell lines apart."""
    heading = names(board, name_width).heading(max(name_width, 24))
    return (
        *((Column("Split"),) if len(board.splits) > 1 else ()),
        *(() if board.single else (Column("Measure"),)),
        *((Column(board.by.capitalize()),) if board.by else ()),
        Column("Rank" if board.ranked else ""),
        Column(heading),
        Column("Mean", right=True),
        Column(""),
        Column("Scored", right=True),
    )


def lines(board: Leaderboard, bar_width: int = 10, name_width: int = NAME_WIDTH, *, short: bool = False) -> list[Line]:
    """Return the lines of the table, with cells that fit `columns(board, name_width)`, and measures' `short` names."""
    called = names(board, name_width).names
    found = []
    above: tuple[str, Measure] | None = None
    for group in board.groups:
        for position, entry in enumerate(group.entries):
            named = position == 0 and (group.split, group.measure) != above
            cells = (
                *((split_name(group.split) if named else "",) if len(board.splits) > 1 else ()),
                *(() if board.single else ((group.measure.short if short else group.measure.title) if named else "",)),
                *((part_name(group, board.by) if position == 0 else "",) if board.by else ()),
                f"{entry.mark or ' '} {entry.rank}" if board.ranked else entry.mark,
                called[entry.row.system],
                entry.value,
                "none scored" if entry.row.mean is None else entry.bar(bar_width),
                entry.scored,
            )
            found.append(Line(cells, group, entry))
        above = (group.split, group.measure)
    return found


def on_screen(board: Leaderboard, width: int) -> tuple[tuple[Column, ...], list[Line], tuple[int, int] | None]:
    """Return the columns and lines of the table on a screen of `width`, on which each column has two cells around it.

    Names take what measures and a bar leave, and bars the rest. The third is the column that loses its ends so that
    the others fit, that of fields, or of measures where it is the wider one, with `width`; None where all fit.
    """
    least = GOOD_BAR if width >= ROOMY else NARROWEST_BAR
    short = is_tight(board, width, least)
    room = name_room(board, width, least, short=short)
    shown, every = columns(board, room), lines(board, least, room, short=short)
    widths = [cells + 2 for cells in _widths(shown, every)]
    bar = min(max(width - 1 - sum(widths) + widths[-2] - 2, NARROWEST_BAR), WIDEST_BAR)
    every = [replace(line, cells=tuple(with_bar(line, bar))) for line in every]
    widths = [cells + 2 for cells in _widths(shown, every)]
    kept = [number for number, column in enumerate(shown) if column.heading in {"Field", "Subfield", "Measure"}]
    if sum(widths) < width or not kept:
        return shown, every, None
    return shown, every, (max(kept, key=lambda number: widths[number]), width)


def with_bar(line: Line, width: int) -> list[str]:
    """Return the cells of a line with a bar of another width."""
    cells = list(line.cells)
    if line.entry.row.mean is not None:
        cells[-2] = line.entry.bar(width)
    return cells


def to_text_table(board: Leaderboard, width: int = 80, bar_width: int = 10) -> Stacked | Text:
    """Return the leaderboard as something rich can print in `width` cells; every cell is `Text`: none is markup.

    Where a column of measures takes too much, each measure is a heading above its systems.
    """
    if not board.groups:
        return Text(EMPTY)
    below = Text(legend(board))
    if board.single or not is_tight(board, width, bar_width):
        room = name_room(board, width, bar_width)
        every = lines(board, bar_width, room)
        return Stacked(_printed(columns(board, room), every, every, width), below)
    apart = replace(board, single=True)
    room = _room_beside_part(apart, name_room(apart, width, NARROWEST_BAR), width)
    every, parts = lines(apart, NARROWEST_BAR, room), list[Text | Printed]()
    for place, (measure, found) in enumerate(groupby(every, key=lambda line: line.group.measure)):
        table = _printed(columns(apart, room), list(found), every, width)
        table.show_header = place == 0
        parts += [Text(measure.title, style="italic", overflow="ellipsis", no_wrap=True), table]
    return Stacked(*parts, below)


def _room_beside_part(board: Leaderboard, room: int, width: int) -> int:
    """Return how wide names can be, at most `room`, so that all fits beside the narrowest column of fields."""
    widths = _widths(columns(board, room), lines(board, NARROWEST_BAR, room))
    if not board.by:
        return room
    place = 1 if len(board.splits) > 1 else 0
    over = sum(widths) - max(widths[place] - NARROWEST_PART, 0) + 2 * len(widths) - width
    return max(min(room, widths[place + 2] - over), NARROWEST) if over > 0 else room


def _widths(shown: Sequence[Column], every: Sequence[Line]) -> list[int]:
    table = [tuple(column.heading for column in shown), *(line.cells for line in every)]
    return [max(map(cell_len, column)) for column in zip(*table, strict=True)]


def _printed(shown: Sequence[Column], found: Sequence[Line], every: Sequence[Line], width: int) -> Printed:
    """Return a table of the lines `found`, with columns as wide as `every` line needs; a field may take two lines."""
    table = Printed(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    widths = _widths(shown, every)
    for column, cells in zip(shown, widths, strict=True):
        part = column.heading in {"Field", "Subfield"}
        # Two cells stand beside each column.
        room = max(width - sum(widths) - 2 * len(widths) + cells, NARROWEST_PART) if part else cells
        table.add_column(
            Text(column.heading),
            justify="right" if column.right else "left",
            no_wrap=not part,
            width=min(cells, room),
        )
    for line in found:
        style = "bold" if line.entry.mark else ""
        table.add_row(*(Text(cell, style=style, overflow="ellipsis") for cell in line.cells))
    return table


def plain_rows(board: Leaderboard) -> list[dict[str, Any]]:
    """Return the leaderboard for programs: unrounded numbers, None where there is none, raw names."""
    return [
        {
            "dataset": entry.row.dataset,
            "split": group.split,
            **({"field": group.field} if board.by else {}),
            **({"subfield": group.subfield} if board.by == "subfield" else {}),
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
            "low": entry.row.low,
            "high": entry.row.high,
            "interval": entry.row.interval,
            "half_width": entry.row.half_width,
            "sd": entry.row.sd,
            "se": entry.row.se,
            "rank_best": entry.place.best if entry.place else None,
            "rank_worst": entry.place.worst if entry.place else None,
            "remark": entry.remark,
        }
        for group in board.groups
        for entry in group.entries
    ]


def for_papers(board: Leaderboard) -> Table:
    """Return the leaderboard with rounded numbers, each line whole."""
    parts = ["field", *(["subfield"] if board.by == "subfield" else [])] if board.by else []
    ranked = ["rank"] if board.ranked else []
    columns = ["split", "measure", *parts, *ranked, "system", "mean", "95% interval", "scored"]
    rows = [
        (
            group.split or "(none)",
            group.measure.title,
            *((field_name(group.field), part_name(group, board.by))[: len(parts)]),
            *((entry.rank,) if ranked else ()),
            entry.system,
            entry.mean,
            entry.bounds,
            entry.scored,
        )
        for group in board.groups
        for entry in group.entries
    ]
    return Table.of(columns, rows)
