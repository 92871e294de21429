"""A text beside all that judges said about it: values, points, reasons, and whether a quote really stands there."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import DataTable, Static

from viva.present import judge_verdicts as words
from viva.present.judge_verdicts import JudgedText, VerdictLine
from viva.records.judging import JudgeMode
from viva.tui.judging_reading import SaidOfText, read_judged, read_text
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.judge_call import JudgeCallScreen
from viva.tui.widgets.panes import NARROW, Panes
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.tui.widgets.text_pane import TextPane
from viva.tui.widgets.tones import tone, when_theme_changes
from viva.workbench import Workbench

TITLES = ("Question", "Reference", "Text")
GIVEN_WIDTH = 67


class JudgeVerdictsScreen(VivaScreen[None]):
    """Question, reference and text beside the verdicts, those of `judge` first; `n` and `N` go through `texts`."""

    TITLE = "Verdicts"
    CSS_PATH = "../styles/judge.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p,enter", "call", "Prompt and reply", key_display="⏎", tooltip="Show the call behind this (also p)"),
        Binding("n", "step(1)", "Next text", tooltip="Go to the next text that was judged"),
        Binding("N", "step(-1)", "Previous", tooltip="Go to the text before"),
        Binding("tab", "app.focus_next", "Other pane", key_display="tab", tooltip="Go to the next pane"),
        Binding("1", "show(1)", show=False, tooltip="Go to the question"),
        Binding("2", "show(2)", show=False, tooltip="Go to the reference"),
        Binding("3", "show(3)", show=False, tooltip="Go to the text"),
    ]

    def __init__(
        self, workbench: Workbench, dataset: str, texts: Sequence[JudgedText], at: int = 0, judge: str | None = None
    ) -> None:
        super().__init__(workbench)
        self._dataset, self._texts, self._at, self._judge = dataset, texts, at, judge
        self._lines: list[VerdictLine] = []

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        with Container(id="columns"):
            yield Panes(TITLES, first=3)
            with Vertical(id="given"):
                yield RowTable(id="verdicts")
                yield TextPane(id="said", empty="(nothing was said)")
                yield Static(words.NO_VERDICTS, id="none", markup=False)

    def on_mount(self) -> None:
        self.add_class("-unread")
        self._read(self._at)
        when_theme_changes(self, self._paint_table)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < NARROW, "-narrow")
        self._paint_table()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what there is: a call, another text."""
        if action == "call":
            line = self._line()
            return line is not None and line.judgment.call_id is not None
        if action == "step":
            return 0 <= self._at + int(str(parameters[0])) < len(self._texts)
        return super().check_action(action, parameters)

    def action_step(self, step: int) -> None:
        if 0 <= self._at + step < len(self._texts):
            self._read(self._at + step)

    def action_show(self, number: int) -> None:
        self.query_one(Panes).action_show(number)

    def _read(self, at: int) -> None:
        self._at, wanted = at, self._texts[at]

        self.ask(read_text, self.wb, self._dataset, wanted, then=self._show, group="text", doing="read verdicts")

    def _show(self, found: SaidOfText) -> None:
        first = self.has_class("-unread")
        self.remove_class("-unread")
        text = words.text_of(found.example, self._texts[self._at].generation_id)
        where = self.query_one("#where", StatusLine)
        where.text = words.where_line(found.example, text)
        where.right = f"{self._at + 1:,} of {len(self._texts):,}" if len(self._texts) > 1 else ""
        panes = self.query_one(Panes)
        panes.pane(1).show(found.example.question, empty="(no question)")
        panes.pane(2).show(found.example.reference, empty="(no reference)")
        panes.pane(3).show(text.text if text else "", empty="(no text)")
        self._lines = words.verdict_lines(found.judgments, found.rubrics)
        there = bool(self._lines)
        self.query_one("#verdicts").display = self.query_one("#said").display = there
        self.query_one("#none").display = not there
        self._paint_table(words.first_line_of(self._judge, self._lines))
        if first:
            (self.query_one(RowTable) if there else panes.pane(3)).focus()
        self.refresh_bindings()

    def _paint_table(self, cursor: int | None = None) -> None:
        if not self._lines:
            return
        table = self.query_one(RowTable)
        head = tone(self.app, "primary", bold=True)
        rows = [[Text(cell, style=head if line.head else "") for cell in line.cells] for line in self._lines]
        width = self.size.width if self.has_class("-narrow") else GIVEN_WIDTH
        at = table.cursor_row if cursor is None else cursor
        table.show([Text(heading) for heading in words.HEADINGS], rows, at, (1, 2), (0, width))
        self._say()

    def _line(self) -> VerdictLine | None:
        row = self.query_one(RowTable).cursor_row if self.is_mounted else -1
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def _say(self) -> None:
        line = self._line()
        if line is not None:
            said = self.query_one("#said", TextPane)
            said.set_title(words.verdict_title(line))
            said.show(words.verdict_text(line, self._lines))
        self.refresh_bindings()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._say()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.action_call()

    def action_call(self) -> None:
        """Show the prompt and the raw reply behind the line under the cursor."""
        line = self._line()
        if line is None:
            return
        if line.judgment.call_id is None:
            self.say(words.NO_CALL)
        else:
            self.app.push_screen(JudgeCallScreen(self.wb, [line.judgment.call_id]))


class OpensVerdicts(VivaScreen[None]):
    """A screen from which the verdicts on texts can be read."""

    def open_verdicts(
        self,
        dataset: str,
        split: str,
        examples: Sequence[str] = (),
        judge: str | None = None,
        mode: JudgeMode | None = None,
    ) -> None:
        """Show the texts that were judged, the first of them first; only those for `examples`, where there are any."""

        def show(texts: list[JudgedText]) -> None:
            if texts:
                self.app.push_screen(JudgeVerdictsScreen(self.wb, dataset, texts, judge=judge))
            else:
                self.say(words.NOTHING_JUDGED)

        where = dataset, split, examples, judge, mode
        self.ask(read_judged, self.wb, *where, then=show, group="judged", doing="read verdicts")
