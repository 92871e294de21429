"""Jobs: what runs and what has run, newest first."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Static

from viva.present import jobs as words
from viva.present.train import pausable
from viva.records.job import Job, JobStatus
from viva.text import display_line
from viva.tui.screens.pausing import PausesTrainings
from viva.tui.screens.watching import WatchingScreen
from viva.tui.widgets.job_table import JobTable
from viva.tui.widgets.still import StillText
from viva.tui.widgets.tones import tone, when_theme_changes


class JobsScreen(PausesTrainings, WatchingScreen):
    """All jobs; below the table, the whole title of the one under the cursor and what went wrong with it."""

    TITLE = "Jobs"
    CSS_PATH = "../styles/jobs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "cancel", "Cancel", tooltip="Stop the job; what it has stored stays"),
        Binding("r", "resume", "Resume", tooltip="Go on from where it was"),
    ]

    _offered: tuple[str, JobStatus] | None = None

    def body(self) -> ComposeResult:
        yield JobTable(id="jobs")
        yield Static(words.NO_JOBS, id="none", markup=False)
        yield StillText(id="about")

    def on_mount(self) -> None:
        self.query_one("#none").display = False
        when_theme_changes(self, self._tell)

    def jobs_came(self, jobs: Sequence[Job]) -> None:
        table = self.query_one(JobTable)
        table.show(jobs)
        table.display = bool(jobs)
        self.query_one("#none").display = not jobs
        running = sum(job.status is JobStatus.RUNNING for job in jobs)
        self.sub_title = f"{running} running" if running else ""
        self._tell()

    def on_data_table_row_highlighted(self, _event: DataTable.RowHighlighted) -> None:
        self._tell()

    def on_data_table_row_selected(self, _event: DataTable.RowSelected) -> None:
        if job := self.query_one(JobTable).job:
            self.open_job(job)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the job under the cursor."""
        if action not in {"pause", "cancel", "resume"}:
            return super().check_action(action, parameters)
        job = self.query_one(JobTable).job if self.is_mounted else None
        if job is None:
            return False
        if action == "pause":
            return pausable(job)
        return job.status is JobStatus.RUNNING if action == "cancel" else job.status.resumable

    def action_pause(self) -> None:
        if job := self.query_one(JobTable).job:
            self.pause_job(job)

    def action_cancel(self) -> None:
        if job := self.query_one(JobTable).job:
            self.cancel_job(job)

    def action_resume(self) -> None:
        if job := self.query_one(JobTable).job:
            self.resume_job(job)

    def _tell(self) -> None:
        job = self.query_one(JobTable).job
        text = Text()
        if job is not None:
            text.append(words.full_title(job), "bold")
            if failure := words.failure(job):
                text.append(f"\n{failure.message}", tone(self.app, "error"))
                text.append(f"\n{failure.hint}")
            elif job.message:
                text.append(f"\n{display_line(job.message, 200)}")
        self.query_one("#about", StillText).show(text)
        offered = (job.job_id, job.status) if job else None
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()
