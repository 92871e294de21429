"""Importing a file or a hub dataset: looked at first, then taken in whole or not at all."""

import json
import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

from viva.dataset import reading
from viva.dataset.reading import hub
from viva.errors import BadInput
from viva.records.dataset import Example
from viva.records.ids import new_id
from viva.records.imports import Imported, Preview
from viva.records.reading import BadRow, ColumnMatch, ReadOptions
from viva.store import datasets as table
from viva.store import parquet
from viva.store.staging import Stage, stage
from viva.text import display_line, plural
from viva.workbench import curation, names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

Progress = Callable[[int], None]
"""Told how many rows have been read, about every thousand."""

SAMPLES = 5
_TELL_EVERY = 1000


def preview(path: Path, options: ReadOptions, rows: int = 5) -> Preview:
    """Return how a file would be understood, with its first rows; nothing is written. Raises `BadInput`."""
    match = reading.match(path, options, parquet.rows)
    examples: list[Example] = []
    bad: list[BadRow] = []
    for row in islice(reading.read(path, options, match, parquet.rows), rows):
        if isinstance(row, BadRow):
            bad.append(row)
        else:
            examples.append(row)
    return Preview(path, match, tuple(examples), tuple(bad))


def import_file(
    workbench: "Workbench",
    path: Path,
    name: str,
    options: ReadOptions,
    *,
    strict: bool = False,
    match: ColumnMatch | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Import a file as the next version of the dataset `name`; see `Datasets.import_file`."""
    names.checked("dataset", name)
    match = match or reading.match(path, options, parquet.rows)
    rows = reading.read(path, options, match, parquet.rows)
    return import_rows(
        workbench, rows, name, path.name, beside=path, strict=strict, progress=progress, change="imported"
    )


def import_hub(
    workbench: "Workbench",
    hub_id: str,
    name: str,
    config: str | None,
    split: str | None,
    limit: int | None,
    options: ReadOptions,
    *,
    strict: bool,
    progress: Progress | None,
) -> Imported:
    """Import a hub dataset as the next version of the dataset `name`; see `Datasets.import_hub`."""
    names.checked("dataset", name)
    rows = hub.hub_rows(hub_id, config, split, limit)
    first = list(islice(rows, reading.LOOKED_AT))
    match = reading.match_first(first, options, f"hf:{display_line(hub_id, 80)}")
    examples = reading.read_rows(chain(first, rows), match, options)
    return import_rows(
        workbench, examples, name, f"hf:{hub_id}", strict=strict, progress=progress, change="imported from the hub"
    )


def import_rows(
    workbench: "Workbench",
    rows: Iterable[Example | BadRow],
    name: str,
    source: str,
    *,
    change: str,
    beside: Path | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """Take rows in as the next version of the dataset `name`, in one transaction.

    Rows that cannot be used go to a file beside `beside`, or into the workspace where that folder is read-only.
    Raises `BadInput` where nothing is left, or, with `strict`, where any row cannot be used.
    """
    shown = display_line(source, 80)
    with stage(workbench.paths.staging) as staging, BadRows(workbench, beside or Path(source)) as bad:
        _fill(staging, bad, rows, progress)
        if bad.count and (strict or not staging.count):
            first = bad.samples[0]
            where = f"line {first.line}" if first.line else "the first"
            if staging.count:
                said = f"{plural(bad.count, 'row')} of {shown} cannot be used; {where}: {first.reason}"
                raise BadInput(said, f"all of them are in {bad.file}; without --strict the others come in")
            raise BadInput(f"no row of {shown} can be used; {where}: {first.reason}", f"see {bad.file}")
        if not staging.count:
            raise BadInput(f"{shown} holds no rows")
        staged = staging.finish()
        with workbench.store.write() as connection:
            known = table.by_content(connection, name, staged.content)
            dataset_id = known.dataset_id if known else table.add_staged(connection, name, source, staged, change)
            found = table.by_id(connection, dataset_id)
    assert found is not None
    found = curation.checked(workbench, found)
    return Imported(found, known is not None, bad.count, tuple(bad.samples), bad.file)


def _fill(staging: Stage, bad: "BadRows", rows: Iterable[Example | BadRow], progress: Progress | None) -> None:
    for number, row in enumerate(rows, start=1):
        if isinstance(row, BadRow):
            bad.add(row)
        else:
            staging.add(row)
        if progress is not None and number % _TELL_EVERY == 0:
            progress(number)


class BadRows:
    """Counts the rows that cannot be used and writes them to `NAME.bad-rows.jsonl`; no such row, no file.

    The file takes its name when all rows are in it: a link of that name is replaced, never followed.
    """

    def __init__(self, workbench: "Workbench", beside: Path) -> None:
        name = f"{beside.name}.bad-rows.jsonl"
        folder = beside.parent
        writable = beside.exists() and os.access(folder, os.W_OK) and not (folder / name).is_dir()
        self._wanted = (folder if writable else workbench.paths.data / "imports") / name
        self._draft = self._wanted.with_name(f".viva-{new_id()}.part")
        self._handle: IO[str] | None = None
        self._open = ExitStack()
        self.count = 0
        self.samples: list[BadRow] = []

    def __enter__(self) -> "BadRows":
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def finish(self) -> None:
        """Give the file its name; there is none where every row could be used."""
        self._open.close()
        if self._draft.exists():
            self._draft.replace(self._wanted)

    @property
    def file(self) -> Path | None:
        return self._wanted if self.count else None

    def add(self, row: BadRow) -> None:
        if self._handle is None:
            self._wanted.parent.mkdir(parents=True, exist_ok=True)
            self._handle = self._open.enter_context(self._draft.open("x", encoding="utf-8", errors="replace"))
        self.count += 1
        if len(self.samples) < SAMPLES:
            self.samples.append(row)
        said = {"line": row.line, "reason": row.reason, "row": row.row}
        self._handle.write(json.dumps(said, ensure_ascii=False, default=str) + "\n")
