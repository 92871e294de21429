"""A plot of several curves or marks at once, and the line on top that says which is which."""

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.widgets import Static
from textual_plot import HiResMode, PlotWidget
from textual_plot.axis_formatter import NumericAxisFormatter

from viva.present.plots import Axis, Plot
from viva.text import display_line
from viva.tui.widgets.tones import tone, when_theme_changes

MARGIN = 8
"""Cells left of the plot, for the numbers of the loss."""
LABEL_WIDTH = 14
GAP = "   "
_NOTHING = Plot(Axis("", 0, 1), [])


class AxisFormatter(NumericAxisFormatter):
    """Shows an axis' own ticks, else whole numbers; the first label says what the axis counts.

    The plot reads labels as markup: they must hold no brackets.
    """

    def __init__(self, axis: Axis) -> None:
        self._axis = axis

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        if self._axis.ticks:
            return [place for place, _ in self._axis.ticks]
        return [tick for tick in super().get_ticks(min_, max_, max_ticks) if tick == round(tick)]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        if self._axis.ticks:
            return [_harmless(label) for _, label in self._axis.ticks]
        name = _harmless(self._axis.name)
        return [f"{name} {tick:g}" if number == 0 else f"{tick:g}" for number, tick in enumerate(ticks)]


class ManyPlot(PlotWidget):
    """A plot that is looked at: it takes no focus, so that the screen's keys stay the screen's."""

    can_focus = False

    DEFAULT_CSS = """
    ManyPlot > .plot--axis { color: $foreground 40%; }
    ManyPlot > .plot--tick { color: $foreground; text-style: none; }
    """

    def __init__(self) -> None:
        super().__init__(allow_pan_and_zoom=False)

    def on_mount(self) -> None:
        self.margin_top, self.margin_bottom, self.margin_left = 0, 1, MARGIN


class Curves(Vertical):
    """Paints a `Plot`; `key` says what its marks stand for, its names in their colours."""

    DEFAULT_CSS = """
    Curves { height: 1fr; }
    Curves > Static { height: auto; max-height: 3; width: 1fr; padding: 0 1 0 2; }
    Curves > ManyPlot { height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._plot = _NOTHING
        self._heading, self._empty = "", ""
        self._key: Sequence[tuple[str, str, str]] = ()

    def compose(self) -> ComposeResult:
        yield Static(classes="legend", markup=False)
        yield ManyPlot()

    def on_mount(self) -> None:
        when_theme_changes(self, self._paint)

    def on_resize(self, _event: Resize) -> None:
        self._paint()

    def show(self, plot: Plot, heading: str, key: Sequence[tuple[str, str, str]], empty: str = "") -> None:
        """Paint a plot; `key` holds marker, colour and name of each; `empty` is said where there is nothing yet.

        The same once more costs nothing.
        """
        if (plot, heading, key, empty) != (self._plot, self._heading, self._key, self._empty):
            self._plot, self._heading, self._key, self._empty = plot, heading, key, empty
            self._paint()

    def _paint(self) -> None:
        painted = self.query_one(ManyPlot)
        painted.display = not self._plot.empty
        self.query_one(".legend", Static).update(self._legend())
        painted.clear()
        for trace in self._plot.traces:
            style = str(self._style(trace.colour))
            if trace.line:
                painted.plot(*_axes(trace.line), line_style=style, hires_mode=HiResMode.BRAILLE)
        # Marks lie over all lines, so that none is cut.
        for trace in self._plot.traces:
            if trace.marks:
                style = str(self._style(trace.colour, bold=True))
                painted.scatter(*_axes(trace.marks), marker=trace.marker, marker_style=style)
        painted.set_x_formatter(AxisFormatter(self._plot.axis))
        painted.set_xlimits(self._plot.axis.low, self._plot.axis.high)
        painted.set_ylimits(*self._plot.range)

    def _style(self, colour: str, *, bold: bool = False) -> Style:
        if colour.startswith("#"):
            return Style(color=colour, bold=bold or None)
        return tone(self.app, colour, bold=bold)

    def _legend(self) -> Text:
        if self._plot.empty:
            return Text(self._empty, style="dim")
        room = max(self.size.width - 3, 1)
        lines = [Text(self._heading, "bold")]
        for marker, colour, name in self._key:
            part = Text.assemble((marker, self._style(colour, bold=True)), f" {name}")
            if lines[-1].cell_len + len(GAP) + part.cell_len > room:
                lines.append(part)
            else:
                lines[-1] = Text.assemble(lines[-1], GAP, part)
        return Text("\n").join(lines)


def _axes(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _harmless(label: str) -> str:
    return display_line(label, LABEL_WIDTH).replace("[", "(").replace("]", ")").replace("\\", "/")
