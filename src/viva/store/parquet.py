"""Reading and writing Parquet files with the database library, cut off from the store."""

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from viva.errors import BadInput
from viva.store.rows import next_piece
from viva.text import display_line

MEMORY_LIMIT = "1GB"
LARGEST_GROWTH = 300
"""How many times the size of its file the text in a Parquet file may have, once it is above `HARMLESS` bytes."""
HARMLESS = 1 << 30
_FIRST_PAGE = 20
_LARGEST_GROUP = 32 << 20


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a Parquet file, in bounded memory. Raises `BadInput`.

    A file that unpacks to more than 300 times its size, and more than 1 GiB, is refused: it was made to fill disks.
    """
    allowed = max(HARMLESS, LARGEST_GROWTH * path.stat().st_size)
    seen = 0
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "threads": 1, "temp_directory": ""}) as connection:
        try:
            result = connection.execute("SELECT * FROM read_parquet(?, hive_partitioning = false)", [_literal(path)])
            names = [column[0] for column in result.description or ()]
            page_size = _FIRST_PAGE
            while page := result.fetchmany(page_size):
                before = seen
                for row in page:
                    seen += sum(len(value) for value in row if isinstance(value, str | bytes)) + 8 * len(row)
                    if seen > allowed:
                        raise BadInput(
                            f"{display_line(path.name, 80)} unpacks to more than {LARGEST_GROWTH} times its size",
                            "it is not read further; split it into smaller files if it is honest",
                        )
                    yield dict(zip(names, map(_plain, row), strict=True))
                page_size = next_piece(len(page), seen - before)
        except duckdb.Error as error:
            reason = display_line(str(error).splitlines()[0], 120)
            raise BadInput(
                f"{display_line(path.name, 80)} cannot be read as Parquet: {reason}", "write it again, or export CSV"
            ) from error


def _literal(path: Path) -> str:
    """Return a path in which no character stands for others: `*`, `?` and `[` in a file's name are itself."""
    return re.sub(r"([*?[])", r"[\1]", str(path))


def _plain(value: Any) -> Any:
    """Return `value` as JSON can hold it: dates, decimals and bytes become text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.decode("utf-8", "replace") if isinstance(value, bytes | bytearray) else str(value)


def write(source: Path, target: Path, columns: Sequence[str], longest: int, rows: int) -> None:
    """Turn a JSON Lines file of `rows` flat rows into a Parquet file; all columns are text, `longest` is in bytes.

    Rows are written in groups of about 32 MiB, so that memory does not grow with the file. Raises `BadInput`.
    """
    types = ", ".join(f"{name}: 'VARCHAR'" for name in columns)
    group = max(_LARGEST_GROUP * max(rows, 1) // max(source.stat().st_size, 1), 1)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "threads": 1,
        "temp_directory": str(source.parent),
    }
    with duckdb.connect(config=config) as connection:
        try:
            connection.execute(
                f"""
                COPY (SELECT {", ".join(columns)} FROM read_json($source, format = 'newline_delimited',
                      hive_partitioning = false, maximum_object_size = $longest, columns = {{{types}}}))
                TO $target (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {min(group, 122_880)})
                """,
                {"source": _literal(source), "longest": max(longest + 1024, 1 << 24), "target": str(target)},
            ).fetchall()
        except duckdb.Error as error:
            reason = display_line(str(error).splitlines()[0], 120)
            raise BadInput(f"the Parquet file cannot be written: {reason}", "export CSV or JSON Lines") from error
