"""One job: how it stands, what has happened, its curves, its probes or what failed, and its log."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from viva.present import jobs as words
from viva.present import writing_jobs as writing
from viva.present.curves import curve_line, pace_line
from viva.present.job_views import CURVES, LOG, PROBES, PROBLEMS, is_training, next_view, outcome_lines, views
from viva.present.train import pausable
from viva.records.ids import utc_now
from viva.records.job import Curve, Job, JobKind, JobStatus
from viva.tui.screens.following import FollowsJob
from viva.tui.screens.job_reading import Look, look_at
from viva.tui.widgets.curve import CurvePane
from viva.tui.widgets.probe_pane import ProbePane
from viva.tui.widgets.still import StillText
from viva.tui.widgets.text_pane import TextPane
from viva.tui.widgets.tones import tone
from viva.workbench import Workbench

BAR_WIDTH = 40
TALL = 30
"""Rows from which on a curve leaves room for the list of what has happened."""
TITLES = {JobKind.TRAIN: "Training", JobKind.SWEEP: "Sweep"}
NEXT_VIEW = "Go on to the next view"


class JobScreen(FollowsJob):
    """Follows a job of any other kind than a sweep while it runs."""

    CSS_PATH = "../styles/jobs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        # One key: the footer names the view that it leads to.
        Binding("v", "view('probes')", "Probes", tooltip=NEXT_VIEW),
        Binding("v", "view('log')", "Log", tooltip=NEXT_VIEW),
        Binding("v", "view('curves')", "Curves", tooltip=NEXT_VIEW),
        Binding("v", "view('problems')", "Problems", tooltip=NEXT_VIEW),
        Binding("m", "turn('curves', 1)", "Measure", tooltip="Another measure: learning rate, tokens/s, memory …"),
        Binding("left_square_bracket", "turn('probes', -1)", "Earlier", key_display="[",
                tooltip="What the model wrote at the evaluation before"),
        Binding("right_square_bracket", "turn('probes', 1)", "Later", key_display="]",
                tooltip="What the model wrote at the evaluation after"),
        Binding("left", "turn('', -1)", "Before", show=False, tooltip="The measure or the evaluation before"),
        Binding("right", "turn('', 1)", "After", show=False, tooltip="The measure or the evaluation after"),
        Binding("k", "cancel", "Cancel", tooltip="Stop the job; what it has stored stays"),
        Binding("r", "resume", "Resume", tooltip="Go on from where it was"),
        Binding("n", "next_job", "Next job", tooltip="Show the job that followed"),
    ]  # fmt: skip

    def __init__(self, workbench: Workbench, job: Job) -> None:
        super().__init__(workbench, job)
        self.title = TITLES.get(job.spec.kind, "Job")
        self._events: list[Mapping[str, Any]] = []
        self._offset = 0
        self._view = views(job)[0]
        self._chosen = False
        self._curve = Curve({})
        self._pausing = False
        self._offered: tuple[object, ...] = ()

    def body(self) -> ComposeResult:
        yield StillText(id="head")
        yield StillText(id="failure")
        yield StillText(id="steps")
        if is_training(self.job):
            yield CurvePane(id=CURVES)
            yield ProbePane(id=PROBES)
        if PROBLEMS in views(self.job):
            yield TextPane(title="What could not be used", empty="Nothing so far", id=PROBLEMS)
        with Container(id=LOG):
            yield TextPane(title="Log", empty="Nothing has been printed yet")

    def _read(self) -> None:
        if not self._reading:
            self._reading = True
            seen = self.wb, self.job, self._offset, self._view
            self.ask(look_at, *seen, then=self._came, otherwise=self._lost, group="events", doing="follow a job")

    def _came(self, look: Look) -> None:
        self._reading = False
        self.job, self._offset = look.job, look.offset
        self._events += look.events
        self._pace.observe(self.job.done, time.monotonic())
        if look.curve is not None:
            self._curve = look.curve
            self.query_one(CurvePane).show(look.curve, self.job.total)
        if look.probes is not None:
            self.query_one(ProbePane).show(look.probes, ended=self.job.status.ended)
        if self.job.status.ended:
            self._pausing = False
            self._rest()
        nothing_to_see = not self._curve.points and not self._show_problems(look.failures)
        if self.job.status is JobStatus.FAILED and nothing_to_see and not (self._chosen or self._view == LOG):
            self._view = LOG
        if (self._view == LOG and look.log is None) or (self._view == PROBES and look.probes is None):
            # The view was changed while this look was under way.
            self._read()
        self._show_log(look.log)
        self._paint()

    def _show_problems(self, kept: Sequence[Mapping[str, Any]]) -> bool:
        """Show what could not be used; return whether there is any."""
        if PROBLEMS not in views(self.job):
            return False
        text = writing.problems_text(writing.problems(self._events, kept))
        pane = self.query_one("#problems", TextPane)
        if text != pane.text or self.job.status is JobStatus.DONE:
            pane.show(text, empty="Nothing failed" if self.job.status is JobStatus.DONE else "Nothing so far")
        return bool(text)

    def _paint(self) -> None:
        self.query_one("#head", StillText).show(self._head())
        self._show_failure()
        writes = writing.is_writing(self.job)
        lines = writing.event_lines(self.job, self._events) if writes else words.event_lines(self._events)
        steps = self.query_one("#steps", StillText)
        steps.show(Text("\n".join(lines)))
        steps.display = bool(lines) and (self._view == LOG or writes or self.size.height >= TALL)
        for view in views(self.job):
            self.query_one(f"#{view}").display = view == self._view
        offered = self._view, self.job.status, self._pausing, self._turns()
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    def _head(self) -> Text:
        job = self.job
        left = self._pace.seconds_left(job.total, time.monotonic())
        summary = words.summary_line(job, utc_now(), left, pausing=self._pausing)
        status, _, rest = summary.partition(" · ")
        text = Text.assemble((words.full_title(job), "bold"), "\n", (status, tone(self.app, words.TONES[job.status])))
        text.append(f" · {rest}" if rest else "")
        if job.status is not JobStatus.DONE and job.total:
            text.append(f"\n{words.progress_text(job, BAR_WIDTH)}")
        made = outcome_lines(job)
        for line in (curve_line(self._curve), pace_line(self._curve), words.next_text(job), *made):
            text.append(f"\n{line}" if line else "")
        return text

    def _turns(self) -> bool:
        """Tell whether the view has more than one thing to show."""
        if not self.is_mounted or self._view not in {CURVES, PROBES}:
            return False
        return self.query_one(CurvePane).choice if self._view == CURVES else self.query_one(ProbePane).choice

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the job as it stands."""
        if action == "view":
            following = next_view(self.job, self._view)
            return parameters == (following,) and following != self._view
        if action == "turn":
            return parameters[0] in {"", self._view} and self._turns()
        offered = {
            "pause": pausable(self.job) and not self._pausing,
            "cancel": self.job.status is JobStatus.RUNNING,
            "resume": self.job.status.resumable,
            "next_job": "next_job" in self.job.result,
        }
        return offered[action] if action in offered else super().check_action(action, parameters)

    def action_view(self, view: str) -> None:
        """Show another view."""
        self._view = view
        self._chosen = True
        self._paint()
        self._read()

    def action_turn(self, _view: str, by: int) -> None:
        """Show the next measure or evaluation, or the one before."""
        if self._view == CURVES:
            self.query_one(CurvePane).turn(by)
        else:
            self.query_one(ProbePane).turn(by)

    def pause_asked(self, job: Job) -> None:
        self._pausing = job.status is JobStatus.RUNNING
        self._paint()
