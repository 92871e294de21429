"""What a first look into a data file brings, before anything is imported."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viva.records.dataset import Example
from viva.records.reading import BadRow, ColumnMatch


@dataclass(frozen=True)
class FirstLook:
    """The columns of a file, how it is understood, and what its first rows would become.

    `match` is None where the columns of question and reference are not found and have to be named. `rows` is how
    many rows were looked at; `bad` are those among them that cannot be used; `raw` is the first ones as the file has
    them.
    """

    path: Path
    columns: tuple[str, ...]
    match: ColumnMatch | None
    examples: tuple[Example, ...]
    bad: tuple[BadRow, ...]
    rows: int
    raw: tuple[Mapping[str, Any], ...] = ()
