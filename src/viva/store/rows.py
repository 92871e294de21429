"""Putting many rows into a table and getting records out."""

import json
import re
from collections.abc import Sequence
from typing import Any

import duckdb

PIECE_BYTES, PIECE_ROWS = 16 << 20, 5000
_SURROGATE = re.compile("[\ud800-\udfff]")


def insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    ignore_known: bool = False,
    renewed: str = "",
) -> None:
    """Insert `rows` (about 50,000 a second); with `ignore_known`, rows whose key is there already are passed over,
    with `renewed` their column of that name is set anew.

    `table` and `columns` are written by viva, never by a person. Text goes in as `storable` makes it.
    """
    if not rows:
        return
    unnested = ", ".join(f"unnest(${index + 1})" for index in range(len(columns)))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {unnested}"
    if ignore_known:
        statement += " ON CONFLICT DO NOTHING"
    elif renewed:
        statement += f" ON CONFLICT DO UPDATE SET {renewed} = excluded.{renewed}"
    connection.execute(statement, [[storable(value) for value in column] for column in zip(*rows, strict=True)])


def next_piece(count: int, size: int) -> int:
    """Return how many rows to read next, after `count` rows of `size` bytes: about 16 MiB, at most 5,000 rows."""
    mean = max(size // max(count, 1), 1)
    return max(1, min(PIECE_BYTES // mean, 4 * count, PIECE_ROWS))


def storable(value: Any) -> Any:
    """Return `value` as the store can hold it: a lone surrogate in a text, which is no character, becomes U+FFFD."""
    if isinstance(value, str) and _SURROGATE.search(value):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def as_json(value: Any) -> str:
    """Return `value` as JSON text that the store accepts."""
    return str(storable(json.dumps(value, ensure_ascii=False)))
