"""The statistics of a dataset in the order in which they are read: headings, tables and histograms."""

from collections.abc import Iterator
from dataclasses import dataclass

from viva.present import dataset_statistics as words
from viva.present.tables import Column, Format, Table, write
from viva.records.statistics import DatasetStatistics, Lengths

GAP = 4
"""Columns between two histograms that stand side by side."""
NARROWEST = 44
"""A histogram has at least so many columns; where two would have less, they stand below one another."""


@dataclass(frozen=True)
class Histogram:
    """A distribution to draw, what it is of, and what lengths are counted in."""

    title: str
    lengths: Lengths
    unit: str


@dataclass(frozen=True)
class Section:
    """A heading with a table or with histograms below it; `key` is how the section is asked for."""

    key: str
    title: str
    table: Table | None = None
    histograms: tuple[Histogram, ...] = ()


KEYS = ("rows", "lengths", "tokens", "vocabulary", "overlap")


def sections(stats: DatasetStatistics) -> Iterator[Section]:
    """Yield what is known of a dataset, the coarse first."""
    yield Section("fields", "Examples per field and split", words.fields_table(stats))
    yield Section("lengths", "Lengths in words", words.word_lengths_table(stats))
    yield Section("", "", histograms=_histograms(stats.question_words, stats.reference_words, "words"))
    tokens = words.token_lengths_table(stats)
    if tokens is not None and stats.question_tokens is not None and stats.reference_tokens is not None:
        yield Section("tokens", "Lengths in tokens of the built-in model", tokens)
        yield Section("", "", histograms=_histograms(stats.question_tokens, stats.reference_tokens, "tokens"))
    yield Section("vocabulary", "Words per split", words.vocabulary_table(stats))
    if stats.overlaps:
        yield Section("overlap", "Words that another split knows", words.overlap_table(stats))
    if stats.subfields:
        yield Section("subfields", "Examples per subfield and split", words.subfields_table(stats))


def asked(stats: DatasetStatistics, key: str) -> Table | None:
    """Return the table that is called `key`, one of `KEYS`, or None where it was not counted."""
    if key == "rows":
        return rows_table(stats)
    if key == "overlap":
        return words.overlap_table(stats)
    return next((section.table for section in sections(stats) if section.key == key), None)


def rows_table(stats: DatasetStatistics) -> Table:
    """Return how many examples each split has of each subfield, and of each field beside its subfields.

    The counts add up to all examples; no value stands for no name.
    """
    rows: list[tuple[str | None, str | None, str | None, int]] = []
    for field in stats.fields:
        counts = dict(field.splits)
        for subfield in stats.subfields:
            if subfield.field != field.field:
                continue
            for split, count in subfield.splits.items():
                rows.append((field.field or None, subfield.subfield, split or None, count))
                counts[split] -= count
        rows += [(field.field or None, None, split or None, count) for split, count in counts.items() if count]
    columns: list[Column | str] = ["field", "subfield", "split", "examples"]
    return Table.of(columns, rows)


def section_lines(section: Section, width: int) -> list[str]:
    """Return a section as lines of at most `width` characters, safe for a terminal, without its heading."""
    if section.table is not None:
        return "".join(write(section.table, Format.TABLE, width=width)).splitlines()
    return _side_by_side(section.histograms, width)


def _histograms(question: Lengths, reference: Lengths, unit: str) -> tuple[Histogram, Histogram]:
    return Histogram("Questions", question, unit), Histogram("References", reference, unit)


def _side_by_side(histograms: tuple[Histogram, ...], width: int) -> list[str]:
    share = (width - GAP * (len(histograms) - 1)) // max(len(histograms), 1)
    if share < NARROWEST:
        stacked = [[h.title, *words.histogram_lines(h.lengths, width, h.unit)] for h in histograms]
        return [line for number, lines in enumerate(stacked) for line in ([""] if number else []) + lines]
    columns = [[h.title, *words.histogram_lines(h.lengths, share, h.unit)] for h in histograms]
    longest = max(map(len, columns), default=0)
    padded = [[line.ljust(share) for line in lines + [""] * (longest - len(lines))] for lines in columns]
    return [(" " * GAP).join(line).rstrip() for line in zip(*padded, strict=True)]
