"""The form that writes a dataset to a file."""

import re

from viva.present.datasets import split_name
from viva.records.dataset import Dataset
from viva.records.reading import ExportForm
from viva.text import display_line, plural

FORMS = {
    ExportForm.CSV: ("CSV, a table", ".csv"),
    ExportForm.JSONL: ("JSON Lines, a row each", ".jsonl"),
    ExportForm.PARQUET: ("Parquet, a table", ".parquet"),
    ExportForm.SHAREGPT: ("ShareGPT conversations", ".json"),
    ExportForm.MESSAGES: ("conversations as messages", ".json"),
}
ALL = ""
"""Stands for all splits in the form."""


def file_name(dataset: str, form: ExportForm, split: str | None) -> str:
    """Return the name that a file gets unless somebody types another: not that of the file it came from."""
    named = re.sub(r"[^A-Za-z0-9._-]+", "-", split or "").strip("-.")
    return f"{dataset}{f'-{named}' if named else ''}-export{FORMS[form][1]}"


def split_choices(dataset: Dataset) -> list[tuple[str, str]]:
    """Return the splits to choose from, each with its key; `all`, and each one with its size."""
    every = [(f"all, {plural(dataset.size, 'example')}", "all")]
    if len(dataset.splits) < 2:
        return every
    return every + [(f"{split_name(split)}, {count:,}", f"={split}") for split, count in dataset.splits.items()]


def chosen_split(key: str) -> str | None:
    """Return the split behind a key, None for all."""
    return key[1:] if key.startswith("=") else None


def written_text(name: str, file: str, count: int) -> str:
    """Return what an export has brought."""
    return f"{display_line(name, 40)}: {plural(count, 'example')} written to {display_line(file, 120)}"
