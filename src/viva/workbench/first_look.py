"""A first look into a data file, which goes on where a preview has to give up: its columns are told in any case."""

from collections.abc import Collection
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from viva.dataset import reading
from viva.errors import BadInput
from viva.records.dataset import Example
from viva.records.first_look import FirstLook
from viva.records.reading import BadRow, ColumnMatch, RawRow, ReadOptions
from viva.store import parquet
from viva.text import display_line
from viva.workbench import files

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


def look(
    workbench: "Workbench", path: Path, options: ReadOptions, without: Collection[str] = (), shown: int = 50
) -> FirstLook:
    """Read the first 1,000 rows of a file; return how they are understood, with up to `shown` examples and rows.

    The words in `without` are left without a column, whatever the file has for them. Raises `BadInput`, `UsageError`.
    """
    path = files.readable(workbench, path)
    first = list(islice(reading.rows(path, options, parquet.rows), reading.LOOKED_AT))
    columns = tuple(dict.fromkeys(name for row in first if isinstance(row, RawRow) for name in row.values))
    raw = tuple(row.values for row in first if isinstance(row, RawRow))[:shown]
    try:
        match = reading.match_first(first, options, display_line(path.name, 80))
    except BadInput:
        if not columns:
            raise
        return FirstLook(path, columns, None, (), (), len(first), raw)
    match = replace(match, mapping={word: name for word, name in match.mapping.items() if word not in without})
    examples, bad = _made(first, match, options)
    return FirstLook(path, columns, match, tuple(examples[:shown]), tuple(bad), len(first), raw)


def _made(rows: list[RawRow | BadRow], match: ColumnMatch, options: ReadOptions) -> tuple[list[Example], list[BadRow]]:
    examples: list[Example] = []
    bad: list[BadRow] = []
    for made in reading.read_rows(rows, match, options):
        if isinstance(made, BadRow):
            bad.append(made)
        else:
            examples.append(made)
    return examples, bad
