"""Figures of a report, drawn by matplotlib: the same data give the same bytes."""

import io
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from viva.records.report import Bars, Binned, Dots, Drawing, Figure, Heat, Interval, Lines, Scatter
from viva.report.ink import DASHES, HATCHES, INKS, LABEL, MARKERS, MUTED, TEXT, inked, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

WIDTH = 7.2
"""Inches across: the text of a page of A4."""
DPI = 160


@lru_cache(maxsize=32)
def svg(figure: Figure) -> str:
    """Return a figure as SVG, a document of its own; one that two documents show is drawn once."""
    return _drawn(figure, "svg").decode()


def png(figure: Figure) -> bytes:
    """Return a figure as PNG."""
    return _drawn(figure, "png")


def _drawn(figure: Figure, form: str) -> bytes:
    with inked(figure.name):
        canvas = _canvas(figure.drawing)
        out = io.BytesIO()
        # Without these an SVG would hold the day it was drawn, a PNG the library's version.
        quiet: dict[str, Any] = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}[form]
        canvas.savefig(out, format=form, dpi=DPI, metadata=quiet)
        return out.getvalue()


def _canvas(drawing: Drawing) -> "Canvas":
    draw: dict[type[Any], Callable[[Any], Canvas]] = {
        Dots: _dots, Bars: _bars, Binned: _binned, Lines: _lines, Heat: _heat, Scatter: _scatter,
    }  # fmt: skip
    return draw[type(drawing)](drawing)


def _panels(count: int, across: int, height: float, **named: Any) -> tuple["Canvas", list["Axes"]]:
    """Return a canvas with `count` axes, `across` of them in a row, each row `height` inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    down = math.ceil(count / across)
    canvas = Canvas(figsize=(WIDTH, height * down), layout="constrained")
    FigureCanvasAgg(canvas)
    axes = canvas.subplots(down, across, squeeze=False, **named)
    every = list(axes.flat)
    for spare in every[count:]:
        spare.set_visible(False)
    return canvas, every[:count]


def _errors(points: Sequence[Interval]) -> list[list[float]]:
    """Return how far intervals reach below and above their values; where there is none nothing is drawn."""
    below = [math.nan if one.low is None else max(one.value - one.low, 0.0) for one in points]
    above = [math.nan if one.high is None else max(one.high - one.value, 0.0) for one in points]
    return [below, above]


def _dots(drawing: Dots) -> "Canvas":
    panels = drawing.panels
    across = 1 if len(panels) == 1 else 2
    most = max(len(panel.points) for panel in panels)
    canvas, axes = _panels(len(panels), across, 0.62 + 0.21 * most)
    for panel, axis in zip(panels, axes, strict=True):
        places = list(range(len(panel.points)))[::-1]
        values = [point.value for point in panel.points]
        axis.errorbar(
            values,
            places,
            xerr=_errors(panel.points),
            fmt="o",
            color=INKS[0],
            markersize=4,
            elinewidth=1.4,
            capsize=2.5,
        )
        axis.set_yticks(places, [label(point.label, 26) for point in panel.points])
        axis.set_ylim(-0.6, len(places) - 0.4)
        axis.set_title(label(panel.title, 44))
        axis.grid(axis="x")
        axis.tick_params(axis="y", length=0)
        if panel.zero:
            axis.axvline(0, color=TEXT, linewidth=0.9)
    return canvas


def _bars(drawing: Bars) -> "Canvas":
    groups, series = drawing.groups, drawing.series
    canvas, (axis,) = _panels(1, 1, 3.3 if max(map(len, groups)) < 14 else 3.8)
    size = 0.8 / max(len(series), 1)
    for number, (name, values) in enumerate(series):
        there = [(place, value) for place, value in enumerate(values) if value is not None]
        places = [place - 0.4 + size * (number + 0.5) for place, _ in there]
        axis.bar(
            places, [value.value for _, value in there], size * 0.94, yerr=_errors([value for _, value in there]),
            label=label(name), color=INKS[number % len(INKS)], hatch=HATCHES[number % len(HATCHES)],
            edgecolor="white" if number % 2 == 0 else TEXT, linewidth=0.4,
            error_kw={"elinewidth": 0.9, "capsize": 2, "ecolor": TEXT},
        )  # fmt: skip
    turned = len(groups) > 6 or max(map(len, groups)) > 14
    axis.set_xticks(
        range(len(groups)), [label(group, 26) for group in groups], rotation=35 if turned else 0,
        ha="right" if turned else "center", rotation_mode="anchor" if turned else "default",
    )  # fmt: skip
    axis.tick_params(axis="x", length=0)
    axis.set_ylabel(label(drawing.axis, 40))
    axis.grid(axis="y")
    axis.set_xlim(-0.6, len(groups) - 0.4)
    axis.set_ylim(*_reach(drawing))
    canvas.legend(loc="outside upper left", ncols=min(len(series), 3))
    return canvas


def _reach(drawing: Bars) -> tuple[float, float]:
    """Return the ends of the axis: those of all bars and whiskers, but a whisker never leads out of the scale.

    The interval of two questions may be many times as long as the scale, and would leave the bars no room.
    """
    points = [value for _, values in drawing.series for value in values if value is not None]
    lowest = min([0.0, *(point.value for point in points)])
    top = max([0.0, *(point.value for point in points)])
    bottom = lowest if lowest == 0 else min([lowest, *(one.low for one in points if one.low is not None)])
    end = max(drawing.highest or 0.0, top) or 1.0
    high = min(max([top, *(one.high for one in points if one.high is not None)]), end)
    return max(bottom, -end) * 1.05, (high or end) * 1.05


def _binned(drawing: Binned) -> "Canvas":
    from matplotlib.ticker import MaxNLocator

    panels, edges = drawing.panels, drawing.edges
    across = 1 if len(panels) == 1 else 2 if len(panels) <= 4 else 3
    canvas, axes = _panels(len(panels), across, 1.65, sharex=True, sharey=True)
    for number, (panel, axis) in enumerate(zip(panels, axes, strict=True)):
        axis.bar(
            edges[:-1], panel.counts, [high - low for low, high in pairwise(edges)], align="edge",
            color=INKS[number % 2], edgecolor="white", linewidth=0.5,
        )  # fmt: skip
        if panel.mean is not None:
            axis.axvline(panel.mean, color=TEXT, linewidth=1, linestyle="--")
        axis.set_title(label(panel.title, 60 // across))
        axis.grid(axis="y")
        axis.tick_params(labelbottom=number >= len(panels) - across)
        axis.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    canvas.supxlabel(label(drawing.axis, 60), fontsize=8.5)
    canvas.supylabel("Texts", fontsize=8.5)
    return canvas


def _lines(drawing: Lines) -> "Canvas":
    across = 1 if len(drawing.panels) == 1 else 2
    canvas, axes = _panels(len(drawing.panels), across, 2.2)
    names = list(dict.fromkeys(name for panel in drawing.panels for name, _ in panel.lines))
    shown: dict[str, Any] = {}
    for panel, axis in zip(drawing.panels, axes, strict=True):
        for name, points in panel.lines:
            number = names.index(name)
            alone = len(points) < 30
            [line] = axis.plot(
                [x for x, _ in points], [y for _, y in points], DASHES[number % len(DASHES)],
                color=INKS[number % len(INKS)], linewidth=1.3, marker=MARKERS[number] if alone else "", markersize=3,
            )  # fmt: skip
            shown.setdefault(name, line)
        axis.set_title(label(panel.title))
        axis.set_xlabel("Step")
        axis.set_ylabel(label(drawing.axis))
        axis.grid(axis="y")
    canvas.legend(list(shown.values()), [label(name) for name in shown], loc="outside upper left", ncols=4)
    return canvas


def _heat(drawing: Heat) -> "Canvas":
    from matplotlib.colors import LinearSegmentedColormap

    size = len(drawing.labels)
    canvas, (axis,) = _panels(1, 1, min(1.6 + 0.34 * size, 7.0))
    ramp = LinearSegmentedColormap.from_list("viva", ["#ffffff", "#9db7cf", INKS[0]]).with_extremes(bad="#eceef0")
    values = [[math.nan if value is None else value for value in row] for row in drawing.values]
    # Squares drawn one by one: an image of pixels would need a second kind of content in the page.
    axis.pcolormesh(values, cmap=ramp, vmin=drawing.low, vmax=drawing.high, edgecolors="white", linewidth=0.8)
    axis.invert_yaxis()
    axis.set_aspect("equal")
    middle = (drawing.low + drawing.high) / 2
    for down, row in enumerate(drawing.values):
        for over, value in enumerate(row):
            text = "–" if value is None else f"{value:.2f}"
            dark = value is not None and value > middle
            axis.text(
                over + 0.5, down + 0.5, text, ha="center", va="center", color="white" if dark else TEXT, fontsize=7.5
            )
    names = [label(name, 18) for name in drawing.labels]
    places = [place + 0.5 for place in range(size)]
    axis.set_xticks(places, names, rotation=35, ha="right", rotation_mode="anchor")
    axis.set_yticks(places, names)
    axis.set_title(label(drawing.axis, 40))
    for side in ("left", "bottom"):
        axis.spines[side].set_visible(False)
    axis.tick_params(length=0)
    return canvas


def _scatter(drawing: Scatter) -> "Canvas":
    canvas, (axis,) = _panels(1, 1, 4.2)
    axis.plot([0, drawing.highest], [0, drawing.highest], color=MUTED, linewidth=0.8, linestyle="--")
    for number, (name, points) in enumerate(drawing.groups):
        axis.scatter(
            [x for x, _ in points], [y for _, y in points], s=18, color=INKS[number % len(INKS)],
            marker=MARKERS[number % len(MARKERS)], alpha=0.75,
            edgecolors="white", linewidths=0.4, label=label(name, LABEL),
        )  # fmt: skip
    margin = drawing.highest * 0.03
    axis.set_xlim(-margin, drawing.highest + margin)
    axis.set_ylim(-margin, drawing.highest + margin)
    axis.set_aspect("equal")
    axis.set_xlabel(label(drawing.across, 60))
    axis.set_ylabel(label(drawing.up, 60))
    axis.grid()
    canvas.legend(loc="outside right upper")
    return canvas
