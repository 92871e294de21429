"""What an import has shown beforehand and brought in the end."""

from dataclasses import dataclass
from pathlib import Path

from viva.records.dataset import Dataset, Example
from viva.records.reading import BadRow, ColumnMatch


@dataclass(frozen=True)
class Preview:
    """The first rows of a file as they would come in: how it is understood, examples, and rows that cannot be used."""

    path: Path
    match: ColumnMatch
    examples: tuple[Example, ...]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True)
class Imported:
    """What an import brought.

    `known` says that the dataset held exactly this already, and nothing was changed. `bad` counts the rows that
    could not be used, the first of them are in `samples`, all of them in `bad_file`.
    """

    dataset: Dataset
    known: bool = False
    bad: int = 0
    samples: tuple[BadRow, ...] = ()
    bad_file: Path | None = None
