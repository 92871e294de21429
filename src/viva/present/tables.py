"""Rows under column names: as a table for eyes, or as JSON, CSV or Markdown for programs and papers.

JSON and CSV carry the values as they are, unrounded and unaltered. The other two pass through `display_text`.
Rows come in pages, so that a result of any length can be written without being held.
"""

import csv
import io
import json
import math
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from viva.text import display_line, display_text

NARROWEST = 12
"""A column of a table gets at least this many characters where its content needs them."""

GAP = "   "
"""What stands between two columns of a table."""

Rows = Sequence[Sequence[Any]]


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MD = "md"


@dataclass(frozen=True)
class Column:
    """A column; `show` turns a value into what people read (JSON and CSV do not use it)."""

    name: str
    show: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class Table:
    """Columns, and pages of rows; `null` stands where there is no value, `upright` sets each row as a list."""

    columns: tuple[Column, ...]
    pages: Iterable[Rows]
    null: str = ""
    upright: bool = False

    @classmethod
    def of(cls, columns: Sequence[Column | str], rows: Rows, null: str = "", upright: bool = False) -> "Table":
        """Return a table of a single page."""
        named = tuple(Column(column) if isinstance(column, str) else column for column in columns)
        return cls(named, [rows], null, upright)


def decimals(digits: int) -> Callable[[Any], str]:
    """Return a `Column.show` that rounds to `digits` behind the point."""
    return lambda value: f"{value:.{digits}f}"


def write(table: Table, form: Format, *, width: int = 80, on_screen: bool = False) -> Iterator[str]:
    """Yield the text of a table, piece by piece.

    `width` is in characters and concerns `Format.TABLE` only. With `on_screen` CSV is made safe for a terminal;
    JSON always is, since it is written in ASCII.
    """
    if form is Format.JSON:
        return _json(table)
    if form is Format.CSV:
        return _csv(table, on_screen)
    return _markdown(table) if form is Format.MD else _table(table, width)


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: times in ISO 8601, NaN and infinities by their names."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


def unique(names: Sequence[str]) -> list[str]:
    """Return the names with a number behind each that came before: `a`, `a_2`; no value is lost under a key."""
    found: list[str] = []
    for name in names:
        candidate, number = name, 2
        while candidate in found:
            candidate, number = f"{name}_{number}", number + 1
        found.append(candidate)
    return found


def csv_cell(value: Any) -> str:
    """Return a value as text for a CSV file; no value is an empty cell."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool | dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _json(table: Table) -> Iterator[str]:
    separator = "[\n"
    for line in json_lines(table):
        yield separator + line.removesuffix("\n")
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def json_lines(table: Table) -> Iterator[str]:
    """Yield each row as a JSON object on a line of its own, unrounded and unaltered."""
    names = unique([column.name for column in table.columns])
    for page in table.pages:
        for row in page:
            yield json.dumps(dict(zip(names, map(plain, row), strict=True))) + "\n"


def _csv(table: Table, on_screen: bool) -> Iterator[str]:
    clean = display_text if on_screen else str
    if not table.columns:
        return
    yield _csv_line([clean(column.name) for column in table.columns])
    for page in table.pages:
        for row in page:
            yield _csv_line([clean(csv_cell(value)) for value in row])


def _csv_line(cells: Sequence[str]) -> str:
    # Before Python 3.13 a lone carriage return is quoted only where it is part of the line's end.
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n") + "\n"


def _markdown(table: Table) -> Iterator[str]:
    if not table.columns:
        return
    yield _markdown_row([column.name for column in table.columns])
    marks = None
    for page in table.pages:
        if marks is None:
            marks = ["---:" if _numeric(page, index) else "---" for index in range(len(table.columns))]
            yield "| " + " | ".join(marks) + " |\n"
        for row in page:
            yield _markdown_row(_for_eyes(table, row))
    if marks is None:
        yield "| " + " | ".join("---" for _ in table.columns) + " |\n"


_MARKDOWN = re.compile(r"[\\|<>\[\]`*~]|(?<!\w)_|_(?!\w)")


def _markdown_row(cells: Sequence[str]) -> str:
    escaped = [_MARKDOWN.sub(r"\\\g<0>", display_text(cell)).replace("\n", "<br>") for cell in cells]
    return "| " + " | ".join(escaped) + " |\n"


def _table(table: Table, width: int) -> Iterator[str]:
    number = 0
    for page in table.pages:
        if not page and number:
            continue
        shown = [_for_eyes(table, row) for row in page]
        if not (table.upright or (shown and _too_many(table, shown, width))):
            yield _grid(table, page, shown, width)
            number += len(shown)
            continue
        for row in shown:
            number += 1
            alone = table.upright and number == 1 and len(shown) == 1
            yield _upright(table, row, width, "" if alone else f"row {number}\n")


def _for_eyes(table: Table, row: Sequence[Any]) -> list[str]:
    cells = []
    for column, value in zip(table.columns, row, strict=True):
        if value is None:
            cells.append(table.null)
        elif column.show is not None:
            cells.append(display_text(column.show(value)))
        elif isinstance(value, datetime):
            cells.append(value.isoformat(" ", "seconds"))
        else:
            cells.append(display_text(csv_cell(value)))
    return cells


def _numeric(rows: Rows, index: int) -> bool:
    values = [row[index] for row in rows if row[index] is not None]
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _too_many(table: Table, shown: Sequence[Sequence[str]], width: int) -> bool:
    """Tell whether the columns cannot stand side by side; a table library would drop the last ones without a word."""
    from rich.cells import cell_len

    needed = 1
    for index, column in enumerate(table.columns):
        lines = (line for row in shown for line in row[index][: 8 * NARROWEST].split("\n"))
        widest = max((cell_len(line) for line in lines), default=0)
        needed += len(GAP) + max(cell_len(display_line(column.name)), min(widest, NARROWEST))
    return needed > width


def _grid(table: Table, page: Rows, shown: Sequence[Sequence[str]], width: int) -> str:
    """Return rows side by side under a rule, wrapped where they do not fit."""
    from rich.cells import cell_len

    heads = [display_line(column.name) for column in table.columns]
    right = [_numeric(page, index) for index in range(len(heads))]
    if any("\n" in cell for row in shown for cell in row):
        return _wrapped(heads, right, shown, width)
    widths = [max(map(cell_len, column)) for column in zip(heads, *shown, strict=True)]
    whole = sum(widths) + len(GAP) * (len(widths) - 1)
    if whole > width:
        return _wrapped(heads, right, shown, width) if shown else _names(heads, width)

    def line(cells: Sequence[str]) -> str:
        filled = []
        for cell, size, to_the_right in zip(cells, widths, right, strict=True):
            blank = " " * (size - cell_len(cell))
            filled.append(blank + cell if to_the_right else cell + blank)
        return GAP.join(filled).rstrip() + "\n"

    return "".join([line(heads), "─" * whole + "\n", *map(line, shown)])


def _names(heads: Sequence[str], width: int) -> str:
    """Return the names of columns that are too many for a line and have no rows."""
    return textwrap.fill("columns: " + ", ".join(heads), max(width, 20), break_on_hyphens=False) + "\n"


def _wrapped(heads: Sequence[str], right: Sequence[bool], shown: Sequence[Sequence[str]], width: int) -> str:
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="", padding=(0, len(GAP) - 1, 0, 0))
    for head, to_the_right in zip(heads, right, strict=True):
        justify: Literal["left", "right"] = "right" if to_the_right else "left"
        grid.add_column(Text(head), justify=justify, overflow="fold", no_wrap=to_the_right)
    for row in shown:
        grid.add_row(*(Text(cell) for cell in row))
    return rendered(grid, width)


def _upright(table: Table, row: Sequence[str], width: int, head: str) -> str:
    """Return one row with a line for each column."""
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for column, cell in zip(table.columns, row, strict=True):
        grid.add_row(Text(display_line(column.name, width // 2)), Text(cell))
    return head + rendered(grid, width) + ("\n" if head else "")


def rendered(renderable: Any, width: int) -> str:
    """Return something that rich can print as plain text, without trailing blanks."""
    from rich.console import Console

    console = Console(
        file=io.StringIO(), width=max(width, 20), color_system=None, markup=False, emoji=False, highlight=False,
        legacy_windows=False,
    )  # fmt: skip
    with console.capture() as capture:
        console.print(renderable)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"
