"""What comes out of a file on its way into a dataset."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Layout(StrEnum):
    """How the rows of a file say what is asked and answered."""

    COLUMNS = "columns"
    SHAREGPT = "sharegpt"
    MESSAGES = "messages"
    ALPACA = "alpaca"


@dataclass(frozen=True)
class ReadOptions:
    """How a file is to be read; None means that it is found out.

    `columns` maps viva's words (question, reference, field, subfield, split, source) to names in the file;
    `split` is given to every example whose row names none.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    split: str | None = None
    encoding: str | None = None
    layout: Layout | None = None


@dataclass(frozen=True)
class BadRow:
    """A row that cannot become an example: where it stands (the first line is 1), why, and what it said."""

    line: int
    reason: str
    row: Any = None


@dataclass(frozen=True)
class ColumnMatch:
    """How a file is understood: its layout, its columns, and which of them is what.

    `unsure` names the words for which more than one column could serve; the first was taken.
    """

    layout: Layout
    columns: tuple[str, ...]
    mapping: Mapping[str, str]
    unsure: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
