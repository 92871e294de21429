"""Datasets and their examples in words: lists, pages, filters, the import form."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from viva.records.dataset import Dataset, Example
from viva.text import display_line, plural

PAGE_SIZE = 100

NO_DATASETS = (
    "No datasets yet. i imports a file of your own: a CSV with columns such as question and reference, or JSON Lines. "
    "On Home, Enter imports a bundled one."
)

IMPORT_NOTE = (
    "Columns are found by their usual names, such as question or prompt, and reference, answer or output; "
    "field, subfield and split are taken along."
)

NO_SPLIT = ""
"""How the store names the split of examples that have none."""


@dataclass(frozen=True)
class ExampleQuery:
    """Which examples are shown: of one split or all, those that hold a text or all, from `offset` on."""

    dataset: str
    split: str | None = None
    search: str = ""
    offset: int = 0

    @property
    def filtered(self) -> bool:
        return self.split is not None or bool(self.search)

    def next_page(self, more: bool) -> "ExampleQuery":
        """Return the query of the page behind this one, itself where there is none."""
        return replace(self, offset=self.offset + PAGE_SIZE) if more else self

    def previous_page(self) -> "ExampleQuery":
        """Return the query of the page before this one, itself on the first."""
        return replace(self, offset=max(0, self.offset - PAGE_SIZE))

    def next_split(self, splits: Sequence[str]) -> "ExampleQuery":
        """Return the query with the next filter in the round: all, then each split."""
        choices: list[str | None] = [None, *splits]
        at = choices.index(self.split) if self.split in choices else 0
        return replace(self, split=choices[(at + 1) % len(choices)], offset=0)

    def searching(self, text: str) -> "ExampleQuery":
        """Return the query that looks for `text`."""
        return replace(self, search=text.strip(), offset=0)

    def cleared(self) -> "ExampleQuery":
        """Return the query without filters."""
        return ExampleQuery(self.dataset)


@dataclass(frozen=True)
class ExamplePage:
    """One page of examples; `more` says that further ones follow."""

    query: ExampleQuery
    examples: tuple[Example, ...]
    more: bool

    @classmethod
    def of(cls, query: ExampleQuery, found: Sequence[Example]) -> "ExamplePage":
        """Make a page of what was found; one example more than a page holds tells that more follow."""
        return cls(query, tuple(found[:PAGE_SIZE]), len(found) > PAGE_SIZE)

    def caption(self, dataset: Dataset | None) -> str:
        """Return which examples these are: `examples 101–200 of 1,204 · split test · containing "fog"`."""
        query = self.query
        total = None if query.search or dataset is None else dataset.splits.get(query.split or "", 0)
        if total is not None and query.split is None and dataset is not None:
            total = dataset.size
        if not self.examples:
            parts = ["no example" if query.filtered else "no examples"]
        else:
            first, last = query.offset + 1, query.offset + len(self.examples)
            if total is None:
                total = None if self.more else last
            end = "more follow" if total is None else f"of {total:,}"
            joint = ", " if total is None else " "
            parts = [f"{first:,}–{last:,}{joint}{end}"]
        if query.split is not None:
            parts.append(f"split {split_name(query.split)}")
        if query.search:
            parts.append(f"containing “{display_line(query.search, 30)}”")
        return " · ".join(parts)


def split_name(split: str | None) -> str:
    """Return how a split reads; examples may have none."""
    return display_line(split, 24) if split else "(none)"


def splits_text(dataset: Dataset) -> str:
    """Return the sizes per split: `train 93 · validation 15 · test 20`; nothing where there are no splits."""
    if list(dataset.splits) == [NO_SPLIT]:
        return "no splits"
    return " · ".join(f"{split_name(split)} {count:,}" for split, count in dataset.splits.items())


def dataset_option(dataset: Dataset) -> tuple[str, str]:
    """Return the two lines of a dataset in the list: its name, and its size with splits and fields."""
    parts = [plural(dataset.size, "example")] + ([plural(dataset.fields, "field")] if dataset.fields else [])
    return display_line(dataset.name, 36), " · ".join(parts)


def dataset_facts(dataset: Dataset) -> str:
    """Return the line about a dataset: its splits, fields, where it came from, and its version after the first."""
    parts = [splits_text(dataset)]
    if dataset.fields:
        parts.append(plural(dataset.fields, "field"))
    parts.append(f"from {display_line(dataset.source, 24)}")
    if dataset.version > 1:
        parts.append(f"version {dataset.version}")
    return " · ".join(parts)


def example_row(example: Example, number: int) -> tuple[str, str, str, str]:
    """Return an example's cells: number, split, field, question on one line."""
    return (
        str(number),
        split_name(example.split),
        display_line(example.field or "", 24),
        display_line(example.question, 200) or "(empty)",
    )


def example_heading(example: Example, number: int) -> str:
    """Return the line above an example: its number, split, field, subfield."""
    parts = [f"Example {number:,}", f"split {split_name(example.split)}"]
    parts += [display_line(part, 40) for part in (example.field, example.subfield) if part]
    return " · ".join(parts)


def suggested_name(path: str) -> str:
    """Return a dataset name made of a file's name, or nothing where it has no letter or digit."""
    stem = re.split(r"[\\/]", path.strip())[-1]
    stem = re.sub(r"\.(csv|jsonl|json|ndjson|tsv)$", "", stem, flags=re.IGNORECASE)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[:64]


def columns_given(question: str, reference: str) -> dict[str, str]:
    """Return the columns that the import form names, as `wb.datasets.import_file` takes them."""
    given = {"question": question.strip(), "reference": reference.strip()}
    return {word: column for word, column in given.items() if column}


def imported_text(dataset: Dataset) -> str:
    """Return what an import has brought."""
    words = f"Imported {display_line(dataset.name, 40)}: {plural(dataset.size, 'example')}"
    return f"{words}, version {dataset.version}" if dataset.version > 1 else words


def import_problem(path: str, name: str) -> tuple[str, str] | None:
    """Return the first field of the import form that cannot be right, and what is wrong with it."""
    if not path.strip():
        return "path", "Type the path of a CSV or JSON Lines file"
    if not name.strip():
        return "name", "Give the dataset a name"
    return None
