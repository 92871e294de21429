"""The rows of a view as they are, for a notebook."""

from typing import Any, NamedTuple

import duckdb

from viva.store import rows

Connection = duckdb.DuckDBPyConnection


class ViewRows(NamedTuple):
    """The names of a view's columns, their types as DuckDB writes them, and the rows that were asked for."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def of_view(connection: Connection, view: str, order: str, **equal: Any) -> ViewRows:
    """Return those rows of a view whose columns equal what is given, None being all; sorted by `order`.

    `view`, `order` and the columns are written by viva, never by a person.
    """
    wanted = {name: rows.storable(value) if isinstance(value, str) else value for name, value in equal.items()}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    where = " AND ".join(f"{_compared(name)} = ${name}" for name in wanted) or "true"
    found = connection.execute(f"SELECT * FROM {view} WHERE {where} ORDER BY {order}", wanted)
    columns, types = zip(*((column[0], str(column[1])) for column in found.description), strict=True)
    return ViewRows(columns, types, tuple(found.fetchall()))


def _compared(name: str) -> str:
    return "coalesce(split, '')" if name == "split" else name
