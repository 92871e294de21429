"""Rows of a CSV or TSV file."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from viva.dataset.reading import opening
from viva.dataset.reading.opening import lines, open_text, shown
from viva.errors import BadInput
from viva.records.reading import BadRow, RawRow
from viva.text import display_line

LARGEST_CELL = 16 * 1024 * 1024
_TOO_LONG = "a cell holds more than 16 MiB"


def delimited_rows(path: Path, encoding: str) -> Iterator[RawRow | BadRow]:
    """Yield the rows of a CSV or TSV file, each with the line on which it starts; blank lines are passed over.

    The header names the columns. A row that has not as many cells, or is quoted wrongly, is a bad row. Raises
    `BadInput` for columns of the same name, and for a cell of more than 64 Mi characters, which is a quote left open.
    """
    csv.field_size_limit(opening.LARGEST_LINE)
    name = shown(path)
    with open_text(path, encoding, newline="") as file:
        source = _Lines(file, name)
        delimiter = _delimiter(file, path)
        reader = csv.reader(source, delimiter=delimiter, strict=True)
        columns: list[str] | None = None
        while True:
            start = reader.line_num + 1
            source.row.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                bad = _broken(name, str(error), start, source.row, delimiter)
                if columns is None:
                    raise BadInput(
                        f"{name}, line {bad.line}: {bad.reason}", "the first line names the columns"
                    ) from error
                yield bad
                continue
            if not cells:
                continue
            if columns is None:
                columns = _header(cells, name)
            elif len(cells) != len(columns):
                counted = f"{len(cells)}, not {len(columns)}"
                yield BadRow(start, f"the row has not as many cells as the header ({counted})", cells)
            elif max(map(len, cells)) > LARGEST_CELL:
                yield BadRow(start, _TOO_LONG)
            else:
                yield RawRow(start, dict(zip(columns, cells, strict=True)))


class _Lines:
    """The lines of a file; `row` has those of the row that is being read."""

    def __init__(self, file: io.TextIOBase, name: str) -> None:
        self._lines = lines(file, name)
        self.row: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.row.append(line)
        return line


def _broken(name: str, error: str, start: int, row: list[str], delimiter: str) -> BadRow:
    """Return the row that could not be taken apart. Raises `BadInput` where a quote swallows the file."""
    if error.startswith("field larger"):
        raise BadInput(
            f"{name}, line {start}: a cell holds more than 64 MiB", "is a quote left open? close it, or double it"
        )
    if error != "unexpected end of data":
        return BadRow(start, f"the quotes are wrong: {display_line(error, 80)}", "".join(row))
    # Read again without complaint: the last cell is the one that was never closed.
    *_, last = next(csv.reader(row, delimiter=delimiter))
    inside = sum(1 for _ in io.StringIO(last, newline=""))
    opened = start + len(row) - max(inside, 1)
    return BadRow(opened, "a quote is opened and never closed", "".join(row))


def _delimiter(file: io.TextIOWrapper, path: Path) -> str:
    """Return what separates the cells: what the suffix says, unless the header has none of it."""
    usual = "\t" if path.suffix.lower() in (".tsv", ".tab") else ","
    header = next((line for line in lines(file, shown(path)) if line.strip()), "")
    file.seek(0)
    return next((mark for mark in (usual, ",", "\t", ";") if mark in header), usual)


def _header(cells: list[str], name: str) -> list[str]:
    columns = [cell if cell.strip() else f"column {number}" for number, cell in enumerate(cells, start=1)]
    column, times = Counter(columns).most_common(1)[0]
    if times > 1:
        raise BadInput(f"{name} has two columns named {display_line(column, 40)}", "give each its own name")
    return columns
