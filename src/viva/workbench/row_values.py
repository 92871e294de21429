"""Values in the rows of a file that somebody else wrote: by their columns, as numbers, and what is wrong with one."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from viva.errors import BadInput
from viva.records.reading import RawRow
from viva.text import display_line

_LARGEST = 2**31 - 1
_SHOWN_COLUMNS = 20
_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*")


class BadValue(ValueError):
    """Why a row cannot be used."""


def by_column(raw: RawRow) -> dict[str, Any]:
    """Return a row's values by the names of their columns in lower case; of two names alike the first counts.

    Row by row: in a JSON Lines file a column may stand for the first time far down.
    """
    found: dict[str, Any] = {}
    for name, value in raw.values.items():
        found.setdefault(str(name).strip().lower(), value)
    return found


def check_columns(
    rows: Iterable[RawRow], file: str, needed: Mapping[str, str], either: Sequence[tuple[str, str]]
) -> None:
    """Raise `BadInput` where the first rows lack a `needed` column (with what else would do), or both of `either`."""
    names = list(dict.fromkeys(str(name) for row in rows for name in row.values))
    columns = {name.strip().lower() for name in names}
    listed = f"its columns: {', '.join(display_line(name, 30) for name in names[:_SHOWN_COLUMNS])}"
    for word, instead in needed.items():
        if word not in columns:
            raise BadInput(f"{file} has no column {word}", listed + instead)
    for one, other in either:
        if not {one, other} & columns:
            raise BadInput(f"{file} has neither a column {one} nor a column {other}", listed)


def filled(value: Any) -> bool:
    """Tell whether something stands there."""
    return value is not None and not (isinstance(value, str) and not value.strip())


def whole(word: str, value: Any, default: int | None = None) -> int:
    """Return a whole number, also one that stands as text or as `12.0`; `default` for nothing. Raises `BadValue`."""
    if default is not None and not filled(value):
        return default
    found = number(value)
    if found is None or not found.is_integer() or not 0 <= found <= _LARGEST:
        raise BadValue(f"{word} is no whole number from 0 to {_LARGEST:,}")
    return int(found)


def amount(word: str, value: Any) -> float | None:
    """Return a number of at least 0, None for nothing. Raises `BadValue`."""
    if not filled(value):
        return None
    found = number(value)
    if found is None or found < 0:
        raise BadValue(f"{word} is no number of at least 0")
    return found


def number(value: Any) -> float | None:
    """Return a finite number, also one that stands as text in ASCII digits; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None
