"""The statistics of a dataset as tables, as bars of text, and as points for a plot."""

from collections.abc import Iterator, Sequence

from viva.present.tables import Column, Table
from viva.records.statistics import DatasetStatistics, FieldRows, Lengths
from viva.text import display_line, plural

NONE = "(none)"
"""How a split, field or subfield without a name reads."""

MOST_COLUMNS = 5
"""So many splits stand as columns; more become rows."""

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEAST_BAR = 8


def facts_line(stats: DatasetStatistics) -> str:
    """Return what a dataset is made of: `128 examples · 3 splits · 15 fields · 15 subfields · 4 sources`."""
    parts = [plural(stats.rows, "example")]
    for names, noun in (
        ([split for split in stats.splits if split], "split"),
        ([rows.field for rows in stats.fields if rows.field], "field"),
        ([rows.subfield for rows in stats.subfields if rows.subfield], "subfield"),
    ):
        if names:
            parts.append(plural(len(names), noun))
    if stats.conversations:
        parts.append(plural(stats.conversations, "conversation"))
    if stats.sources:
        parts.append(plural(stats.sources, "source"))
    if 0 < stats.sourced < stats.rows:
        parts.append(f"{stats.rows - stats.sourced:,} without a source")
    return " · ".join(parts)


def fields_table(stats: DatasetStatistics) -> Table:
    """Return the number of examples per field (rows) and split (columns), with the sums."""
    return _counts_table(stats, stats.fields, subfields=False)


def subfields_table(stats: DatasetStatistics) -> Table:
    """Return the number of examples per subfield (rows) and split (columns), with the sums."""
    return _counts_table(stats, stats.subfields, subfields=True)


def lengths_table(question: Lengths, reference: Lengths, unit: str = "words") -> Table:
    """Return two distributions side by side, a row for each number: shortest, percentiles, longest, mean."""
    rows = [
        [name, one, other]
        for (name, one), (_, other) in zip(_length_rows(question), _length_rows(reference), strict=True)
    ]
    return Table.of([unit, Column("question", _length), Column("reference", _length)], rows)


def word_lengths_table(stats: DatasetStatistics) -> Table:
    """Return the lengths in words."""
    return lengths_table(stats.question_words, stats.reference_words)


def token_lengths_table(stats: DatasetStatistics) -> Table | None:
    """Return the lengths in tokens, None where nobody counted them."""
    if stats.question_tokens is None or stats.reference_tokens is None:
        return None
    return lengths_table(stats.question_tokens, stats.reference_tokens, "tokens")


def vocabulary_table(stats: DatasetStatistics) -> Table:
    """Return how many words each split has, and how many different ones."""
    rows = [[found.split, stats.splits.get(found.split, 0), found.words, found.different] for found in stats.vocabulary]
    numbers = [Column(name, _number) for name in ("examples", "words", "different words")]
    return Table.of([Column("split", _name), *numbers], rows)


def overlap_table(stats: DatasetStatistics) -> Table:
    """Return which share of a split's words also stands in another split."""
    rows = [[found.split, found.known, found.different, found.words] for found in stats.overlaps]
    columns = [
        Column("of split", _name),
        Column("known from", _name),
        Column("different words", _percent),
        Column("all words", _percent),
    ]
    return Table.of(columns, rows, null="no words")


def histogram_lines(lengths: Lengths, width: int, unit: str = "words") -> list[str]:
    """Return a distribution as a heading and one bar for each bin: `100–119 │███▌ 12`.

    `unit` says what lengths are counted in. No line is wider than `width` characters, unless `width` leaves less than
    8 for the bars. A bin that holds anything has at least a sliver of a bar.
    """
    if not lengths.texts:
        return [f"no texts, so no lengths in {unit}"]
    labels = bin_labels(lengths)
    figures = [f"{count:,}" for count in lengths.counts]
    left = max(len(unit), *map(len, labels))
    room = max(width - left - len(" │") - 1 - max(map(len, figures)), _LEAST_BAR)
    most = max(lengths.counts)
    lines = [f"{unit:>{left}} │ texts"]
    for label, count, figure in zip(labels, lengths.counts, figures, strict=True):
        bar = _bar(count, most, room)
        lines.append(f"{label:>{left}} │{bar}{' ' if bar else ''}{figure}")
    return lines


def bin_labels(lengths: Lengths) -> list[str]:
    """Return what each bin holds: `100–119`, or `7` where it is one length wide."""
    ends = zip(lengths.edges, lengths.edges[1:], strict=False)
    return [f"{low:,}" if high - low == 1 else f"{low:,}–{high - 1:,}" for low, high in ends]


def histogram_points(lengths: Lengths) -> tuple[list[float], list[int]]:
    """Return the middles of the bins and their counts, for a plot."""
    ends = zip(lengths.edges, lengths.edges[1:], strict=False)
    return [(low + high - 1) / 2 for low, high in ends], list(lengths.counts)


def _counts_table(stats: DatasetStatistics, found: Sequence[FieldRows], subfields: bool) -> Table:
    named = [Column("field", _name)] + ([Column("subfield", _name)] if subfields else [])
    if len(stats.splits) > MOST_COLUMNS:
        rows = [
            [*_names(row, subfields), split, count]
            for row in found
            for split, count in row.splits.items()
        ]  # fmt: skip
        return Table.of([*named, Column("split", _name), Column("examples", _number)], rows)
    splits = list(stats.splits)
    counts = [[row.splits.get(split, 0) for split in splits] for row in found]
    body = [[*_names(row, subfields), *count, sum(count)] for row, count in zip(found, counts, strict=True)]
    if len(found) > 1:
        sums = [sum(column) for column in zip(*counts, strict=True)]
        body.append(["all", *([None] if subfields else []), *sums, sum(sums)])
    columns = [Column(display_line(split, 16) if split else NONE, _number) for split in splits]
    return Table.of([*named, *columns, Column("all", _number)], body)


def _names(row: FieldRows, subfields: bool) -> list[str]:
    return [row.field, row.subfield] if subfields else [row.field]


def _length_rows(lengths: Lengths) -> Iterator[tuple[str, int | float]]:
    yield "texts", lengths.texts
    yield "shortest", lengths.shortest
    for percent, value in lengths.percentiles.items():
        yield "median" if percent == 50 else f"{percent}% below", value
    yield "longest", lengths.longest
    yield "mean", lengths.mean


def _bar(count: int, most: int, room: int) -> str:
    eighths = max(round(count * room * 8 / most), 1) if count else 0
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _length(value: int | float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _number(value: int) -> str:
    return f"{value:,}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f}%"


def _name(value: str) -> str:
    return display_line(value, 32) if value else NONE
