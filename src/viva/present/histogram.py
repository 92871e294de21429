"""A histogram as text: bars of blocks for a few systems, a line each for many."""

import math
import re
import textwrap
from collections.abc import Iterator, Sequence

from viva.present import measures
from viva.present.leaderboard import system_name
from viva.present.system_names import NARROWEST, short_names
from viva.present.tables import Table
from viva.records.histogram import Histogram, Spread
from viva.text import display_line, plural

FEW = 4
"""So many systems are drawn with a bar for each bin, more of them as a line of columns each."""
RAMP, ASCII_RAMP = " ▁▂▃▄▅▆▇█", " .:-=+*%#"
"""What stands for nothing, then for more and more."""
NAME_WIDTH = 36
MOST_REASONS = 5
_NUMBER = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?")
_BAR_WIDTH = 50
_MOST_CELLS = 36
"""More bins than this leave no room in a line for anything else."""


def drawn(histogram: Histogram, width: int = 80, *, ascii_only: bool = False) -> Iterator[str]:
    """Yield the lines of a histogram, at most `width` characters each."""
    for line in _lines(histogram, width, ascii_only):
        yield line.replace("–", "-").replace("…", "...") if ascii_only else line


def _lines(histogram: Histogram, width: int, ascii_only: bool) -> Iterator[str]:
    if not any(spread.n for spread in histogram.spreads):
        yield f"{measures.title(histogram.measure)}: no text has a value"
    elif len(histogram.spreads) <= FEW or len(histogram.edges) - 1 > _MOST_CELLS:
        yield from _bars(histogram, width, "#" if ascii_only else "█")
    else:
        yield from _strips(histogram, width, ASCII_RAMP if ascii_only else RAMP)
    for line in unscored_lines(histogram.measure, histogram.unscored):
        yield from textwrap.wrap(line, width, subsequent_indent="  ")


def unscored_lines(measure: str, reasons: Sequence[tuple[str, int]]) -> list[str]:
    """Return why values could not be had, and how often: reasons that differ in numbers alone as one, a few at most."""
    title = measures.title(measure)
    alike: dict[str, list[tuple[str, int]]] = {}
    for reason, count in reasons:
        alike.setdefault(_NUMBER.sub("#", reason), []).append((reason, count))
    said = sorted(
        ((_together(group), sum(count for _, count in group)) for group in alike.values()), key=lambda x: -x[1]
    )
    lines = [f"{title}: {plural(count, 'text')} unscored: {reason}" for reason, count in said[:MOST_REASONS]]
    if len(said) > MOST_REASONS:
        texts = sum(count for _, count in said[MOST_REASONS:])
        reasons_left = plural(len(said) - MOST_REASONS, "more reason")
        lines.append(f"{title}: {plural(texts, 'text')} unscored for {reasons_left}")
    return lines


def _together(reasons: Sequence[tuple[str, int]]) -> str:
    """Return one reason for those that differ in their numbers alone, with the span of each number that differs."""
    found = [_NUMBER.findall(reason) for reason, _ in reasons]
    spans = iter(
        [sorted(set(column), key=lambda one: float(one.replace(",", ""))) for column in zip(*found, strict=True)]
    )

    def span(_: re.Match[str]) -> str:
        numbers = next(spans)
        return numbers[0] if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"

    return display_line(_NUMBER.sub(span, reasons[0][0]), 160)


def plain_table(histogram: Histogram) -> Table:
    """Return a row for each system and bin, for programs; a system without values has one row without a bin."""
    columns = ["system", "low", "high", "count", "n", "attempted", "mean", "median"]
    rows = [
        (spread.system, low, high, count, spread.n, spread.attempted, spread.mean, spread.median)
        for spread in histogram.spreads
        for low, high, count in _bins(histogram, spread)
    ]
    return Table.of(columns, rows)


def paper_table(histogram: Histogram) -> Table:
    """Return a row for each bin and a column for each system, for papers."""
    number = _numbers(histogram)
    pairs = list(zip(histogram.edges, histogram.edges[1:], strict=False))
    rows: list[Sequence[object]] = [
        (f"{number(low)} – {number(high)}", *(spread.counts[place] for spread in histogram.spreads))
        for place, (low, high) in enumerate(pairs)
    ]
    for name in ("mean", "median"):
        values = (getattr(spread, name) for spread in histogram.spreads)
        rows.append((name, *(measures.NONE if value is None else number(value) for value in values)))
    rows.append(("scored", *(f"{spread.n}/{spread.attempted}" for spread in histogram.spreads)))
    heading = measures.title(histogram.measure)
    return Table.of([heading, *(system_name(spread.system) for spread in histogram.spreads)], rows)


def _bins(histogram: Histogram, spread: Spread) -> list[tuple[float | None, float | None, int]]:
    if not histogram.edges:
        return [(None, None, 0)]
    return list(zip(histogram.edges, histogram.edges[1:], spread.counts, strict=False))


def _bars(histogram: Histogram, width: int, block: str) -> Iterator[str]:
    number = _numbers(histogram)
    ends = [(number(low), number(high)) for low, high in zip(histogram.edges, histogram.edges[1:], strict=False)]
    size = max(len(end) for pair in ends for end in pair)
    most = max(max(spread.counts, default=0) for spread in histogram.spreads)
    room = max(min(width - 2 * size - len(str(most)) - 9, _BAR_WIDTH), 8)
    names = short_names((spread.system for spread in histogram.spreads), NAME_WIDTH)
    short = names.names
    of = f", systems {display_line(names.start, NAME_WIDTH)}…" if names.start else ""
    yield f"{measures.title(histogram.measure)}{of}"
    for spread in histogram.spreads:
        yield f"{short[spread.system]}   {_summary(spread, number)}"
        for (low, high), count in zip(ends, spread.counts, strict=False):
            bar = block * (max(round(room * count / most), 1) if count else 0)
            yield f"  {low:>{size}} – {high:>{size}}  {bar}{' ' if bar else ''}{count}"


def _strips(histogram: Histogram, width: int, ramp: str) -> Iterator[str]:
    """Yield a line for each system: a column for each bin, as high as the share of the system's texts in it."""
    number = _numbers(histogram)
    cells = len(histogram.edges) - 1
    most = max(count / spread.n for spread in histogram.spreads if spread.n for count in spread.counts)
    numbers = [_summary_cells(spread, number) for spread in histogram.spreads]
    heads = ("mean", "median", "scored")
    sizes = [max(map(len, column)) for column in zip(heads, *numbers, strict=True)]
    room = width - sum(sizes) - 2 * len(sizes) - 4
    systems = [spread.system for spread in histogram.spreads]
    longest = max(map(len, short_names(systems, NAME_WIDTH).names.values()))
    wide = 2 if room - 2 * cells >= longest else 1
    short = short_names(systems, min(NAME_WIDTH, room - wide * cells))
    names = [short.names[system] for system in systems]
    first = short.heading(max(room - wide * cells, NARROWEST)) if short.start else ""
    long = max(map(len, [*names, first]))

    def line(name: str, columns: str, summary: Sequence[str]) -> str:
        ends = "".join(f"  {text:>{size}}" for text, size in zip(summary, sizes, strict=True))
        return f"{name:<{long}}  {columns}{ends}".rstrip()

    low, high = number(histogram.edges[0]), number(histogram.edges[-1])
    yield f"{measures.title(histogram.measure)}, {plural(cells, 'bin')} from {low} to {high}"
    yield line(first, " " * (wide * cells + 2), heads)
    for name, spread, summary in zip(names, histogram.spreads, numbers, strict=True):
        columns = "".join(_height(count, spread.n, most, ramp) * wide for count in spread.counts)
        yield line(name, f"|{columns}|", summary)


def _height(count: int, n: int, most: float, ramp: str) -> str:
    return ramp[max(round((len(ramp) - 1) * count / n / most), 1)] if count else ramp[0]


def _summary(spread: Spread, number: "_Number") -> str:
    mean, median, scored = _summary_cells(spread, number)
    return f"mean {mean}  median {median}  {scored}" if spread.n else f"none scored  {scored}"


def _summary_cells(spread: Spread, number: "_Number") -> tuple[str, str, str]:
    mean, median = (measures.NONE if value is None else number(value) for value in (spread.mean, spread.median))
    return mean, median, f"{spread.n}/{spread.attempted}"


class _Number:
    """Writes values of one measure with the same decimals: as many as tell the bins apart."""

    def __init__(self, digits: int) -> None:
        self._digits = digits

    def __call__(self, value: float) -> str:
        if abs(value) >= 1e9:
            return f"{value:.3g}"
        return f"{value:.{self._digits}f}"


def _numbers(histogram: Histogram) -> _Number:
    edges = histogram.edges
    highest = measures.top(histogram.measure) or max(map(abs, edges), default=1.0)
    usual = measures.digits(highest)
    bin_width = edges[1] - edges[0] if len(edges) > 1 else 1.0
    needed = math.ceil(-math.log10(bin_width)) if 0 < bin_width < math.inf else 0
    return _Number(min(max(usual, needed), 6))
