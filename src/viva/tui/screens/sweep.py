"""A sweep: how far the search is, its trials as a table and as a plot, and its log."""

import time
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Resize
from textual.widgets import DataTable

from viva.present import jobs as words
from viva.present import sweep as trials_in_words
from viva.present.train import pausable
from viva.records.ids import utc_now
from viva.records.job import Job, JobStatus
from viva.records.training import Trial
from viva.tui.screens.following import LOG_LINES, FollowsJob
from viva.tui.widgets.curves import Curves
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.still import StillText
from viva.tui.widgets.text_pane import TextPane
from viva.tui.widgets.tones import tone
from viva.workbench import Workbench

BAR_WIDTH = 40
TALL = 30
"""Rows from which on there is room for a bar, and for the values of a trial below the table."""


@dataclass(frozen=True)
class Look:
    """What one look at a sweep brings."""

    job: Job
    trials: list[Trial]
    log: str | None


class SweepScreen(FollowsJob):
    """Follows a sweep while it runs."""

    TITLE = "Sweep"
    CSS_PATH = "../styles/runs.tcss"
    AUTO_FOCUS = "#trials"
    EVERY = 1.0
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "parameter", "By parameter", tooltip="Plot the loss by trial, or against what was varied"),
        Binding("v", "switch", "Log", tooltip="Show the log, or the trials"),
        Binding("k", "cancel", "Cancel", tooltip="Stop the search; what it has found stays"),
        Binding("r", "resume", "Resume", tooltip="Go on from where it was"),
        Binding("n", "next_job", "Next job", tooltip="Show the job that followed"),
    ]

    def __init__(self, workbench: Workbench, job: Job) -> None:
        super().__init__(workbench, job)
        self._trials: list[Trial] = []
        self._log = False
        self._parameter = trials_in_words.NUMBER

    def body(self) -> ComposeResult:
        yield StillText(id="head")
        yield StillText(id="failure")
        yield RowTable(id="trials")
        yield StillText(id="about")
        yield Curves()
        with Container(id="log"):
            yield TextPane(title="Log", empty="Nothing has been printed yet")

    def _read(self) -> None:
        if not self._reading:
            self._reading = True
            self.ask(self._fetch, then=self._came, otherwise=self._lost, group="trials", doing="follow a sweep")

    def _fetch(self) -> Look:
        # The job before its trials: whatever is read after it ended is all there is.
        job = self.wb.jobs.get(self.job.job_id)
        log = self.wb.jobs.log(job.job_id, LOG_LINES) if self._log else None
        return Look(job, self.wb.sweeps.trials(job.job_id), log)

    def _came(self, look: Look) -> None:
        self._reading = False
        changed = look.trials != self._trials
        self.job, self._trials = look.job, look.trials
        self._pace.observe(self.job.done, time.monotonic())
        if self.job.status.ended:
            self._rest()
        self._show_log(look.log)
        if changed:
            self.set_class(self.size.height >= TALL, "-tall")
        self._fill()
        self._paint()

    def on_resize(self, _event: Resize) -> None:
        self.set_class(self.size.height >= TALL, "-tall")
        self._fill()
        self._paint()

    def _fill(self) -> None:
        """Fill the table; the cursor stays where it is."""
        shown = trials_in_words.table(self._trials, self.size.width - 3)
        rows = [
            [Text(cell, tone(self.app, colour) if place == 1 else "") for place, cell in enumerate(row)]
            for row, colour in zip(shown.rows, shown.tones, strict=True)
        ]
        table = self.query_one(RowTable)
        table.show([Text(heading) for heading in shown.headings], rows, table.cursor_row, right=shown.right)

    def on_data_table_row_highlighted(self, _event: DataTable.RowHighlighted) -> None:
        self._tell()

    def _tell(self) -> None:
        row = self.query_one(RowTable).cursor_row
        brief = self.size.height < TALL
        lines = trials_in_words.about(self._trials[row], brief) if 0 <= row < len(self._trials) else []
        self.query_one("#about", StillText).show(Text("\n".join(lines)))

    def _paint(self) -> None:
        self.query_one("#head", StillText).show(self._head())
        self._show_failure()
        self.query_one(RowTable).display = self.query_one("#about").display = bool(self._trials) and not self._log
        self.query_one("#log").display = self._log
        self._plot()
        self._tell()
        self.refresh_bindings()

    def _plot(self) -> None:
        plot = trials_in_words.plot(self._trials, self._parameter)
        heading = f"loss by {trials_in_words.plot_name(self._parameter)}"
        key = trials_in_words.key(self._trials, self._parameter)
        curves = self.query_one(Curves)
        curves.display = not self._log
        curves.show(plot, heading, key, trials_in_words.NO_LOSS if self._trials else trials_in_words.NO_TRIALS)

    def _head(self) -> Text:
        job = self.job
        left = self._pace.seconds_left(job.total, time.monotonic())
        status, _, rest = words.summary_line(job, utc_now(), left).partition(" · ")
        text = Text.assemble((words.full_title(job), "bold"), "\n", (status, tone(self.app, words.TONES[job.status])))
        text.append(f" · {rest}" if rest else "")
        if job.status is not JobStatus.DONE and job.total and self.size.height >= TALL:
            text.append(f"\n{words.progress_text(job, BAR_WIDTH)}")
        for line in (trials_in_words.summary(self._trials), words.next_text(job), words.result_text(job)):
            text.append(f"\n{line}" if line else "")
        return text

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the sweep as it stands."""
        offered = {
            "parameter": not self._log and any(trial.loss is not None for trial in self._trials),
            "switch": True,
            "pause": pausable(self.job),
            "cancel": self.job.status is JobStatus.RUNNING,
            "resume": self.job.status.resumable,
            "next_job": "next_job" in self.job.result,
        }
        return offered[action] if action in offered else super().check_action(action, parameters)

    def action_parameter(self) -> None:
        """Plot the loss against the next parameter; after the last, by trial again."""
        names = [trials_in_words.NUMBER, *trials_in_words.parameters(self._trials)]
        here = names.index(self._parameter) if self._parameter in names else -1
        self._parameter = names[(here + 1) % len(names)]
        self._plot()

    def action_switch(self) -> None:
        self._log = not self._log
        self._paint()
        self._read()
