"""A trial of a judge on a few questions: every prompt and reply in full, while the job goes on."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from viva.present import jobs as words
from viva.present import judge_verdicts as calls
from viva.present import judging as told
from viva.records.ids import utc_now
from viva.records.job import Job, JobStatus
from viva.records.judging import JudgeCall, ReadCall
from viva.tui.screens.following import FollowsEvents
from viva.tui.screens.judge_verdicts import OpensVerdicts
from viva.tui.widgets.call_view import CallView
from viva.tui.widgets.status import StatusLine
from viva.tui.widgets.still import StillText
from viva.tui.widgets.text_pane import TextPane
from viva.tui.widgets.tones import tone
from viva.workbench import Workbench

MOST_CALLS = 500


class JudgeTrialScreen(OpensVerdicts, FollowsEvents):
    """Follows a job that judges a few questions' texts, and shows its calls one after the other."""

    TITLE = "Trial of a judge"
    AUTO_FOCUS = ""
    CSS_PATH = "../styles/judge.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "step(1)", "Next call", tooltip="Go to the next call"),
        Binding("p", "step(-1)", "Previous", tooltip="Go to the call before"),
        Binding("v", "verdicts", "Verdicts", tooltip="Read the verdicts beside the texts"),
        Binding("k", "cancel", "Cancel", tooltip="Stop the job; what has been judged stays"),
        Binding("r", "resume", "Resume", tooltip="Ask for what is missing"),
    ]

    def __init__(self, workbench: Workbench, job: Job) -> None:
        super().__init__(workbench, job)
        self._request = told.request_of(job)
        self._examples = tuple(job.spec.arguments.get("examples") or ())
        self._seen: tuple[int, JobStatus] | None = None
        self._made: Sequence[JudgeCall] = ()
        self._shown: str | None = None

    def body(self) -> ComposeResult:
        yield StillText(id="head")
        yield StillText(id="failure")
        yield StatusLine(id="where")
        yield CallView()
        yield StillText(id="none")
        with Container(id="log"):
            yield TextPane(title="Log", empty="Nothing has been printed yet")

    def _known(self) -> tuple[int, JobStatus] | None:
        return self._seen

    def _reads_log(self, job: Job, log: bool) -> bool:  # noqa: ARG002
        return job.status is JobStatus.FAILED

    def _more(self, job: Job, known: tuple[int, JobStatus] | None) -> list[JudgeCall] | None:
        """Return the calls so far; None where nothing has come since the last look."""
        request = self._request
        if request is None or known == (job.done, job.status):
            return None
        made = self.wb.judging.calls(request.dataset, request.split, None, request.mode, MOST_CALLS)
        examples = self._examples or tuple(dict.fromkeys(call.example_id for call in made))
        return calls.in_order((call for call in made if call.judge in request.judges), examples)

    def _take(self, more: list[JudgeCall] | None) -> None:
        if more is not None:
            self._seen = self.job.done, self.job.status
            self._made = more
            if self._made and self._place() is None:
                self._open(0)

    def _place(self) -> int | None:
        """Return which of the calls is shown, None where none is."""
        return next((number for number, call in enumerate(self._made) if call.call_id == self._shown), None)

    def _open(self, at: int) -> None:
        self._shown = wanted = self._made[at].call_id
        self.ask(lambda: self.wb.judging.read_call(wanted), then=self._show, group="call", doing="read a call")

    def _show(self, read: ReadCall) -> None:
        self.query_one(CallView).show(read)
        if self.focused is None:
            self.query_one("#pane-1").focus()

    def _paint(self) -> None:
        self.query_one("#head", StillText).show(self._head())
        self._show_failure()
        failed = self.job.status is JobStatus.FAILED and not self._made
        there = bool(self._made)
        for name, displayed in (("#where", there), ("CallView", there), ("#log", failed),
                                ("#none", not there and not failed)):  # fmt: skip
            self.query_one(name).display = displayed
        where, at = self.query_one("#where", StatusLine), self._place()
        if at is not None:
            call = self._made[at]
            question = ([*dict.fromkeys(call.example_id for call in self._made)]).index(call.example_id) + 1
            where.text = f"Question {question} · {calls.call_title(call)} · {calls.state_text(call)}"
            where.right = f"call {at + 1:,} of {len(self._made):,}"
        self.query_one("#none", StillText).show(Text(told.no_calls(self.job, self._request)))
        self.refresh_bindings()

    def _head(self) -> Text:
        status, _, rest = words.summary_line(self.job, utc_now()).partition(" · ")
        text = Text.assemble((status, tone(self.app, words.TONES[self.job.status])), f" · {rest}" if rest else "")
        lines = [told.who_line(self._request)] if self._request else []
        for line in (*lines, told.spent_line(self.job, self._events)):
            text.append(f"\n{line}" if line else "")
        return text

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the trial as it stands."""
        at = self._place()
        if action == "step":
            return at is not None and 0 <= at + int(str(parameters[0])) < len(self._made)
        offered = {
            "verdicts": self._request is not None and not self._request.pairwise and self.job.status.ended,
            "pause": False,
            "cancel": self.job.status is JobStatus.RUNNING,
            "resume": self.job.status.resumable,
        }
        return offered[action] if action in offered else super().check_action(action, parameters)

    def action_step(self, step: int) -> None:
        at = self._place()
        if at is not None and 0 <= at + step < len(self._made):
            self._open(at + step)
            self._paint()

    def action_verdicts(self) -> None:
        """Read the verdicts beside the texts."""
        if self._request is not None:
            self.open_verdicts(self._request.dataset, self._request.split, self._examples)
