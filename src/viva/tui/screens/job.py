"""One job: how it stands, what has happened, its loss curve or what failed, and its log."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.timer import Timer

from viva.present import jobs as words
from viva.present import writing_jobs as writing
from viva.present.train import Pace, curve_line
from viva.records.ids import utc_now
from viva.records.job import Curve, Job, JobKind, JobStatus
from viva.tui.screens.watching import JobActionsScreen
from viva.tui.widgets.curve import LossCurve
from viva.tui.widgets.still import StillText
from viva.tui.widgets.text_pane import TextPane
from viva.tui.widgets.tones import tone, when_theme_changes
from viva.workbench import Workbench

SECONDS = 0.5
LOG_LINES = 200
BAR_WIDTH = 40
TALL = 30
"""Rows from which on a curve leaves room for the list of what has happened."""


@dataclass(frozen=True)
class Look:
    """What one look at a job brings: `events` are those behind the last look's offset, `failures` those of its end."""

    job: Job
    events: list[dict[str, Any]]
    offset: int
    curve: Curve | None
    log: str | None
    failures: Sequence[Mapping[str, Any]] = ()


class JobScreen(JobActionsScreen):
    """Follows a job while it runs; leaving the screen never stops it."""

    CSS_PATH = "../styles/jobs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "switch", "Log", tooltip="Show the log, or what else there is to see"),
        Binding("k", "cancel", "Cancel", tooltip="Stop the job; what it has stored stays"),
        Binding("r", "resume", "Resume", tooltip="Go on from where it was"),
        Binding("n", "next_job", "Next job", tooltip="Show the job that followed"),
    ]

    def __init__(self, workbench: Workbench, job: Job) -> None:
        super().__init__(workbench)
        self.job = job
        self.title = "Training" if self._training else "Job"
        self._events: list[Mapping[str, Any]] = []
        self._offset = 0
        self._pace = Pace()
        self._log = not (self._training or self._writing)
        self._chosen = False
        self._curve = Curve({})
        self._reading = False
        self._timer: Timer | None = None
        self._offered: JobStatus | None = None

    @property
    def _training(self) -> bool:
        return self.job.spec.kind is JobKind.TRAIN

    @property
    def _writing(self) -> bool:
        return writing.is_writing(self.job)

    def body(self) -> ComposeResult:
        yield StillText(id="head")
        yield StillText(id="failure")
        yield StillText(id="steps")
        if self._training:
            yield LossCurve()
        if self._writing:
            yield TextPane(title="What could not be used", empty="Nothing so far", id="problems")
        with Container(id="log"):
            yield TextPane(title="Log", empty="Nothing has been printed yet")

    def on_mount(self) -> None:
        self._timer = self.set_interval(SECONDS, self._read)
        self._paint()
        self._read()
        when_theme_changes(self, self._paint)

    def look(self) -> None:
        """Look at once, and go on looking."""
        if self._timer is not None:
            self._timer.resume()
        self._read()

    def _read(self) -> None:
        if not self._reading:
            self._reading = True
            self.ask(self._fetch, then=self._came, otherwise=self._lost, group="events", doing="follow a job")

    def _fetch(self) -> Look:
        # The job before its events: whatever is read after it ended is all there is.
        job = self.wb.jobs.get(self.job.job_id)
        events, offset = self.wb.jobs.events(job.job_id, self._offset)
        curve = self.wb.training.curve(job.job_id) if self._training else None
        log = self.wb.jobs.log(job.job_id, LOG_LINES) if self._log else None
        failed = self.wb.synthesis.failures(job.job_id) if self._writing and job.status.ended else []
        return Look(job, events, offset, curve, log, failed)

    def _came(self, look: Look) -> None:
        self._reading = False
        self.job, self._offset = look.job, look.offset
        self._events += look.events
        self._pace.observe(self.job.done, time.monotonic())
        if look.curve is not None:
            self._curve = look.curve
            self.query_one(LossCurve).show(look.curve, self.job.total)
        if self.job.status.ended and self._timer is not None:
            self._timer.pause()
        nothing_to_see = not self._curve.points and not self._show_problems(look.failures)
        if self.job.status is JobStatus.FAILED and nothing_to_see and not (self._chosen or self._log):
            self._log = True
            self._read()
        self._show_log(look.log)
        self._paint()

    def _show_problems(self, kept: Sequence[Mapping[str, Any]]) -> bool:
        """Show what could not be used; return whether there is any."""
        if not self._writing:
            return False
        text = writing.problems_text(writing.problems(self._events, kept))
        pane = self.query_one("#problems", TextPane)
        if text != pane.text or self.job.status is JobStatus.DONE:
            pane.show(text, empty="Nothing failed" if self.job.status is JobStatus.DONE else "Nothing so far")
        return bool(text)

    def _show_log(self, log: str | None) -> None:
        pane = self.query_one("#log TextPane", TextPane)
        if log is not None and log != pane.text:
            following = not pane.text or not pane.lines_below
            pane.show(log)
            if following:
                self.call_after_refresh(pane.scroll_end, animate=False)

    def _lost(self, _error: Exception) -> bool:
        self._reading = False
        if self._timer is not None:
            self._timer.pause()
        return False

    def _paint(self) -> None:
        self.query_one("#head", StillText).show(self._head())
        failure = words.failure(self.job)
        said = self.query_one("#failure", StillText)
        said.display = failure is not None
        if failure is not None:
            said.show(Text.assemble((failure.message, tone(self.app, "error", bold=True)), "\n", failure.hint))
        steps = self.query_one("#steps", StillText)
        lines = self._lines()
        steps.show(Text("\n".join(lines)))
        steps.display = bool(lines) and (self._log or self._writing or self.size.height >= TALL)
        for pane in self.query("#problems"):
            pane.display = not self._log
        for curve in self.query(LossCurve):
            curve.display = not self._log
        self.query_one("#log").display = self._log
        if self._offered is not self.job.status:
            self._offered = self.job.status
            self.refresh_bindings()

    def _lines(self) -> list[str]:
        """Return what has happened, as far as it is told under the head."""
        if self._writing:
            return writing.event_lines(self.job, self._events)
        return words.event_lines(self._events)

    def _head(self) -> Text:
        job = self.job
        left = self._pace.seconds_left(job.total, time.monotonic())
        status, _, rest = words.summary_line(job, utc_now(), left).partition(" · ")
        text = Text.assemble((words.full_title(job), "bold"), "\n", (status, tone(self.app, words.TONES[job.status])))
        text.append(f" · {rest}" if rest else "")
        if job.status is not JobStatus.DONE and job.total:
            text.append(f"\n{words.progress_text(job, BAR_WIDTH)}")
        made = writing.outcome_lines(job) if self._writing else [words.result_text(job)]
        for line in (curve_line(self._curve), words.next_text(job), *made):
            text.append(f"\n{line}" if line else "")
        return text

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the job as it stands."""
        offered = {
            "switch": self._training or self._writing,
            "cancel": self.job.status is JobStatus.RUNNING,
            "resume": self.job.status.resumable,
            "next_job": "next_job" in self.job.result,
        }
        return offered[action] if action in offered else super().check_action(action, parameters)

    def action_switch(self) -> None:
        self._log = not self._log
        self._chosen = True
        self._paint()
        self._read()

    def action_cancel(self) -> None:
        self.cancel_job(self.job)

    def action_resume(self) -> None:
        self._pace = Pace()
        self.resume_job(self.job)

    def action_next_job(self) -> None:
        """Show the job that followed this one, in its place."""
        following = str(self.job.result["next_job"])

        def show(job: Job) -> None:
            self.app.switch_screen(JobScreen(self.wb, job))

        self.ask(lambda: self.wb.jobs.get(following), then=show, group="next", doing="open a job")
