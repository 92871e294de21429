"""What comes out of a file on its way into a dataset, and the forms in which it goes out again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Layout(StrEnum):
    """How the rows of a file say what is asked and answered."""

    COLUMNS = "columns"
    SHAREGPT = "sharegpt"
    MESSAGES = "messages"
    ALPACA = "alpaca"


class ExportForm(StrEnum):
    """What a dataset is written as: a table, or a list of conversations in ShareGPT form or as messages."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    SHAREGPT = "sharegpt"
    MESSAGES = "messages"


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


class RawRow(NamedTuple):
    """A row as the file has it: the line on which it starts (the first is 1) and its values by column.

    Rows of formats without lines are counted instead: the first row is 1.
    """

    line: int
    values: dict[str, Any]


@dataclass(frozen=True)
class BadRow:
    """A row that cannot become an example: where it stands (the first line is 1), why, and what it said."""

    line: int
    reason: str
    row: Any = None


@dataclass(frozen=True)
class ColumnMatch:
    """How a file is understood: its layout, its columns, and which of them is what.

    `mapping` has, beside viva's words, the columns that a layout needs: `input`, `conversations`, `messages`,
    `system`, `tools`, `meta`. `unsure` names the words for which more than one column could serve, or only a column
    of a vague name; the first was taken.
    """

    layout: Layout
    columns: tuple[str, ...]
    mapping: Mapping[str, str]
    unsure: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
