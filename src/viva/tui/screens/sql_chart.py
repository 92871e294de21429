"""A chart of a query's result."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from viva.present import query_chart
from viva.present.curves import downsample
from viva.present.plots import Axis, Plot, Trace
from viva.present.query import Result
from viva.present.query_chart import Chart, Drawing, Kind
from viva.text import plural
from viva.tui.screens.base import VivaModal
from viva.tui.widgets.curves import Curves
from viva.tui.widgets.status import KeysFooter
from viva.workbench import Workbench


class ChartScreen(VivaModal[None]):
    """Draws the rows that were fetched so far, as bars, a line or a histogram; it says when more rows follow."""

    DEFAULT_CSS = """
    ChartScreen .window { width: 96%; max-width: 160; height: 92%; padding: 0 1; }
    ChartScreen #bars { height: 1fr; }
    ChartScreen #bars Static { width: 1fr; }
    ChartScreen Curves { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Close", key_display="esc"),
        Binding("n", "step(1)", "Next chart"),
        Binding("p", "step(-1)", "Previous chart"),
        Binding("b", "kind('bar')", "Bars"),
        Binding("l", "kind('line')", "Line"),
        Binding("h", "kind('histogram')", "Histogram"),
    ]

    def __init__(self, workbench: Workbench, result: Result, charts: list[Chart]) -> None:
        super().__init__(workbench)
        self._rows = [row for page in result.pages for row in page.rows]
        self._more = result.pages[-1].more
        self._charts = charts
        self._shown = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="window"):
            with VerticalScroll(id="bars"):
                yield Static(markup=False)
            yield Curves()
        yield KeysFooter()

    def on_mount(self) -> None:
        self.query_one("#bars").focus()

    def on_resize(self) -> None:
        # Only then is it known how wide the window is.
        self.call_after_refresh(self._show)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "step":
            return len(self._charts) > 1
        if action == "kind":
            return any(chart.kind == parameters[0] for chart in self._charts)
        return True

    def action_step(self, step: int) -> None:
        self._turn_to((self._shown + step) % len(self._charts))

    def action_kind(self, kind: str) -> None:
        self._turn_to(next(place for place, chart in enumerate(self._charts) if chart.kind == kind))

    def _turn_to(self, place: int) -> None:
        self._shown = place
        self.query_one("#bars").scroll_home(animate=False)
        self._show()

    def _show(self) -> None:
        chart = self._charts[self._shown]
        found = query_chart.drawing(chart, self._rows)
        title = f"Chart {self._shown + 1} of {len(self._charts)}"
        if self._more:
            title += f" · the {plural(len(self._rows), 'row')} fetched so far, more follow"
        self.query_one(".window").border_title = Content(title)
        bars, curves = self.query_one("#bars"), self.query_one(Curves)
        line = chart.kind is Kind.LINE and len(found.points) > 1
        if bars.display is line or curves.display is not line:
            bars.display, curves.display = not line, line
            self.call_after_refresh(self._show)
        if line:
            curves.show(_plot(found, self.size.width), chart.title, ())
        else:
            width = max(bars.size.width - 2, 20)
            self.query_one("#bars Static", Static).update(Content("\n".join(query_chart.drawn(found, width))))


def _plot(found: Drawing, width: int) -> Plot:
    """Return a line through the points in the order of what they lie along, and marks where they are few."""
    along = found.along
    places = along if along is not None else [float(place) for place in range(len(found.points))]
    points = sorted(zip(places, (value for _, value in found.points), strict=True))
    low, high = points[0][0], points[-1][0]
    room = 0.03 * (high - low) or 1.0
    labels = [(low, f"{low:g}"), (high, f"{high:g}")]
    if along is None:
        labels = [(low, found.points[0][0]), (high, found.points[-1][0])]
    thin = downsample(points, 2 * width)
    trace = Trace("o", "primary", thin, thin if len(thin) <= width // 4 else [])
    return Plot(Axis("", low - room, high + room, labels), [trace])
