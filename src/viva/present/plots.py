"""Plots of several things at once, in numbers: what is drawn as a line, what as marks, and along which axis."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from viva.present.curves import downsample
from viva.records.job import Curve

Points = list[tuple[float, float]]

MARKERS = ("o", "x", "▲", "■", "+", "◆")
"""What stands for the first, second … curve: they differ by form, so that colour is not needed."""
DARK_COLOURS = ("#56b4e9", "#e69f00", "#2fc79b", "#f0e442", "#ff7f50", "#d98cbf")
LIGHT_COLOURS = ("#0072b2", "#9a5b00", "#00775a", "#6b6100", "#b84300", "#9c3f7d")
"""Okabe and Ito's colours (2008), which the colour-blind can tell apart, made lighter or darker for the background."""

CELLS_A_MARK = 8
"""Marks on a line stand about so many cells apart, so that the lines below can be seen."""
MOST_CATEGORIES = 8
GREATEST = 1e12
"""A value beyond it would leave nothing to be seen of the others."""


@dataclass(frozen=True)
class Trace:
    """One thing in a plot: points joined to a line, and marks; `colour` is a hex colour or one of the theme's."""

    marker: str
    colour: str
    line: Points = field(default_factory=list)
    marks: Points = field(default_factory=list)


@dataclass(frozen=True)
class Axis:
    """The horizontal axis from `low` to `high`; without `ticks`, positions with labels, whole numbers stand there."""

    name: str
    low: float
    high: float
    ticks: list[tuple[float, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Plot:
    """What is painted."""

    axis: Axis
    traces: list[Trace]

    @property
    def empty(self) -> bool:
        return not any(trace.line or trace.marks for trace in self.traces)

    @property
    def range(self) -> tuple[float, float]:
        """The least and greatest value with a little room, so that even a single point has an axis."""
        values = [y for trace in self.traces for _, y in [*trace.line, *trace.marks]] or [0.0]
        room = 0.05 * (max(values) - min(values)) or 0.1 * abs(values[0]) or 1.0
        return min(values) - room, max(values) + room


VIEWS = (
    ("validation loss", ("eval_loss",)),
    ("training loss", ("loss",)),
    ("both losses", ("loss", "eval_loss")),
)
"""What the curves of runs can show: how that is called, and the names of the curves; in the last, lines and marks."""


def views(curves: Mapping[str, Curve]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the views for which at least one run has points."""
    there = {name for curve in curves.values() for name, points in curve.points.items() if points}
    return [view for view in VIEWS if set(view[1]) <= there]


def overlay(job_ids: Sequence[str], curves: Mapping[str, Curve], names: Sequence[str], width: int, dark: bool) -> Plot:
    """Return the curves `names` of several runs over each other, at most twice as many points a line as cells.

    One name: lines with marks on them. Two: the first as lines, the second as marks alone. The last run is painted
    first, so that the first lies on top.
    """
    colours = DARK_COLOURS if dark else LIGHT_COLOURS
    traces = []
    for number, job_id in enumerate(job_ids):
        points = curves[job_id].points if job_id in curves else {}
        line, *rest = (finite(points.get(name, [])) for name in names)
        marks = rest[0] if rest else spaced(line, width // CELLS_A_MARK, number)
        traces.append(Trace(MARKERS[number], colours[number], downsample(line, 2 * width), marks))
    last = max((x for trace in traces for x, _ in [*trace.line, *trace.marks]), default=1.0)
    # A point at the very end would lie under the frame.
    return Plot(Axis("step", 0, 1.03 * max(last, 1.0)), list(reversed(traces)))


def spaced(points: Points, limit: int, number: int) -> Points:
    """Return about `limit` of the points, the last always; each curve's `number` begins at another place."""
    if len(points) <= limit:
        return points
    apart = len(points) / max(limit, 1)
    first = apart * (number % len(MARKERS)) / len(MARKERS)
    chosen = {int(first + apart * place) for place in range(max(limit, 1))}
    return [point for place, point in enumerate(points) if place in chosen or place == len(points) - 1]


def along(name: str, values: Sequence[object]) -> tuple[Axis, list[float]]:
    """Return an axis for values of any kind, and where on it each lies.

    Positive numbers that reach over more than one and a half orders of magnitude lie on a logarithmic axis; what is
    no number gets a place of its own, in alphabetical order.
    """
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v)]
    if len(numbers) != len(values) or not values:
        return _categories(name, [str(value) for value in values])
    if min(numbers) > 0 and max(numbers) / min(numbers) > 30:
        places = [math.log10(number) for number in numbers]
        return _logarithmic(name, min(places), max(places)), places
    low, high = min(numbers), max(numbers)
    room = 0.05 * (high - low) or abs(low) * 0.1 or 1.0
    if len(set(numbers)) <= MOST_CATEGORIES:
        return Axis(
            name, low - room, high + room, [(number, f"{number:.3g}") for number in sorted(set(numbers))]
        ), numbers
    steps = [low + (high - low) * part / 4 for part in range(5)]
    return Axis(name, low - room, high + room, [(step, f"{step:.2g}") for step in steps]), numbers


def _categories(name: str, values: Sequence[str]) -> tuple[Axis, list[float]]:
    kinds = sorted(set(values))
    axis = Axis(name, -0.5, max(len(kinds), 1) - 0.5, [(float(place), kind) for place, kind in enumerate(kinds)])
    return axis, [float(kinds.index(value)) for value in values]


def _logarithmic(name: str, low: float, high: float) -> Axis:
    # A power of ten at least at each end, and no more labels than there is room for.
    every = max(1, math.ceil((high - low) / 5))
    ticks = [(float(power), f"1e{power:d}") for power in range(math.floor(low), math.ceil(high) + 1, every)]
    room = 0.05 * (high - low)
    inside = [tick for tick in ticks if low - room <= tick[0] <= high + room]
    ends = [(place, f"{10**place:.1e}") for place in (low, high)]
    return Axis(name, low - room, high + room, inside if len(inside) > 1 else ends)


def finite(points: Sequence[tuple[float, float]]) -> Points:
    """Return the points that can be painted."""
    return [(float(x), float(y)) for x, y in points if abs(y) < GREATEST]
