"""Calls to judges, one after the other: what was asked, what came back, and what was made of it."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from viva.present import judge_verdicts as words
from viva.records.judging import ReadCall
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.call_view import CallView
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench


class JudgeCallScreen(VivaScreen[None]):
    """One of some calls, by their ids."""

    TITLE = "Call to a judge"
    CSS_PATH = "../styles/judge.tcss"
    AUTO_FOCUS = "#pane-1"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "step(1)", "Next call", tooltip="Go to the next call"),
        Binding("p", "step(-1)", "Previous", tooltip="Go to the call before"),
    ]

    def __init__(self, workbench: Workbench, call_ids: Sequence[str], at: int = 0) -> None:
        super().__init__(workbench)
        self._ids = call_ids
        self._at = at

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        yield CallView()

    def on_mount(self) -> None:
        self._read(self._at)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a way only where a call lies."""
        if action == "step":
            return 0 <= self._at + int(str(parameters[0])) < len(self._ids)
        return super().check_action(action, parameters)

    def action_step(self, step: int) -> None:
        if 0 <= self._at + step < len(self._ids):
            self._read(self._at + step)

    def _read(self, at: int) -> None:
        self._at = at
        wanted = self._ids[at]
        self.ask(lambda: self.wb.judging.read_call(wanted), then=self._show, group="call", doing="read a call")

    def _show(self, read: ReadCall) -> None:
        where = self.query_one("#where", StatusLine)
        where.text = f"{words.call_title(read.call)} · {words.state_text(read.call)}"
        where.right = f"{self._at + 1:,} of {len(self._ids):,}" if len(self._ids) > 1 else ""
        self.query_one(CallView).show(read)
        self.refresh_bindings()
