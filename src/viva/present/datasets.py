"""Datasets and their examples in words: lists, pages, filters, the import form."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from viva.records.dataset import Dataset, Example
from viva.text import display_line, plural

PAGE_SIZE = 100
SHOWN_SYSTEMS = 3
"""Systems that a note names; of the others it says how many."""

NO_DATASETS = (
    "No datasets yet. i brings one in: from a file of your own, from the Hugging Face hub, or one that viva ships with."
)

BUNDLED = {
    "vad": "128 questions on video anomaly detection",
    "fields": "122 research questions in 8 fields and 61 subfields",
    "deep-learning": "96 questions and answers about deep learning",
}
"""What the datasets are that viva ships with."""

NO_SPLIT = ""
"""How the store names the split of examples that have none."""


@dataclass(frozen=True)
class ExampleQuery:
    """Which examples are shown: of one split or all, those that hold a text or all, from `offset` on.

    Without a `version` they are those of the newest, which can be edited.
    """

    dataset: str
    split: str | None = None
    search: str = ""
    offset: int = 0
    version: int | None = None

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
        return ExampleQuery(self.dataset, version=self.version)


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


def dataset_row(dataset: Dataset) -> tuple[str, str, str, str, str]:
    """Return a dataset's cells in the list: name, examples, splits, version, leaks between the splits."""
    return (
        display_line(dataset.name, 36) or "(no name)",
        f"{dataset.size:,}",
        splits_text(dataset),
        str(dataset.version),
        leakage_word(dataset),
    )


def version_row(dataset: Dataset) -> tuple[str, str, str, str, str]:
    """Return the cells of a version: number, examples, leaks, date, how it came about."""
    return (
        str(dataset.version),
        f"{dataset.size:,}",
        leakage_word(dataset),
        f"{dataset.created_at:%Y-%m-%d %H:%M}",
        display_line(dataset.change, 200) or "imported",
    )


def version_lines(dataset: Dataset, versions: Sequence[Dataset]) -> str:
    """Return what is known of a version: its splits and leaks, how it came about, and of which it was made."""
    parent = next((other.version for other in versions if other.dataset_id == dataset.parent), None)
    made = "" if parent is None else f" · made of version {parent}"
    change = display_line(dataset.change, 300) or "imported"
    return f"{dataset_facts(dataset)}\nChange: {change}{made}"


def dataset_facts(dataset: Dataset) -> str:
    """Return the line about a dataset: size, splits, fields, where it came from, version, and leakage state."""
    parts = [plural(dataset.size, "example"), splits_text(dataset)]
    if dataset.fields:
        parts.append(plural(dataset.fields, "field"))
    parts.append(f"from {display_line(dataset.source, 24)}")
    parts.append(f"version {dataset.version}")
    if leaks := leakage_text(dataset):
        parts.append(leaks)
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
    stem = re.sub(r"\.(csv|tsv|jsonl|ndjson|json|parquet)$", "", stem, flags=re.IGNORECASE)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[:64]


def imported_text(dataset: Dataset) -> str:
    """Return what an import has brought."""
    words = f"Imported {display_line(dataset.name, 40)}: {plural(dataset.size, 'example')}"
    return f"{words}, version {dataset.version}" if dataset.version > 1 else words


def changed_text(before: Dataset | None, after: Dataset) -> str:
    """Return in one line what has happened to a dataset; nothing where it is as it was."""
    name = display_line(after.name, 40)
    if before is None or before.version != after.version:
        change = display_line(after.change, 120)
        return f"{name} version {after.version}: {change}" if change else f"{name} is now at version {after.version}"
    if before.leakage != after.leakage:
        return f"{name}: {leakage_text(after)}"
    return ""


def leakage_word(dataset: Dataset) -> str:
    """Return the leakage state of a dataset in a word or two, for a table; nothing where it has no splits."""
    if len(dataset.splits) < 2:
        return ""
    if dataset.leakage is None:
        return "not checked"
    count = dataset.leakage.near_duplicates + dataset.leakage.copied_references
    return f"{count:,} found" if count else "none"


def leakage_text(dataset: Dataset) -> str:
    """Return the leakage state of a dataset: what its splits give away, or that nobody has looked; else nothing."""
    if len(dataset.splits) < 2:
        return ""
    found = dataset.leakage
    if found is None:
        return "not checked for leaks between its splits"
    if not found.found:
        return "no leaks between its splits"
    parts = []
    if found.near_duplicates:
        parts.append(plural(found.near_duplicates, "near-duplicate"))
    if found.copied_references:
        parts.append(f"{plural(found.copied_references, 'reference')} inside a question")
    return f"leaks: {', '.join(parts)}"


def result_notes(shown: Dataset, newest: Dataset | None) -> tuple[str, ...]:
    """Return what must be known beside a dataset's results: leaks, and that they belong to an older version."""
    notes = []
    if newest is not None and newest.version != shown.version:
        notes.append(f"Results of version {shown.version}; version {newest.version} has none yet")
    if len(shown.splits) > 1 and (shown.leakage is None or shown.leakage.found):
        said = leakage_text(shown)
        notes.append(
            f"{said[:1].upper()}{said[1:]}: what was learnt may be what was asked"
            if shown.leakage
            else f"{said[:1].upper()}{said[1:]}"
        )
    return tuple(notes)


def waiting_note(
    waiting: Iterable[tuple[str, str, int]], split: str | None, command: str, systems: Collection[str] | None = None
) -> str:
    """Return one line about texts that no metric has been tried on, told as (split, system, how many); else nothing.

    They are those of a split and of `systems`; None is all.
    """
    found = [
        (system, count)
        for part, system, count in waiting
        if (split is None or part == split) and (systems is None or system in systems)
    ]
    if not found:
        return ""
    named = list(dict.fromkeys(display_line(system, 28) for system, _ in found))
    more = f" and {len(named) - SHOWN_SYSTEMS} more" if len(named) > SHOWN_SYSTEMS else ""
    texts = plural(sum(count for _, count in found), "text")
    return f"{texts} not scored yet ({', '.join(named[:SHOWN_SYSTEMS])}{more}): {command}"
