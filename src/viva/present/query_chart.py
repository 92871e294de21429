"""A query's result as a chart: which columns can be drawn, and bars, lines and histograms in text."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from viva.errors import UserError
from viva.present.query import is_number
from viva.present.system_names import without_middle
from viva.text import display_line, plural

MOST_BARS = 60
MOST_BINS = 20
MOST_CHARTS = 30
MOST_ROWS = 1_000_000
MOST_LABELS = 3
LABEL_WIDTH = 32
LABELS_WIDTH = 48
"""A bar's label takes at most so many characters where it is made of several columns."""
_LONGEST_LABEL = 2_000
_BETWEEN = " · "
GREATEST = 1e300
_TIMES = ("DATE", "TIME")


class Kind(StrEnum):
    """How values are drawn."""

    BAR = "bar"
    LINE = "line"
    HISTOGRAM = "histogram"


@dataclass(frozen=True)
class Chart:
    """What of a result is drawn: the columns `x` (labels; none: row numbers) and `y` (numbers) by their place."""

    kind: Kind
    x: tuple[int, ...]
    y: int
    title: str


@dataclass(frozen=True)
class Drawing:
    """The rows of a chart: a label and a number each; `without` rows had no number.

    `parts` holds the columns that each label is made of.
    """

    chart: Chart
    points: tuple[tuple[str, float], ...]
    parts: tuple[tuple[str, ...], ...]
    without: int

    @property
    def along(self) -> list[float] | None:
        """The labels as numbers, where all are."""
        numbers = [_number(label) for label, _ in self.points]
        return None if None in numbers else [number for number in numbers if number is not None]


def charts(columns: Sequence[str], types: Sequence[str], kind: Kind | None = None) -> list[Chart]:
    """Return what can be drawn of a result with these columns, the likeliest first; nothing without numbers."""
    names = [display_line(name, LABEL_WIDTH) or f"column {place + 1}" for place, name in enumerate(columns)]
    numbers = [place for place, name in enumerate(types) if is_number(name)]
    texts = [place for place, name in enumerate(types) if place not in numbers and not name.startswith(_TIMES)]
    times = [place for place, name in enumerate(types) if name.startswith(_TIMES)]
    labels = [*([tuple(texts[:MOST_LABELS])] if len(texts) > 1 else []), *((place,) for place in texts)]
    bars = [
        Chart(Kind.BAR, x, y, f"{names[y]} by {', '.join(names[place] for place in x)}")
        for y in numbers
        for x in labels
    ]
    along = [*times, *numbers[:1]]
    lines = [Chart(Kind.LINE, (x,), y, f"{names[y]} along {names[x]}") for x in along for y in numbers if x != y]
    if len(numbers) == 1 and not times:
        lines.append(Chart(Kind.LINE, (), numbers[0], f"{names[numbers[0]]} along the rows"))
    histograms = [Chart(Kind.HISTOGRAM, (), y, f"how {names[y]} spreads") for y in numbers]
    found = [*bars, *lines, *histograms] if not times or texts else [*lines, *bars, *histograms]
    return [chart for chart in found if kind is None or chart.kind is kind][:MOST_CHARTS]


def only(columns: Sequence[str], types: Sequence[str], kind: Kind | None) -> Chart:
    """Return the likeliest chart of a result. Raises `UserError` where there is none."""
    found = charts(columns, types, kind)
    if not found:
        what = f"no {kind} chart" if kind else "no chart"
        raise UserError(f"{what} can be drawn of this result", "select a column of numbers, and for bars one of texts")
    return found[0]


def drawing(chart: Chart, rows: Sequence[Sequence[Any]]) -> Drawing:
    """Return the points of a chart; a row without a finite number has none, and is counted."""
    points, parts = [], []
    for place, row in enumerate(rows):
        value = _number(row[chart.y])
        if value is not None:
            label = tuple("NULL" if row[x] is None else str(row[x]) for x in chart.x) if chart.x else (str(place + 1),)
            parts.append(label)
            points.append((_BETWEEN.join(label), value))
    return Drawing(chart, tuple(points), tuple(parts), len(rows) - len(points))


def drawn(found: Drawing, width: int = 80, height: int = 18, *, ascii_only: bool = False) -> Iterator[str]:
    """Yield the lines of a chart, at most `width` characters each; nothing of it needs colour."""
    rest = f" · {plural(found.without, 'row')} without a number" if found.without else ""
    yield f"{found.chart.title} · {plural(len(found.points), 'row')}{rest}"[:width]
    if not found.points:
        yield "no row has a number"
    elif found.chart.kind is Kind.BAR:
        yield from _bars(found, width, "#" if ascii_only else "█")
    elif len(found.points) == 1:
        yield f"a {found.chart.kind} needs two rows; the only number is {found.points[0][1]:,.6g}"
    elif found.chart.kind is Kind.LINE:
        yield from _line(found, width, height, "*" if ascii_only else "•")
    else:
        yield from _histogram([value for _, value in found.points], width, "#" if ascii_only else "█")


def _bars(found: Drawing, width: int, block: str) -> Iterator[str]:
    points = found.points
    shown = points[:MOST_BARS]
    labels = _labels(found.parts[:MOST_BARS], width)
    numbers = [f"{value:,.6g}" for _, value in shown]
    size, digits = max(map(_cells, labels)), max(map(len, numbers))
    low, high = min(0.0, *(value for _, value in shown)), max(0.0, *(value for _, value in shown))
    room = max(width - size - digits - 4, 8)
    reach = (high - low) or 1.0
    start = round(room * -low / reach)
    for label, number, (_, value) in zip(labels, numbers, shown, strict=True):
        end = start + max(round(room * abs(value) / reach), 1 if value else 0) * (1 if value > 0 else -1)
        bar = " " * min(start, end) + block * abs(end - start)
        yield f"{label}{' ' * (size - _cells(label))}  {number:>{digits}}  {bar}".rstrip()
    if len(points) > len(shown):
        yield f"… {plural(len(points) - len(shown), 'more row')}: narrow the query, or sort it and add LIMIT"


def _labels(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return a label for each bar; where they are too long, the longest columns of them lose their middles."""
    cleaned = [[_cleaned(text) for text in row] for row in rows]
    several = len(cleaned[0]) - 1
    room = min(LABELS_WIDTH, width // 2) if several else min(LABEL_WIDTH, width * 2 // 5)
    lengths = [max(map(len, column)) for column in zip(*cleaned, strict=True)]
    most = max(lengths)
    while most > 1 and sum(min(length, most) for length in lengths) > room - several * len(_BETWEEN):
        most -= 1
    return [_BETWEEN.join(without_middle(text, most) for text in row) for row in cleaned]


def _cleaned(text: str) -> str:
    if len(text) > _LONGEST_LABEL:
        text = text[: _LONGEST_LABEL // 2] + text[-_LONGEST_LABEL // 2 :]
    return display_line(text) or "(empty)"


def _line(found: Drawing, width: int, height: int, mark: str) -> Iterator[str]:
    along = found.along or [float(place) for place in range(len(found.points))]
    values = [value for _, value in found.points]
    low, high = min(values), max(values)
    ends = [f"{number:.5g}" for number in (high, low)]
    margin = max(map(len, ends)) + 1
    columns, lines = max(width - margin - 2, 8), max(height - 3, 3)
    first, last = min(along), max(along)
    grid = [[" "] * columns for _ in range(lines)]
    for x, y in zip(along, values, strict=True):
        column = round((columns - 1) * _share(x, first, last))
        grid[lines - 1 - round((lines - 1) * _share(y, low, high))][column] = mark
    for place, row in enumerate(grid):
        end = ends[0] if place == 0 else ends[1] if place == lines - 1 else ""
        yield f"{end:>{margin}} |{''.join(row)}".rstrip()
    yield " " * margin + " +" + "-" * columns
    left, right = (f"{first:g}", f"{last:g}") if found.along else (found.points[0][0], found.points[-1][0])
    left, right = display_line(left, columns // 2 - 1), display_line(right, columns // 2 - 1)
    yield " " * (margin + 2) + left + " " * max(columns - _cells(left) - _cells(right), 1) + right


def _share(value: float, low: float, high: float) -> float:
    """Return where a value lies between two others, 0 to 1; in the middle where they are the same."""
    return 0.5 if high <= low else value / (high - low) - low / (high - low)


def _histogram(values: Sequence[float], width: int, block: str) -> Iterator[str]:
    low, high = min(values), max(values)
    bins = 1 if high <= low else min(MOST_BINS, max(round(math.sqrt(len(values))), 5))
    counts = [0] * bins
    for value in values:
        counts[min(int(bins * _share(value, low, high)), bins - 1)] += 1
    edges = [low * (1 - place / bins) + high * (place / bins) for place in range(bins + 1)]
    ends = [(f"{a:.5g}", f"{b:.5g}") for a, b in pairwise(edges)]
    size = max(len(end) for pair in ends for end in pair)
    most = max(counts)
    room = max(width - 2 * size - len(f"{most:,}") - 8, 8)
    for (a, b), count in zip(ends, counts, strict=True):
        bar = block * (max(round(room * count / most), 1) if count else 0)
        yield f"{a:>{size}} – {b:>{size}}  {bar}{' ' if bar else ''}{count:,}"


def _number(value: Any) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) < GREATEST else None


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)
