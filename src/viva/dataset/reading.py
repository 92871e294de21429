"""Reading a CSV or JSON Lines file into examples."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from viva.dataset.columns import match_columns
from viva.errors import BadInput
from viva.records.dataset import Example
from viva.text import display_line

LARGEST_CELL = 16 * 1024 * 1024


def read_examples(path: Path, columns: Mapping[str, str] | None = None, split: str | None = None) -> list[Example]:
    """Return the examples in `path`; `columns` maps viva's words to the file's column names where they differ.

    `split` is given to every example whose row names none. Raises `BadInput` with the line number.
    """
    rows = list(_rows(path))
    if not rows:
        raise BadInput(
            f"{_shown(path)} holds no rows",
            "the first line names the columns, each further line is an example",
        )
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    mapping = match_columns(names, columns or {}, _shown(path))
    return [_example(row, mapping, split, path, line) for line, row in rows]


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    readers = {".csv": _csv_rows, ".jsonl": _json_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadInput(f"cannot tell what {_shown(path)} is", "viva reads .csv and .jsonl")
    try:
        yield from reader(path)
    except FileNotFoundError as error:
        raise BadInput(f"there is no file {_shown(path)}", "check the path") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{_shown(path)} is not UTF-8 (byte {error.start})", "save it as UTF-8") from error
    except OSError as error:
        raise BadInput(f"{_shown(path)} cannot be read: {error.strerror}") from error


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    csv.field_size_limit(LARGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            for row in reader:
                if None in row or None in row.values():
                    raise BadInput(
                        f"{_shown(path)}, line {reader.line_num}: the row has not as many cells as the header",
                        "quote cells that hold commas or line breaks",
                    )
                yield reader.line_num, row
        except csv.Error as error:
            raise BadInput(f"{_shown(path)}, line {reader.line_num + 1}: {error}") from error


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise BadInput(f"{_shown(path)}, line {number}: not JSON ({display_line(str(error), 80)})") from error
            if not isinstance(value, dict):
                raise BadInput(f"{_shown(path)}, line {number}: not a JSON object")
            yield number, value


def _example(row: dict[str, Any], mapping: Mapping[str, str], split: str | None, path: Path, line: int) -> Example:
    values = {word: _cell(row.get(column), path, line, column) for word, column in mapping.items()}
    for word in ("question", "reference"):
        if not values[word].strip():
            raise BadInput(f"{_shown(path)}, line {line}: the {word} is empty", "every example needs both")
    rest = {name: value for name, value in row.items() if name not in set(mapping.values())}
    return Example(
        values["question"],
        values["reference"],
        values.get("field") or None,
        values.get("subfield") or None,
        values.get("split") or split,
        rest,
    )


def _cell(value: Any, path: Path, line: int, column: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput(f"{_shown(path)}, line {line}: {display_line(column, 40)} is not text")
    return value.encode("utf-8", "replace").decode()


def _shown(path: Path) -> str:
    return display_line(path.name, 80)
