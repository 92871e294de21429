"""What the screens share from which judging is started: a question where that costs money, then the job."""

from dataclasses import replace

from viva.errors import UserError
from viva.present import generating
from viva.present import judging as words
from viva.records.job import Job
from viva.records.judging import JudgePlan, JudgeRequest
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.confirm import ConfirmScreen
from viva.tui.screens.watching import job_screen


class StartsJudging(VivaScreen[None]):
    """A screen that starts judging; it says in `start_refused` why nothing was started, in `starting` what goes on."""

    _starting = False

    def start_refused(self, text: str) -> None:
        """Say why nothing was started."""
        self.app.notify(text, severity="warning", timeout=8, markup=False)

    def starting(self, text: str) -> None:
        """Say what is under way; nothing when it has ended."""

    def start_judging(self, request: JudgeRequest, *, trial: bool = False) -> None:
        """Start what a request asks for, or with `trial` a few items of it; ask first where it costs money."""
        if self._starting:
            return
        if trial:
            request = replace(request, limit=min(words.TRIAL_ITEMS, request.limit or words.TRIAL_ITEMS), trial=True)
        self._starting = True
        self.starting(generating.LOOKING)

        def ready(plan: JudgePlan) -> None:
            self._planned(plan, trial)

        self.ask(
            lambda: self.wb.judging.plan(request), then=ready, otherwise=self._failed, group="start", doing="start"
        )

    def _planned(self, plan: JudgePlan, trial: bool) -> None:
        self.starting("")
        # A trial shows what was said, also where all of that is there already.
        nothing = "" if trial else words.nothing_left(plan)
        if nothing:
            self._starting = False
            self.start_refused(nothing)
        elif words.costs_money(plan):
            question, detail = words.start_question(plan)

            def answered(yes: bool | None) -> None:
                if yes:
                    self._start(plan.request)
                else:
                    self._starting = False

            self.app.push_screen(ConfirmScreen(self.wb, question, detail), answered)
        else:
            self._start(plan.request)

    def _start(self, request: JudgeRequest) -> None:
        self.starting("starting …")

        def shown(job: Job) -> None:
            self._starting = False
            self.starting("")
            self.app.push_screen(job_screen(self.wb, job))

        self.ask(
            lambda: self.wb.judging.start(request), then=shown, otherwise=self._failed, group="start", doing="start"
        )

    def _failed(self, error: Exception) -> bool:
        self._starting = False
        self.starting("")
        if isinstance(error, UserError):
            self.start_refused(generating.refusal(error))
        return isinstance(error, UserError)
