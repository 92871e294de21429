"""Writing a dataset to a file that other programs, and viva again, can read."""

import errno
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from viva.dataset import writing
from viva.errors import UsageError
from viva.records.dataset import Dataset, Example
from viva.records.ids import new_id
from viva.records.reading import ExportForm
from viva.store import parquet
from viva.store.rows import storable
from viva.text import display_line
from viva.workbench import versions

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

_SUFFIXES = {
    ".csv": ExportForm.CSV,
    ".jsonl": ExportForm.JSONL,
    ".ndjson": ExportForm.JSONL,
    ".parquet": ExportForm.PARQUET,
    ".json": ExportForm.MESSAGES,
}


def export(
    workbench: "Workbench", dataset: Dataset, path: Path, form: ExportForm | None, split: str | None, overwrite: bool
) -> int:
    """Write the examples of a version, of one split or all, to `path`; return how many."""
    path = path.expanduser()
    form = form or _SUFFIXES.get(path.suffix.lower())
    if form is None:
        raise UsageError(
            f"cannot tell what {display_line(path.name, 60)} should be",
            f"name the form with --form {'|'.join(ExportForm)}, or end the name in {', '.join(_SUFFIXES)}",
        )
    examples = (
        example for example in versions.examples(workbench, dataset) if split is None or (example.split or "") == split
    )
    if form is not ExportForm.PARQUET:
        return writing.write(path, form, examples, overwrite=overwrite)
    return _parquet(workbench, path, examples, overwrite)


def _parquet(workbench: "Workbench", path: Path, examples: Iterable[Example], overwrite: bool) -> int:
    """Write flat rows to a file of JSON lines, and turn that into Parquet in one go."""
    workbench.paths.staging.mkdir(parents=True, exist_ok=True)
    rows = workbench.paths.staging / f"{new_id()}.jsonl"
    count = longest = 0
    columns: list[str] = []
    with writing.draft_of(path, overwrite=overwrite) as draft:
        if not path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        try:
            with rows.open("wb") as file:
                for example in examples:
                    row = writing.flat_row(example)
                    columns = columns or list(row)
                    line = json.dumps({name: storable(value) for name, value in row.items()}).encode() + b"\n"
                    file.write(line)
                    longest, count = max(longest, len(line)), count + 1
            parquet.write(rows, draft, columns, longest, count)
        finally:
            rows.unlink(missing_ok=True)
    return count
