"""Records laid out as the rows of a table: what they hold in turn becomes columns of its own."""

import math
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from types import NoneType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from viva.records.estimate import Estimate
from viva.records.frame import Frame, Kind
from viva.records.results import MeasureKey

_PLAIN = {str: Kind.TEXT, int: Kind.INTEGER, float: Kind.NUMBER, bool: Kind.TRUTH, datetime: Kind.TIME}


class _Column(NamedTuple):
    """A column: its name, and the attributes that lead from a record to its value."""

    name: str
    kind: Kind
    path: tuple[str, ...]


def frame_of(record: type[Any], records: Sequence[Any]) -> Frame:
    """Return a table with a row for each record, all of which are of the dataclass `record`.

    A key of a measure becomes its parts; an estimate `x` the columns `x`, `x_low` and `x_high`; another record `x`
    columns that begin with `x_`; several words one text. Several records within one are left out.
    """
    columns = _columns(record)
    kinds = tuple(column.kind for column in columns)
    rows = tuple(plain(tuple(_value(one, column.path) for column in columns), kinds) for one in records)
    return Frame(tuple(column.name for column in columns), kinds, rows)


def kind_of(type_name: str) -> Kind:
    """Return what the values of a type of DuckDB's are, by its name."""
    name = type_name.upper()
    if name.endswith("INT") or name in {"INTEGER", "UINTEGER"}:
        return Kind.INTEGER
    if name in {"FLOAT", "DOUBLE"} or (name.startswith("DECIMAL") and name.endswith(")")):
        return Kind.NUMBER
    if name == "BOOLEAN":
        return Kind.TRUTH
    return Kind.TIME if name == "TIMESTAMP" else Kind.TEXT


def plain(row: Sequence[Any], kinds: Sequence[Kind]) -> tuple[Any, ...]:
    """Return a row's values as their kinds have them; a number or time that is not one is None."""
    return tuple(_plain(value, kind) for value, kind in zip(row, kinds, strict=True))


def _plain(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    if kind is Kind.NUMBER:
        number = float(value)
        return number if math.isfinite(number) else None
    if kind is Kind.TIME:
        return _moment(value) if isinstance(value, str) else value
    if kind is Kind.TEXT:
        return ", ".join(map(str, value)) if isinstance(value, tuple | list) else _text(value)
    return value


def _moment(text: str) -> datetime | None:
    """Return the time that DuckDB writes so; None for what Python has no time for, as infinity."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _columns(record: type[Any]) -> tuple[_Column, ...]:
    hints = get_type_hints(record)
    found: list[_Column] = []
    for name in [field.name for field in fields(record)]:
        kind = _bare(hints[name])
        if kind in _PLAIN:
            found.append(_Column(name, _PLAIN[kind], (name,)))
        elif kind is Estimate:
            found += [
                _Column(name if part == "value" else f"{name}_{part}", Kind.NUMBER, (name, part))
                for part in Estimate._fields
            ]
        elif isinstance(kind, type) and is_dataclass(kind):
            within = _columns(kind)
            prefix = "" if kind is MeasureKey else f"{name}_"
            found += [_Column(prefix + one.name, one.kind, (name, *one.path)) for one in within]
        elif get_origin(kind) is tuple and get_args(kind)[0] is str:
            found.append(_Column(name, Kind.TEXT, (name,)))
    return tuple(found)


def _bare(hint: Any) -> Any:
    """Return a type without the None that it may be."""
    if get_origin(hint) in {Union, UnionType}:
        others = [one for one in get_args(hint) if one is not NoneType]
        return others[0] if len(others) == 1 else hint
    return hint


def _value(record: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if record is None:
            return None
        record = getattr(record, name)
    return record
