"""What the screens of one job share: looking at it until it has ended, its failure, its log, and what can be done."""

import time
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.text import Text
from textual.timer import Timer

from viva.present import jobs as words
from viva.present.pace import Pace
from viva.records.job import Job
from viva.tui.screens.pausing import PausesTrainings
from viva.tui.screens.watching import job_screen
from viva.tui.widgets.still import StillText
from viva.tui.widgets.text_pane import TextPane
from viva.tui.widgets.tones import tone, when_theme_changes
from viva.workbench import Workbench

LOG_LINES = 200


@dataclass(frozen=True)
class Look:
    """What one look at a job brings; `events` are those behind the last look's offset, `log` None where unseen.

    `more` is what the screen itself looks at besides.
    """

    job: Job
    events: list[dict[str, Any]]
    offset: int
    log: str | None
    more: Any


class FollowsJob(PausesTrainings):
    """Looks at a job every `EVERY` seconds while it runs; leaving the screen never stops it.

    The screen has `#head`, `#failure`, and a text pane in `#log`.
    """

    EVERY = 0.5

    def __init__(self, workbench: Workbench, job: Job) -> None:
        super().__init__(workbench)
        self.job = job
        self._pace = Pace()
        self._reading = False
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        self._timer = self.set_interval(self.EVERY, self._read)
        self._paint()
        self._read()
        when_theme_changes(self, self._paint)

    def look(self) -> None:
        """Look at once, and go on looking."""
        if self._timer is not None:
            self._timer.resume()
        self._read()

    @abstractmethod
    def _read(self) -> None:
        """Have a look, unless one is under way."""

    @abstractmethod
    def _paint(self) -> None:
        """Show what is known."""

    def _rest(self) -> None:
        """Look no more, until asked to."""
        if self._timer is not None:
            self._timer.pause()

    def _lost(self, _error: Exception) -> bool:
        self._reading = False
        self._rest()
        return False

    def _show_log(self, log: str | None) -> None:
        pane = self.query_one("#log TextPane", TextPane)
        if log is not None and log != pane.text:
            following = not pane.text or not pane.lines_below
            pane.show(log)
            if following:
                self.call_after_refresh(pane.scroll_end, animate=False)

    def _show_failure(self) -> None:
        failure = words.failure(self.job)
        said = self.query_one("#failure", StillText)
        said.display = failure is not None
        if failure is not None:
            said.show(Text.assemble((failure.message, tone(self.app, "error", bold=True)), "\n", failure.hint))

    def action_pause(self) -> None:
        self.pause_job(self.job)

    def action_cancel(self) -> None:
        self.cancel_job(self.job)

    def action_resume(self) -> None:
        self._pace = Pace()
        self.resume_job(self.job)

    def action_next_job(self) -> None:
        """Show the job that followed this one, in its place."""
        following = str(self.job.result["next_job"])

        def show(job: Job) -> None:
            self.app.switch_screen(job_screen(self.wb, job))

        self.ask(lambda: self.wb.jobs.get(following), then=show, group="next", doing="open a job")


class FollowsEvents(FollowsJob):
    """Follows a job by what it tells: `_events` are all of its events so far, `_log` says that the log is shown."""

    def __init__(self, workbench: Workbench, job: Job) -> None:
        super().__init__(workbench, job)
        self._events: list[Mapping[str, Any]] = []
        self._offset = 0
        self._log = False

    def _known(self) -> Any:
        """Return what `_more` has to know of the screen."""

    def _more(self, job: Job, known: Any) -> Any:  # noqa: ARG002
        """Look at what the screen shows besides, in a thread; None where it shows no more."""
        return None

    def _reads_log(self, job: Job, log: bool) -> bool:  # noqa: ARG002
        """Tell whether the log is read."""
        return log

    def _take(self, more: Any) -> None:
        """Take in what `_more` brought."""

    def _read(self) -> None:
        if not self._reading:
            self._reading = True
            seen = self.job.job_id, self._offset, self._log, self._known()
            self.ask(self._fetch, *seen, then=self._came, otherwise=self._lost, group="events", doing="follow a job")

    def _fetch(self, job_id: str, offset: int, log: bool, known: Any) -> Look:
        # The job before its events: whatever is read after it ended is all there is.
        job = self.wb.jobs.get(job_id)
        events, after = self.wb.jobs.events(job_id, offset)
        printed = self.wb.jobs.log(job_id, LOG_LINES) if self._reads_log(job, log) else None
        return Look(job, events, after, printed, self._more(job, known))

    def _came(self, look: Look) -> None:
        self._reading = False
        self.job, self._offset = look.job, look.offset
        self._events += look.events
        self._pace.observe(self.job.done, time.monotonic())
        if self.job.status.ended:
            self._rest()
        self._take(look.more)
        if self._log and look.log is None:
            # The view was changed while this look was under way.
            self._read()
        self._show_log(look.log)
        self._paint()
