"""A table of results for a notebook: named columns of known types, as rows, as pandas or as Arrow."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Any

from viva.errors import MissingExtra

_WIDEST = 1 << 63


class Kind(StrEnum):
    """What a column's values are; any of them may be None, which means that there is none."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    TRUTH = "truth"
    TIME = "time"


_PANDAS = {
    Kind.TEXT: "object", Kind.INTEGER: "Int64", Kind.NUMBER: "float64", Kind.TRUTH: "boolean",
    Kind.TIME: "datetime64[us]",
}  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """A table: the names of its columns, what their values are, and its rows, plain Python values without rounding.

    Times are UTC without a time zone. What does not exist is None in `rows` and null in Arrow; in pandas it is as
    pandas has it: `<NA>`, `NaT`, or NaN among floating numbers.
    """

    columns: tuple[str, ...]
    kinds: tuple[Kind, ...]
    rows: tuple[tuple[Any, ...], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> tuple[Any, ...]:
        """Return the values of a column. Raises `KeyError`."""
        if name not in self.columns:
            raise KeyError(name)
        place = self.columns.index(name)
        return tuple(row[place] for row in self.rows)

    def pandas(self) -> Any:
        """Return the table as a `pandas.DataFrame`. Raises `MissingExtra`."""
        pandas = _library("pandas")
        parts = [
            pandas.Series(list(values), dtype=_PANDAS[kind], name=name)
            for name, kind, values in zip(self.columns, *self._typed(), strict=True)
        ]
        return pandas.concat(parts, axis=1) if parts else pandas.DataFrame()

    def arrow(self) -> Any:
        """Return the table as a `pyarrow.Table`. Raises `MissingExtra`."""
        pyarrow = _library("pyarrow")
        types = {
            Kind.TEXT: pyarrow.string(), Kind.INTEGER: pyarrow.int64(), Kind.NUMBER: pyarrow.float64(),
            Kind.TRUTH: pyarrow.bool_(), Kind.TIME: pyarrow.timestamp("us"),
        }  # fmt: skip
        kinds, values = self._typed()
        arrays = [pyarrow.array(each, type=types[kind]) for kind, each in zip(kinds, values, strict=True)]
        return pyarrow.Table.from_arrays(arrays, names=list(self.columns))

    def _typed(self) -> tuple[list[Kind], list[Sequence[Any]]]:
        """Return the columns; whole numbers too large for 64 bits are written out."""
        columns: list[Sequence[Any]] = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        kinds = list(self.kinds)
        for place, values in enumerate(columns):
            if kinds[place] is Kind.INTEGER and any(one is not None and not _fits(one) for one in values):
                kinds[place] = Kind.TEXT
            if kinds[place] is Kind.TEXT:
                # A lone surrogate, which Python's text may hold, has no form in Arrow.
                columns[place] = [
                    None if one is None else str(one).encode("utf-8", "replace").decode() for one in values
                ]
        return kinds, columns


def _fits(value: int) -> bool:
    return -_WIDEST <= value < _WIDEST


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise MissingExtra(f"this needs {name}, which is not installed", "pip install viva[notebook]") from error
