"""Pausing a training: it saves where it is at its next step and waits to be resumed."""

from abc import abstractmethod
from typing import ClassVar

from textual.binding import Binding, BindingType

from viva.records.job import Job
from viva.tui.screens.watching import JobActionsScreen


class PausesTrainings(JobActionsScreen):
    """A screen from which a running training can be paused; it says in `action_pause` which one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pause", "Pause", tooltip="Save where the training is at its next step, and wait to be resumed"),
    ]

    def pause_job(self, job: Job) -> None:
        """Ask a running training to wait."""
        call = self.wb.jobs.pause

        def asked(job: Job) -> None:
            self.say("Pausing after this step; r goes on from there")
            self.pause_asked(job)
            self.look()

        self.ask(call, job.job_id, then=asked, group="pause", doing="pause a training")

    def pause_asked(self, job: Job) -> None:
        """Note that a training has been asked to wait."""

    @abstractmethod
    def action_pause(self) -> None:
        """Pause the training that is meant."""
