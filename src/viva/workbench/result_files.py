"""Writing all pages of a query's result to a CSV, JSON or Parquet file."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from viva.errors import BadInput, UsageError
from viva.records.results import QueryPage
from viva.text import display_line

SUFFIXES = (".csv", ".json", ".parquet")


class Session(Protocol):
    """What runs a query and serves its result page by page."""

    def run(self, query: str, page_size: int) -> QueryPage: ...

    def next_page(self) -> QueryPage: ...


def write(session: Session, query: str, path: Path, *, overwrite: bool = False) -> int:
    """Run a query and write every row of it to `path`, in the form that its ending names; return how many.

    The file is there when it is whole. Raises `UsageError`, `BadInput`, and `UserError` as a query does.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"{display_line(path.name, 80)} must end in .csv, .json or .parquet")
    if path.exists() and not overwrite:
        raise UsageError(f"{display_line(path.name, 80)} is there already", "choose another name, or say --overwrite")
    first = session.run(query, 1000)
    columns = unique(first.columns)
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            count = _written(suffix, new, columns, first.types, _rows(session, first))
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(f"{display_line(str(path), 120)} cannot be written: {error.strerror}") from error
    return count


def unique(names: Sequence[str]) -> list[str]:
    """Return the names with a number behind each that came before, whatever its case: no column is lost."""
    found: list[str] = []
    for place, name in enumerate(names):
        wanted = name or f"column_{place + 1}"
        candidate, number = wanted, 2
        while candidate.lower() in {taken.lower() for taken in found}:
            candidate, number = f"{wanted}_{number}", number + 1
        found.append(candidate)
    return found


def _rows(session: Session, page: QueryPage) -> Iterator[Sequence[Any]]:
    while True:
        yield from page.rows
        if not page.more:
            return
        page = session.next_page()


def _written(
    suffix: str, path: Path, columns: Sequence[str], types: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    if suffix == ".csv":
        return _csv(path, columns, rows)
    if suffix == ".json":
        return _json(path, columns, rows)
    from viva.store.result_file import write_parquet

    return write_parquet(path, columns, types, rows)


def _csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="", errors="replace") as file:
        # Every lone carriage return is quoted when it is part of the line's end.
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_cell(value) for value in row])
            count += 1
    return count


def _cell(value: Any) -> Any:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value


def _json(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(("[\n" if not count else ",\n") + json.dumps(dict(zip(columns, row, strict=True))))
            count += 1
        file.write("\n]\n" if count else "[]\n")
    return count
