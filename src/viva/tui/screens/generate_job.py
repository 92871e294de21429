"""A job in which models write: how far it is, how fast, what failed, and the text that came last with its question."""

import time
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from viva.present import generating as writing
from viva.present import jobs as words
from viva.records.generation import LatestText
from viva.records.ids import utc_now
from viva.records.job import Job, JobStatus
from viva.tui.screens.drilldown import DrilldownScreen
from viva.tui.screens.following import FollowsEvents
from viva.tui.widgets.still import StillText
from viva.tui.widgets.text_pane import TextPane
from viva.tui.widgets.tones import tone
from viva.workbench import Workbench

BAR_WIDTH = 40


class GenerationJobScreen(FollowsEvents):
    """Follows a job that lets models write while it runs."""

    TITLE = "Generation"
    CSS_PATH = "../styles/generate.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "browse", "Browse", tooltip="Look through what has been written for the split"),
        Binding("v", "switch", "Log", tooltip="Show the log"),
        Binding("v", "switch_back", "Latest text", tooltip="Show the text that came last"),
        Binding("k", "cancel", "Cancel", tooltip="Stop the job; what has been written stays"),
        Binding("r", "resume", "Resume", tooltip="Write what is missing"),
        Binding("n", "next_job", "Next job", tooltip="Show the job that followed"),
    ]

    def __init__(self, workbench: Workbench, job: Job) -> None:
        super().__init__(workbench, job)
        self._chosen = False
        self._shown: LatestText | None = None

    def body(self) -> ComposeResult:
        yield StillText(id="head")
        yield StillText(id="failure")
        with Container(id="latest"):
            yield TextPane(title="Question", id="question", empty="(no question)")
            yield TextPane(title="Latest text", id="text")
        with Container(id="log"):
            yield TextPane(title="Log", empty="Nothing has been printed yet")

    def _more(self, job: Job, known: Any) -> LatestText | None:  # noqa: ARG002
        return self.wb.jobs.latest_text(job.job_id)

    def _take(self, more: LatestText | None) -> None:
        self._show_latest(more)
        if self.job.status is JobStatus.FAILED and more is None and not (self._chosen or self._log):
            self._log = True

    def _show_latest(self, latest: LatestText | None) -> None:
        question, text = self.query_one("#question", TextPane), self.query_one("#text", TextPane)
        question.display = latest is not None
        if latest is None or latest != self._shown:
            self._shown = latest
            question.show(latest.question if latest else "")
            text.set_title(writing.latest_title(latest) if latest else "Latest text")
            text.show(latest.text if latest else "", empty=writing.latest_empty(latest, self.job))

    def _paint(self) -> None:
        self.query_one("#head", StillText).show(self._head())
        self._show_failure()
        self.query_one("#latest").display = not self._log
        self.query_one("#log").display = self._log
        self.refresh_bindings()

    def _head(self) -> Text:
        job = self.job
        left = self._pace.seconds_left(job.total, time.monotonic())
        status, _, rest = words.summary_line(job, utc_now(), left).partition(" · ")
        text = Text.assemble((words.full_title(job), "bold"), "\n", (status, tone(self.app, words.TONES[job.status])))
        text.append(f" · {rest}" if rest else "")
        if job.status is not JobStatus.DONE and job.total:
            text.append(f"\n{words.progress_text(job, BAR_WIDTH)}")
        lines = (writing.writing_line(job, self._events), words.next_text(job), *writing.outcome_lines(job))
        for line in (*lines, words.result_text(job)):
            text.append(f"\n{line}" if line else "")
        return text

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the job as it stands."""
        offered = {
            "browse": "dataset" in self.job.spec.arguments,
            "switch": not self._log,
            "switch_back": self._log,
            "pause": False,
            "cancel": self.job.status is JobStatus.RUNNING,
            "resume": self.job.status.resumable,
            "next_job": "next_job" in self.job.result,
        }
        return offered[action] if action in offered else super().check_action(action, parameters)

    def action_browse(self) -> None:
        """Look through the texts of the split."""
        arguments = self.job.spec.arguments
        self.app.push_screen(DrilldownScreen(self.wb, str(arguments["dataset"]), arguments.get("split")))

    def action_switch(self) -> None:
        """Show the log."""
        self._log = self._chosen = True
        self._paint()
        self._read()

    def action_switch_back(self) -> None:
        """Show the text that came last."""
        self._log = False
        self._paint()
