"""Files of JSON lines, which programs pass rows to one another in: read a line at a time, however long they are."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from viva.errors import BadInput

Row = TypeVar("Row")


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file, one a line. Raises `BadInput` with the line that is none."""
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _object(path, number, line)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} cannot be read: {error}") from error


def write(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write rows, one a line; return how many there were."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")
            count += 1
    return count


def append(path: Path, row: dict[str, Any]) -> None:
    """Write one more row to a file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def pieces(rows: Iterable[Row], size: int) -> Iterator[Sequence[Row]]:
    """Yield `rows` in pieces of `size`, the last one shorter."""
    left = iter(rows)
    while piece := list(islice(left, size)):
        yield piece


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise BadInput(f"{path.name}, line {number} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadInput(f"{path.name}, line {number} is no object")
    return value
