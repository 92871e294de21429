"""A job that judges: how far it is, what it has cost, how the values are spread so far, and the latest reasons."""

import time
from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll

from viva.present import jobs as words
from viva.present import judge_verdicts as calls
from viva.present import judging as told
from viva.records.ids import utc_now
from viva.records.job import Job, JobStatus
from viva.records.judging import JudgeCall, Purpose
from viva.tui.judging_reading import Values, read_values
from viva.tui.screens.following import FollowsEvents
from viva.tui.screens.judge_call import JudgeCallScreen
from viva.tui.screens.judge_unscored import JudgeUnscoredScreen
from viva.tui.screens.judge_verdicts import OpensVerdicts
from viva.tui.widgets.still import StillText
from viva.tui.widgets.text_pane import TextPane
from viva.tui.widgets.tones import tone
from viva.workbench import Workbench

BAR_WIDTH = 40
SPREAD_SECONDS = 2.0
"""The store is looked at no more often: the job writes there."""
MOST_CALLS = 500


class JudgeJobScreen(OpensVerdicts, FollowsEvents):
    """Follows a job that judges while it runs."""

    TITLE = "Judging"
    CSS_PATH = "../styles/judge.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "verdicts", "Verdicts", tooltip="Read every verdict beside its text, of pairs with the prompt"),
        Binding("u", "unscored", "Unscored", tooltip="See what was asked in vain, with the reasons, and ask again"),
        Binding("j", "scorer", "Next judge", tooltip="Show how the next judge's values are spread"),
        Binding("l", "switch", "Log", tooltip="Show the log"),
        Binding("l", "switch_back", "Values", tooltip="Show how the values are spread"),
        Binding("k", "cancel", "Cancel", tooltip="Stop the job; what has been judged stays"),
        Binding("r", "resume", "Resume", tooltip="Ask for what is missing"),
        Binding("n", "next_job", "Next job", tooltip="Show the job that followed"),
    ]

    def __init__(self, workbench: Workbench, job: Job) -> None:
        super().__init__(workbench, job)
        self._request = told.request_of(job)
        self._rubric = told.rubric_of(job)
        self._scorer: str | None = None
        self._spread: Values | None = None
        self._looked: tuple[str, int, JobStatus] | None = None
        self._looked_at = 0.0

    def body(self) -> ComposeResult:
        yield StillText(id="head")
        yield StillText(id="failure")
        with VerticalScroll(id="spread", can_focus=False):
            yield StillText(id="levels")
        yield TextPane(title="Latest verdict", id="latest", empty="…")
        with Container(id="log"):
            yield TextPane(title="Log", empty="Nothing has been printed yet")

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        self._paint()

    def _take(self, more: None) -> None:  # noqa: ARG002
        self._look_at_values()

    def _scorers(self) -> tuple[str, ...]:
        return told.scorers(self._request) if self._request else ()

    def _shown(self) -> str:
        """Return whose values are shown: whose were asked for, else who is at it, else the first."""
        if self._scorer is not None:
            return self._scorer
        judge = next((str(event["judge"]) for event in reversed(self._events) if event.get("judge")), "")
        return judge if judge in self._scorers() else self._scorers()[0]

    def _look_at_values(self) -> None:
        """Read from the store what has changed there, not too often while the job runs."""
        if self._request is None or (self.job.status is JobStatus.RUNNING and not self.job.done):
            # What is there already was said when the judge was asked otherwise.
            return
        now, state = time.monotonic(), (self._shown(), self.job.done, self.job.status)
        same_view = self._looked is not None and self._looked[0::2] == state[0::2]
        if state == self._looked or (same_view and now - self._looked_at < SPREAD_SECONDS):
            return
        self._looked, self._looked_at = state, now
        request, scorer = self._request, state[0]
        self.ask(read_values, self.wb, request, scorer, then=self._values_came, otherwise=self._not_now,
                 group="values", doing="read the verdicts")  # fmt: skip

    def _not_now(self, _error: Exception) -> bool:
        # While the job writes, the store may be busy: the next look will tell.
        self._looked = None
        return self.job.status is JobStatus.RUNNING

    def _values_came(self, spread: Values) -> None:
        self._spread = spread
        latest, pane = spread.latest, self.query_one("#latest", TextPane)
        pane.set_title(f"Latest: {calls.call_title(latest)}" if latest else "Latest verdict")
        said = calls.rationale_text(latest) if latest else ""
        if (said != pane.text or not said) and self._request is not None:
            pane.show(said, empty=told.no_rationale(spread.scorer, self._request))
        self._paint()

    def _paint(self) -> None:
        self.query_one("#head", StillText).show(self._head())
        self._show_failure()
        self.query_one("#levels", StillText).show(self._levels())
        known = self._spread is not None and not self._log
        self.query_one("#spread").display = self.query_one("#latest").display = known
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
        who = [told.who_line(self._request)] if self._request else []
        for line in (*who, told.spent_line(job, self._events), *told.outcome_lines(job), words.result_text(job)):
            text.append(f"\n{line}" if line else "")
        return text

    def _levels(self) -> Text:
        spread = self._spread
        if spread is None:
            return Text()
        lines = spread.pairs or told.histogram_lines(
            told.histograms(spread.spreads, self._rubric), max(self.size.width - 5, 20)
        )
        text = Text()
        if len(self._scorers()) > 1:
            text.append(f"{told.scorer_line(spread.scorer, self._scorers())}\n")
        if not lines:
            return text.append(told.empty_spread(self.job, spread.scorer))
        return text.append_text(Text("\n").join([Text(line, "bold" if head else "") for line, head in lines]))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the job as it stands."""
        offered = {
            "verdicts": self._request is not None,
            "unscored": self._request is not None,
            "scorer": len(self._scorers()) > 1,
            "switch": not self._log,
            "switch_back": self._log,
            "pause": False,
            "cancel": self.job.status is JobStatus.RUNNING,
            "resume": self.job.status.resumable,
            "next_job": "next_job" in self.job.result,
        }
        return offered[action] if action in offered else super().check_action(action, parameters)

    def action_verdicts(self) -> None:
        """Read the verdicts beside the texts; comparisons with their prompts, which hold both texts."""
        request = self._request
        if request is None:
            return
        if not request.pairwise:
            judge = request.judges[0] if len(request.judges) == 1 else None
            self.open_verdicts(request.dataset, request.split, judge=judge, mode=request.mode)
            return

        def show(found: Sequence[JudgeCall]) -> None:
            ids = [call.call_id for call in found if call.purpose is Purpose.PAIR]
            if ids:
                self.app.push_screen(JudgeCallScreen(self.wb, ids))
            else:
                self.say(calls.NOTHING_COMPARED)

        place = request.dataset, request.split, self._shown(), request.mode, MOST_CALLS
        self.ask(lambda: self.wb.judging.calls(*place), then=show, group="judged", doing="read verdicts")

    def action_unscored(self) -> None:
        """See what was asked in vain."""
        if self._request is not None:
            self.app.push_screen(JudgeUnscoredScreen(self.wb, self._request))

    def action_scorer(self) -> None:
        """Show how the next judge's values are spread, or the panel's."""
        scorers = self._scorers()
        self._scorer = scorers[(scorers.index(self._shown()) + 1) % len(scorers)]
        self._look_at_values()

    def action_switch(self) -> None:
        """Show the log."""
        self._log = True
        self._paint()
        self._read()

    def action_switch_back(self) -> None:
        """Show how the values are spread."""
        self._log = False
        self._paint()
