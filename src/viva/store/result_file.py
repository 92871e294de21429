"""Writing a query's result to a Parquet file, its numbers and times as what they are."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from viva.errors import BadInput
from viva.text import display_line

_LONGEST = 1 << 28
_KEPT = (
    "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
    "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "DATE", "TIME", "UUID",
)  # fmt: skip


def write_parquet(target: Path, columns: Sequence[str], types: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows as they come from the SQL prompt to `target`; return how many. Raises `BadInput`, `OSError`.

    `columns` differ from one another. Lists, structs, intervals, enumerations and what else has no simple type are the
    text that DuckDB prints.
    """
    lines = target.with_name(target.name + ".rows")
    count = 0
    try:
        with lines.open("w", encoding="utf-8") as file:
            for row in rows:
                texts = [None if value is None else _text(value) for value in row]
                file.write(json.dumps(dict(enumerate(texts))) + "\n")
                count += 1
        _converted(lines, target, columns, types)
    finally:
        lines.unlink(missing_ok=True)
    return count


def _converted(lines: Path, target: Path, columns: Sequence[str], types: Sequence[str]) -> None:
    read = ", ".join(f"'{place}': 'VARCHAR'" for place in range(len(columns)))
    chosen = ", ".join(
        f'CAST("{place}" AS {kind if _kept(kind) else "VARCHAR"}) AS {_quoted(name)}'
        for place, (name, kind) in enumerate(zip(columns, types, strict=True))
    )
    with duckdb.connect(config={"memory_limit": "1GB", "threads": 1, "temp_directory": str(target.parent)}) as session:
        try:
            session.execute(
                f"""
                COPY (SELECT {chosen} FROM read_json($lines, format = 'newline_delimited', hive_partitioning = false,
                      maximum_object_size = {_LONGEST}, columns = {{{read}}}))
                TO $target (FORMAT parquet, COMPRESSION zstd)
                """,
                {"lines": str(lines), "target": str(target)},
            ).fetchall()
        except duckdb.Error as error:
            reason = display_line(str(error).splitlines()[0], 120)
            raise BadInput(f"the Parquet file cannot be written: {reason}", "write CSV or JSON") from error


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)


def _kept(kind: str) -> bool:
    return kind.startswith(_KEPT) and not kind.endswith("]")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
