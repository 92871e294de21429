"""A training's loss curves with axes; the only module that imports textual-plot."""

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.widgets import Static
from textual_plot import HiResMode, PlotWidget
from textual_plot.axis_formatter import NumericAxisFormatter

from viva.present.train import CurvePicture, curve_picture
from viva.records.job import Curve
from viva.tui.widgets.tones import tone, when_theme_changes

LEAST_WIDTH = 20
MARGIN = 8
"""Cells left of the plot, for the numbers of the loss."""


class StepFormatter(NumericAxisFormatter):
    """Whole steps only; the first number says what the axis counts."""

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        ticks = super().get_ticks(min_, max_, max_ticks)
        return [tick for tick in ticks if tick == round(tick)]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        return [f"step {tick:g}" if number == 0 else f"{tick:g}" for number, tick in enumerate(ticks)]


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


class LossCurve(Vertical):
    """Training loss as a line, validation loss as `o`, the best checkpoint as `★`; the line on top says so."""

    DEFAULT_CSS = """
    LossCurve { height: 1fr; }
    LossCurve > Static { height: 1; width: 1fr; }
    LossCurve > LossPlot { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._curve = Curve({})
        self._steps = 0

    def compose(self) -> ComposeResult:
        yield Static(classes="legend", markup=False)
        yield LossPlot()

    def on_mount(self) -> None:
        when_theme_changes(self, self._paint)

    def on_resize(self, _event: Resize) -> None:
        self._paint()

    def show(self, curve: Curve, steps: int = 0) -> None:
        """Paint a curve of a training that takes `steps` steps in all; the same one again costs nothing."""
        if (curve, steps) != (self._curve, self._steps):
            self._curve, self._steps = curve, steps
            self._paint()

    def _paint(self) -> None:
        picture = curve_picture(self._curve, max(self.size.width, LEAST_WIDTH))
        plot = self.query_one(LossPlot)
        plot.display = not picture.empty
        plot.clear()
        loss, validation, best = self._styles()
        if picture.loss:
            plot.plot(*_axes(picture.loss), line_style=str(loss), hires_mode=HiResMode.BRAILLE)
            plot.scatter(*_axes(picture.loss[-1:]), marker="•", marker_style=str(loss))
        if picture.eval_loss:
            plot.scatter(*_axes(picture.eval_loss), marker="o", marker_style=str(validation))
        if picture.best:
            plot.scatter(*_axes([picture.best]), marker="★", marker_style=str(best))
        # A point at the very end would lie under the frame.
        plot.set_xlimits(0, 1.03 * max(self._steps, picture.last_step, 1))
        plot.set_ylimits(*picture.loss_range)
        self.query_one(".legend", Static).update(_legend(picture, *self._styles()))

    def _styles(self) -> tuple[Style, Style, Style]:
        """Return how training loss, validation loss and best checkpoint are painted."""
        app = self.app
        return tone(app, "primary"), tone(app, "warning", bold=True), tone(app, "success", bold=True)


def _axes(points: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _legend(picture: CurvePicture, loss: Style, validation: Style, best: Style) -> Text:
    if picture.empty:
        return Text("The loss curve starts with the first steps", style="dim")
    parts = []
    if picture.loss:
        parts.append(Text.assemble(("⠒⠒", loss), " training loss"))
    if picture.eval_loss:
        parts.append(Text.assemble(("o", validation), " validation loss"))
    if picture.best:
        parts.append(Text.assemble(("★", best), " best checkpoint"))
    return Text.assemble("loss".rjust(MARGIN - 1), "     ", Text("    ").join(parts))
