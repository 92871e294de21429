"""Writing rows to a CSV or JSON Lines file, told apart by the ending of its name."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from viva.dataset import writing
from viva.errors import UsageError
from viva.text import display_line

_LINES = (".jsonl", ".ndjson")


def checked(path: Path) -> Path:
    """Return `path` in full. Raises `UsageError` where its ending does not tell how to write it."""
    path = path.expanduser()
    if path.suffix.lower() not in (*_LINES, ".csv"):
        raise UsageError(f"cannot tell how to write {display_line(path.name, 80)}", "name it .jsonl or .csv")
    return path


def write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, overwrite: bool = False) -> int:
    """Write rows of values to a file that is there whole or not at all; return how many.

    Raises `UsageError` for another ending and where the file is there and may not be overwritten, `BadInput` where it
    cannot be written.
    """
    path = checked(path)
    count = 0
    with (
        writing.draft_of(path, overwrite=overwrite) as draft,
        draft.open("x", encoding="utf-8", newline="") as file,
    ):
        if path.suffix.lower() in _LINES:
            for row in rows:
                file.write(writing.json_text(dict(zip(columns, row, strict=True))) + "\n")
                count += 1
        else:
            # With this end of lines the writer puts cells with any kind of line break in quotes.
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow(columns)
            for row in rows:
                writer.writerow(["" if value is None else value for value in row])
                count += 1
    return count
