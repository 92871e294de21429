"""Reading and writing Parquet files with the database library, cut off from the store."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from viva.errors import BadInput
from viva.text import display_line

MEMORY_LIMIT = "1GB"
LARGEST_GROWTH = 300
"""How many times the size of its file the text in a Parquet file may have, once it is above `HARMLESS` bytes."""
HARMLESS = 1 << 30
_PAGE = 500


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a Parquet file, in bounded memory. Raises `BadInput`.

    A file that unpacks to more than 300 times its size, and more than 1 GiB, is refused: it was made to fill disks.
    """
    allowed = max(HARMLESS, LARGEST_GROWTH * path.stat().st_size)
    seen = 0
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "threads": 1, "temp_directory": ""}) as connection:
        try:
            result = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
            names = [column[0] for column in result.description or ()]
            while page := result.fetchmany(_PAGE):
                for row in page:
                    seen += sum(len(value) for value in row if isinstance(value, str | bytes)) + 8 * len(row)
                    if seen > allowed:
                        raise BadInput(
                            f"{display_line(path.name, 80)} unpacks to more than {LARGEST_GROWTH} times its size",
                            "it is not read further; split it into smaller files if it is honest",
                        )
                    yield dict(zip(names, map(_plain, row), strict=True))
        except duckdb.Error as error:
            reason = display_line(str(error).splitlines()[0], 120)
            raise BadInput(
                f"{display_line(path.name, 80)} cannot be read as Parquet: {reason}", "write it again, or export CSV"
            ) from error


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


def write(source: Path, target: Path, columns: Sequence[str], longest: int) -> None:
    """Turn a JSON Lines file of flat rows into a Parquet file; all columns are text, `longest` is in bytes."""
    types = ", ".join(f"{name}: 'VARCHAR'" for name in columns)
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "threads": 2}) as connection:
        relation = connection.execute(
            f"""
            COPY (SELECT {", ".join(columns)} FROM read_json($source, format = 'newline_delimited',
                  maximum_object_size = $longest, columns = {{{types}}}))
            TO $target (FORMAT parquet, COMPRESSION zstd)
            """,
            {"source": str(source), "longest": max(longest + 1024, 1 << 24), "target": str(target)},
        )
        relation.fetchall()
