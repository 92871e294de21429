"""Several trainings compared: their curves over each other, and below where results and recipes differ."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.widgets import Static

from viva.present import plots
from viva.present import run_comparison as words
from viva.records.job import Curve, JobStatus
from viva.records.training import Run
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.curves import Curves
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.tones import when_theme_changes
from viva.workbench import Workbench

SECONDS = 3.0
LEGEND_WIDTH = 28
KEY_WIDTH = 24
LEAST = 9
LEAST_WIDTH = 20


class RunComparisonScreen(VivaScreen[None]):
    """Follows runs that are under way; each run has a marker, a colour and a column."""

    TITLE = "Compare runs"
    CSS_PATH = "../styles/runs.tcss"
    AUTO_FOCUS = "#differences"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "view", "Other loss", tooltip="Show validation loss, training loss, or both"),
    ]

    def __init__(self, workbench: Workbench, runs: Sequence[Run]) -> None:
        super().__init__(workbench)
        self._runs = list(runs)[: words.MOST]
        self._curves: dict[str, Curve] = {}
        self._view = 0
        self._read_once = False
        self.sub_title = f"{len(self._runs)} runs"

    def body(self) -> ComposeResult:
        yield Curves()
        yield RowTable(id="differences")
        yield Static("The recipes are the same", id="same", markup=False)

    def on_mount(self) -> None:
        self._read()
        if any(run.status is JobStatus.RUNNING for run in self._runs):
            self.set_interval(SECONDS, self._read)
        when_theme_changes(self, self._paint)

    def on_resize(self, _event: Resize) -> None:
        self._paint()

    def _read(self) -> None:
        if self.is_current or not self._read_once:
            self.ask(self._fetch, then=self._came, group="curves", doing="read the curves")

    def _fetch(self) -> tuple[list[Run], dict[str, Curve]]:
        now = {run.job_id: run for run in self.wb.runs.list()}
        runs = [now.get(run.job_id, run) for run in self._runs]
        found = self.wb.runs.curves([run.job_id for run in runs])
        # Runs whose models have the same name go by their jobs.
        return runs, {run.job_id: found.get(run.job_id) or found.get(run.model, Curve({})) for run in runs}

    def _came(self, found: tuple[list[Run], dict[str, Curve]]) -> None:
        self._runs, self._curves = found
        self._read_once = True
        self._paint()

    def _paint(self) -> None:
        dark = self.app.current_theme.dark
        views = plots.views(self._curves) or [plots.VIEWS[0]]
        name, shown = views[self._view % len(views)]
        width = max(self.size.width - 10, LEAST_WIDTH)
        plot = plots.overlay([run.job_id for run in self._runs], self._curves, shown, width, dark)
        colours = plots.DARK_COLOURS if dark else plots.LIGHT_COLOURS
        called = words.names(self._runs, LEGEND_WIDTH)
        key = tuple(zip(plots.MARKERS, colours, called, strict=False))
        heading = "loss: training (lines), validation (marks)" if len(shown) > 1 else name
        empty = "None of these runs has said a loss yet" if self._read_once else ""
        self.query_one(Curves).show(plot, heading, key, empty)
        self._fill(colours)
        self.query_one("#same").display = words.same_recipes(self._runs)
        self.refresh_bindings()

    def _fill(self, colours: Sequence[str]) -> None:
        table = self.query_one(RowTable)
        each = max((self.size.width - KEY_WIDTH) // len(self._runs) - 4, LEAST)
        headings = [Text("")]
        for number, name in enumerate(words.names(self._runs, each)):
            headings.append(Text.assemble((plots.MARKERS[number], f"bold {colours[number]}"), " ", name))
        rows = [
            [Text(key), *(Text(display_line(value, each + 2)) for value in values)]
            for key, values in words.comparison(self._runs)
        ]
        table.show(headings, rows, table.cursor_row)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer another loss only where there is one."""
        if action == "view":
            return len(plots.views(self._curves)) > 1
        return super().check_action(action, parameters)

    def action_view(self) -> None:
        self._view = (self._view + 1) % len(plots.views(self._curves))
        self._paint()
