"""Runs: every training as a row, to order, open and compare."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.widgets import DataTable, Static

from viva.present import run_comparison as words
from viva.present.jobs import TONES
from viva.present.run_comparison import Order
from viva.present.runs import RunColumn
from viva.records.ids import utc_now
from viva.records.job import Job, JobKind, JobStatus
from viva.records.training import Run
from viva.text import plural
from viva.tui.screens.watching import WatchingScreen
from viva.tui.widgets.chooser import Choice, ChooserScreen
from viva.tui.widgets.open_table import OpenTable
from viva.tui.widgets.tones import tone, when_theme_changes
from viva.workbench import Workbench

LOOKS = 3
"""While a training runs, its row is read again with one look at the jobs in so many."""
EVERY = ""


class RunsScreen(WatchingScreen):
    """The table; below it, what is known of the run under the cursor."""

    TITLE = "Runs"
    CSS_PATH = "../styles/runs.tcss"
    AUTO_FOCUS = "#runs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", tooltip="Mark this run to compare it, or take the mark away"),
        Binding("c", "compare", "Compare", tooltip="Lay the curves of the marked runs over each other"),
        Binding("o", "order", "Order", tooltip="Order the table by the next column"),
        Binding("O", "turn", "Turn round", key_display="O", tooltip="Order the table from its other end"),
        Binding("d", "dataset", "Dataset", tooltip="Show only the runs on one dataset, or all again"),
    ]

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._all: list[Run] = []
        self._runs: list[Run] = []
        self._marked: list[str] = []
        self._order = Order()
        self._dataset = EVERY
        self._states: list[tuple[str, JobStatus]] | None = None
        self._since = 0
        self._left_out = 0

    def body(self) -> ComposeResult:
        yield OpenTable(id="runs")
        yield Static(words.NO_RUNS, id="none", markup=False)
        yield Static(id="about", markup=False)

    def on_mount(self) -> None:
        self.query_one("#none").display = self._table.display = self.query_one("#about").display = False
        when_theme_changes(self, self._paint)

    def jobs_came(self, jobs: Sequence[Job]) -> None:
        """Read the runs again where a training has begun or ended, and now and then while one runs."""
        states = [(job.job_id, job.status) for job in jobs if job.spec.kind in {JobKind.TRAIN, JobKind.SWEEP}]
        self._since += 1
        running = any(status is JobStatus.RUNNING for _, status in states)
        if states != self._states or (running and self._since >= LOOKS):
            self._states, self._since = states, 0
            self.ask(self._fetch, then=self._show, group="runs", doing="read the runs")

    def _fetch(self) -> tuple[list[Run], int]:
        return self.wb.runs.list(), self.wb.runs.unreadable()

    def _show(self, found: tuple[list[Run], int]) -> None:
        self._all, self._left_out = found
        there = {run.job_id for run in self._all}
        self._marked = [job_id for job_id in self._marked if job_id in there]
        if self._dataset not in self._datasets():
            self._dataset = EVERY
        self._paint()

    @property
    def _table(self) -> OpenTable:
        return self.query_one(OpenTable)

    @property
    def _run(self) -> Run | None:
        row = self._table.cursor_row
        return self._runs[row] if 0 <= row < len(self._runs) else None

    def _datasets(self) -> list[str]:
        return list(dict.fromkeys(run.dataset for run in self._all))

    def on_resize(self, _event: Resize) -> None:
        self._paint()

    def _paint(self) -> None:
        held = self._run.job_id if self._run else None
        chosen = [run for run in self._all if self._dataset in (EVERY, run.dataset)]
        self._runs = self._order.of(chosen)
        shown = words.columns(self.size.width - 3, self._order)
        headings = [Text(" "), *(Text(words.heading(column, self._order)) for column in shown)]
        rows = [self._cells(run, shown) for run in self._runs]
        right = {number for number, column in enumerate(shown, 1) if column.right}
        model = next(number for number, column in enumerate(shown, 1) if column.key == "name")
        ids = [run.job_id for run in self._runs]
        cursor = ids.index(held) if held in ids else 0
        self._table.show(headings, rows, cursor, right=right, fill=(model, self.size.width - 2))
        appeared = bool(self._all) and not self._table.display
        self._table.display = bool(self._all)
        if appeared:
            self._table.focus()
        self.query_one("#about").display = bool(self._all)
        self.query_one("#none").display = self._states is not None and not self._all
        self.sub_title = words.title_text(self._runs, len(self._marked), self._dataset, self._left_out)
        self._tell()
        self.refresh_bindings()

    def _cells(self, run: Run, shown: Sequence[RunColumn]) -> list[Text]:
        now = utc_now()
        cells = [Text(words.MARK if run.job_id in self._marked else " ", tone(self.app, "primary", bold=True))]
        for column, text in zip(shown, words.cells(run, shown, now), strict=True):
            cells.append(Text(text, tone(self.app, TONES[run.status]) if column.key == "status" else ""))
        return cells

    def _tell(self) -> None:
        run = self._run
        text = Text("\n".join(words.about_lines(run, utc_now())) if run else "")
        self.query_one("#about", Static).update(text)

    def on_data_table_row_highlighted(self, _event: DataTable.RowHighlighted) -> None:
        self._tell()

    def on_data_table_row_selected(self, _event: DataTable.RowSelected) -> None:
        if run := self._run:
            self.ask(lambda: self.wb.jobs.get(run.job_id), then=self.open_job, group="open", doing="open a training")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the runs that are there."""
        offered = {
            "mark": bool(self._runs),
            "order": len(self._runs) > 1,
            "turn": len(self._runs) > 1,
            "compare": len(self._marked) > 1,
            "dataset": len(self._datasets()) > 1,
        }
        return offered[action] if action in offered else super().check_action(action, parameters)

    def action_mark(self) -> None:
        """Mark the run under the cursor and go to the next; what is marked can be taken back."""
        run = self._run
        if run is None:
            return
        if run.job_id in self._marked:
            self._marked.remove(run.job_id)
        elif len(self._marked) == words.MOST:
            self.say(f"No more than {words.MOST} runs can be compared at a time")
            return
        else:
            self._marked.append(run.job_id)
        row = self._table.cursor_row
        self._paint()
        self._table.move_cursor(row=min(row + 1, len(self._runs) - 1), animate=False)

    def action_compare(self) -> None:
        """Show the marked runs over each other, in the order of the table."""
        from viva.tui.screens.run_compare import RunComparisonScreen

        marked = [run for run in self._order.of(self._all) if run.job_id in self._marked]
        self.app.push_screen(RunComparisonScreen(self.wb, marked))

    def action_order(self) -> None:
        self._order = self._order.next()
        self._paint()

    def action_turn(self) -> None:
        self._order = self._order.turned()
        self._paint()

    def action_dataset(self) -> None:
        """Ask which dataset's runs are to be seen."""
        counts = {name: sum(run.dataset == name for run in self._all) for name in self._datasets()}
        choices = [Choice("every", "All datasets", plural(len(self._all), "run"))]
        choices += [Choice(f"={name}", name, plural(count, "run")) for name, count in counts.items()]

        def chosen(key: str | None) -> None:
            if key is not None:
                self._dataset = key[1:] if key.startswith("=") else EVERY
                self._paint()

        current = f"={self._dataset}" if self._dataset else "every"
        self.app.push_screen(ChooserScreen(self.wb, "Runs on", choices, current), chosen)
