"""One training's curves with axes, painted with textual-plot."""

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widgets import Static
from textual_plot import HiResMode, PlotWidget
from textual_plot.axis_formatter import NumericAxisFormatter

from viva.present.curves import LOSS, MEASURES, CurvePicture, Measure, curve_picture, measured
from viva.records.job import Curve
from viva.tui.widgets.tones import tone, when_theme_changes

LEAST_WIDTH = 20
MARGIN = 8
"""Cells left of the plot, for the numbers of its axis."""
ROOMY = (100, 22)
"""Columns and rows from which on two other measures are painted below."""
COMING = "The curve starts with the first steps"


class StepFormatter(NumericAxisFormatter):
    """Whole steps only; the first number says what the axis counts."""

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        ticks = super().get_ticks(min_, max_, max_ticks)
        return [tick for tick in ticks if tick == round(tick)]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        return [f"step {tick:g}" if number == 0 else f"{tick:g}" for number, tick in enumerate(ticks)]


class ValueFormatter(NumericAxisFormatter):
    """Numbers that fit into the margin: very small and very large ones by their power of ten."""

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        labels = super().get_labels_for_ticks(ticks)
        return labels if all(len(label) < MARGIN - 1 for label in labels) else [f"{tick:.3g}" for tick in ticks]


class LossPlot(PlotWidget):
    """A plot that is looked at: it takes no focus, so that the screen's keys stay the screen's."""

    can_focus = False

    DEFAULT_CSS = """
    LossPlot > .plot--axis { color: $foreground 40%; }
    LossPlot > .plot--tick { color: $foreground; text-style: none; }
    """

    def __init__(self) -> None:
        super().__init__(allow_pan_and_zoom=False)

    def on_mount(self) -> None:
        self.margin_top, self.margin_bottom, self.margin_left = 0, 1, MARGIN
        self.set_x_formatter(StepFormatter())
        self.set_y_formatter(ValueFormatter())


class MeasurePlot(Vertical):
    """One measure: a line of what is painted how, and the plot below it."""

    DEFAULT_CSS = """
    MeasurePlot { height: 1fr; width: 1fr; }
    MeasurePlot > Static { height: 1; width: 1fr; }
    MeasurePlot > LossPlot { height: 1fr; }
    """

    def compose(self) -> ComposeResult:
        yield Static(classes="legend", markup=False)
        yield LossPlot()

    def paint(self, curve: Curve, steps: int, measure: Measure, place: str = "") -> None:
        """Paint a measure of a training that takes `steps` steps in all; `place` is said at the line's end."""
        picture = curve_picture(curve, max(self.size.width, LEAST_WIDTH), measure)
        plot = self.query_one(LossPlot)
        plot.display = not picture.empty
        plot.clear()
        line, marks, best = self._styles()
        if picture.line:
            plot.plot(*_axes(picture.line), line_style=str(line), hires_mode=HiResMode.BRAILLE)
            plot.scatter(*_axes(picture.line[-1:]), marker="•", marker_style=str(line))
        if picture.marks:
            plot.scatter(*_axes(picture.marks), marker="o", marker_style=str(marks))
        if picture.best:
            plot.scatter(*_axes([picture.best]), marker="★", marker_style=str(best))
        # A point at the very end would lie under the frame.
        plot.set_xlimits(0, 1.03 * max(steps, picture.last_step, 1))
        plot.set_ylimits(*picture.values)
        legend = self._legend(picture, measure)
        if place and not picture.empty:
            room = self.size.width - legend.cell_len - len(place) - 2
            legend.append(" " * max(room, 2) + place, "dim")
        self.query_one(".legend", Static).update(legend)

    def _styles(self) -> tuple[Style, Style, Style]:
        """Return how a line, the evaluations and the best checkpoint are painted."""
        app = self.app
        return tone(app, "primary"), tone(app, "warning", bold=True), tone(app, "success", bold=True)

    def _legend(self, picture: CurvePicture, measure: Measure) -> Text:
        line, marks, best = self._styles()
        if picture.empty:
            return Text(COMING, style="dim")
        losses = measure.key == LOSS
        parts = []
        if picture.line:
            parts.append(Text.assemble(("⠒⠒", line), f" {'training loss' if losses else measure.title}"))
        if picture.marks:
            parts.append(Text.assemble(("o", marks), f" {'validation loss' if losses else measure.title}"))
        if picture.best:
            parts.append(Text.assemble(("★", best), " best checkpoint"))
        return Text.assemble(measure.axis.rjust(MARGIN - 1), "     ", Text("    ").join(parts))


class CurvePane(Vertical):
    """Training loss as a line, validation loss as `o`, the best checkpoint as `★`; or another measure in their place.

    Where there is room, the two measures that come next stand below.
    """

    DEFAULT_CSS = """
    CurvePane { height: 1fr; }
    CurvePane > #main-plot { height: 3fr; }
    CurvePane > #next-plots { height: 2fr; margin: 1 0 0 0; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._curve = Curve({})
        self._steps = 0
        self._measure = LOSS

    def compose(self) -> ComposeResult:
        yield MeasurePlot(id="main-plot")
        with Horizontal(id="next-plots"):
            yield MeasurePlot()
            yield MeasurePlot()

    def on_mount(self) -> None:
        when_theme_changes(self, self._paint)

    def on_resize(self, _event: Resize) -> None:
        self._paint()

    def on_show(self) -> None:
        self._paint()

    def show(self, curve: Curve, steps: int = 0) -> None:
        """Paint the curves of a training that takes `steps` steps in all; the same ones again cost nothing."""
        if (curve, steps) != (self._curve, self._steps):
            self._curve, self._steps = curve, steps
            self._paint()

    @property
    def choice(self) -> bool:
        """Whether there is more than one measure to look at."""
        return len(measured(self._curve)) > 1

    def turn(self, by: int) -> None:
        """Paint the next measure of those that there are, or the one before."""
        keys = [measure.key for measure in measured(self._curve)]
        if keys:
            at = keys.index(self._measure) if self._measure in keys else 0
            self._measure = keys[(at + by) % len(keys)]
            self._paint()

    def _paint(self) -> None:
        found = measured(self._curve) or [MEASURES[0]]
        at = next((number for number, measure in enumerate(found) if measure.key == self._measure), 0)
        place = f"{at + 1} of {len(found)}" if len(found) > 1 else ""
        self.query_one("#main-plot", MeasurePlot).paint(self._curve, self._steps, found[at], place)
        following = [*found[at + 1 :], *found[:at]][:2]
        room = self.size.width >= ROOMY[0] and self.size.height >= ROOMY[1]
        below = self.query_one("#next-plots")
        below.display = room and bool(following)
        for number, plot in enumerate(below.query(MeasurePlot)):
            plot.display = number < len(following)
            if below.display and plot.display:
                plot.paint(self._curve, self._steps, following[number])


def _axes(points: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
