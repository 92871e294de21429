"""Reading any data file into examples, in bounded memory.

A file is recognised (`opening`), taken apart into rows (`delimited`, `json_text`), understood (`columns`), and each
row is made an example (`making`). Rows of other origin, such as the hub's, join in at `match_rows`.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from viva.dataset.reading.columns import match_rows
from viva.dataset.reading.delimited import delimited_rows
from viva.dataset.reading.json_text import json_lines_rows, json_rows
from viva.dataset.reading.making import read_rows
from viva.dataset.reading.opening import Kind, recognise, shown
from viva.errors import BadInput
from viva.records.dataset import Example
from viva.records.reading import BadRow, ColumnMatch, RawRow, ReadOptions
from viva.text import display_line

__all__ = ["ParquetReader", "match", "match_first", "match_rows", "read", "read_rows", "rows"]

ParquetReader = Callable[[Path], Iterator[dict[str, Any]]]
"""Yields the rows of a Parquet file; handed in by the only room that may open a database."""

LOOKED_AT = 1000
"""Rows from which the layout and the columns are found out."""
ENOUGH_TEXT = 16 * 1024 * 1024
"""Characters of rows after which that has been enough."""


def rows(path: Path, options: ReadOptions, parquet: ParquetReader | None = None) -> Iterator[RawRow | BadRow]:
    """Yield the rows of a data file, those that cannot be taken apart as bad rows.

    Whether the file can be read at all is told at once, the rest on the way. Raises `BadInput` for what is no regular
    file, empty, packed, binary or not to be decoded, and for a JSON list that is cut off; `UsageError` for an unknown
    encoding.
    """
    kind, encoding = recognise(path, options.encoding)
    if kind is Kind.DELIMITED:
        return delimited_rows(path, encoding)
    if kind is Kind.JSON:
        return json_rows(path, encoding)
    if kind is Kind.JSON_LINES:
        return json_lines_rows(path, encoding)
    if parquet is None:
        raise BadInput(f"{shown(path)} is a Parquet file, which cannot be read here", "export it as CSV")
    return (RawRow(number, row) for number, row in enumerate(parquet(path), start=1))


def match(path: Path, options: ReadOptions, parquet: ParquetReader | None = None) -> ColumnMatch:
    """Return how a data file is laid out and which of its columns is what, judged by its first 1,000 rows.

    Raises `BadInput` where there are no rows or a needed column is not found, `UsageError` for a column given that the
    file lacks.
    """
    return match_first(rows(path, options, parquet), options, shown(path))


def match_first(all_rows: Iterable[RawRow | BadRow], options: ReadOptions, name: str) -> ColumnMatch:
    """Return the same for the rows of something called `name`; no more of them are taken than are needed."""
    good: list[RawRow] = []
    bad: BadRow | None = None
    size = 0
    for number, row in enumerate(all_rows, start=1):
        if isinstance(row, RawRow):
            good.append(row)
            size += len(str(row.values))
        else:
            bad = bad or row
        # Without a single good row nothing is known of the columns.
        if good and (number >= LOOKED_AT or size >= ENOUGH_TEXT):
            break
    if good:
        return match_rows(good, options, name)
    if bad is None:
        raise BadInput(f"{name} holds no rows", "the first line names the columns, each further line is a row")
    raise BadInput(f"{name}, line {bad.line}: {display_line(bad.reason, 160)}", "no row can be used")


def read(
    path: Path, options: ReadOptions, match: ColumnMatch | None = None, parquet: ParquetReader | None = None
) -> Iterator[Example | BadRow]:
    """Yield the examples of a data file, and its bad rows, in their order.

    `match` says how the file is understood where that was found out before. Raises as `rows` and `match` do; a bad
    row never ends the reading. Lone surrogates in JSON stay as they are.
    """
    if match is None:
        match = match_first(rows(path, options, parquet), options, shown(path))
    return read_rows(rows(path, options, parquet), match, options)
