"""What the screens that show jobs share: keeping an eye on them, opening, cancelling and resuming one."""

from collections.abc import Sequence
from typing import Any

from textual.screen import Screen

from viva.records.job import Job, JobKind, JobStatus
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.confirm import ConfirmScreen
from viva.workbench import Workbench

SECONDS = 1.0
IDLE_LOOKS = 4
"""While nothing runs, one look at the jobs in so many is enough."""


def job_screen(workbench: Workbench, job: Job) -> Screen[Any]:
    """Return the screen that follows a job; it is imported now, for it brings the plot library with it."""
    if job.spec.kind is JobKind.SWEEP:
        from viva.tui.screens.sweep import SweepScreen

        return SweepScreen(workbench, job)
    if job.spec.kind is JobKind.GENERATE:
        from viva.tui.screens.generate_job import GenerationJobScreen

        return GenerationJobScreen(workbench, job)
    if job.spec.kind is JobKind.JUDGE:
        from viva.tui.screens.judge_job import JudgeJobScreen
        from viva.tui.screens.judge_trial import JudgeTrialScreen

        trial = job.spec.arguments.get("request", {}).get("trial")
        return JudgeTrialScreen(workbench, job) if trial else JudgeJobScreen(workbench, job)
    from viva.tui.screens.job import JobScreen

    return JobScreen(workbench, job)


class JobActionsScreen(VivaScreen[None]):
    """A screen from which a job can be opened, cancelled and resumed."""

    def look(self) -> None:
        """Read again what is shown: something has changed."""

    def open_job(self, job: Job) -> None:
        """Show one job on the screen of its kind."""
        self.app.push_screen(job_screen(self.wb, job))

    def cancel_job(self, job: Job) -> None:
        """Ask, then stop a running job."""

        def answered(yes: bool | None) -> None:
            if yes:
                self.say("Stopping; what it has stored stays")
                call = self.wb.jobs.cancel
                self.ask(call, job.job_id, then=self._changed, group="cancel", doing="cancel a job")

        kept = "What it has stored stays, and it can be resumed."
        self.app.push_screen(ConfirmScreen(self.wb, f"Cancel {job.spec.kind} {job.spec.title}?", kept), answered)

    def resume_job(self, job: Job) -> None:
        """Go on with a job that did not get to its end."""
        self.say(f"Going on with {job.spec.kind} {display_line(job.spec.title, 60)}")
        self.ask(lambda: self.wb.jobs.resume(job.job_id), then=self._changed, group="resume", doing="resume a job")

    def _changed(self, _job: Job) -> None:
        self.look()


class WatchingScreen(JobActionsScreen):
    """A screen that looks at the jobs every second while one runs; `jobs_came` gets them."""

    watched: Sequence[Job] = ()
    _looks = 0
    _looking = False

    def on_screen_resume(self) -> None:
        self.look()

    def on_mount(self) -> None:
        self.set_interval(SECONDS, self._tick)

    def look(self) -> None:
        """Read the jobs; it costs a few files and never the store."""
        self._looking = True
        self.ask(lambda: self.wb.jobs.list(), then=self._took, otherwise=self._failed, group="jobs", doing="jobs")

    def jobs_came(self, jobs: Sequence[Job]) -> None:
        """Paint the jobs."""

    def _took(self, jobs: list[Job]) -> None:
        self._looking = False
        self.watched = jobs
        self.jobs_came(jobs)

    def _failed(self, _error: Exception) -> bool:
        self._looking = False
        return False

    def _tick(self) -> None:
        self._looks += 1
        running = any(job.status is JobStatus.RUNNING for job in self.watched)
        if self.is_current and not self._looking and (running or self._looks % IDLE_LOOKS == 0):
            self.look()
