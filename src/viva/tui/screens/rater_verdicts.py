"""All that raters said about the texts for one question: values, totals, comments."""

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Static

from viva.present import rater_verdicts as words
from viva.records.rater_verdict import RaterVerdict
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.tui.widgets.text_pane import TextPane
from viva.workbench import Workbench


class RaterVerdictsScreen(VivaScreen[None]):
    """A line for each rater and text, the one under the cursor in full below; `where` says which example it is."""

    TITLE = "Raters"
    CSS_PATH = "../styles/results.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Other pane", key_display="tab", tooltip="Go to the comment, and back"),
        Binding("R,f5", "reload", "Refresh", key_display="R", tooltip="Read everything again (also F5)"),
    ]

    def __init__(self, workbench: Workbench, dataset: str, example_id: str, where: str) -> None:
        super().__init__(workbench)
        self._dataset, self._example_id, self._where = dataset, example_id, where
        self._verdicts: list[RaterVerdict] = []

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        yield RowTable(id="verdicts")
        yield TextPane(id="said", empty="(no comment)")
        yield Static(words.NOBODY, id="nothing", markup=False)

    def on_mount(self) -> None:
        self.query_one("#where", StatusLine).text = self._where
        for name in ("#verdicts", "#said", "#nothing"):
            self.query_one(name).display = False
        self.action_reload()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        self._paint()

    def action_reload(self) -> None:
        dataset, example = self._dataset, self._example_id
        self.ask(lambda: self.wb.results.rater_verdicts(dataset, example), then=self._show, doing="read the ratings")

    def _show(self, verdicts: list[RaterVerdict]) -> None:
        self._verdicts, there = verdicts, bool(verdicts)
        self.query_one("#verdicts").display = self.query_one("#said").display = there
        self.query_one("#nothing").display = not there
        self._paint()
        if there and self.focused is None:
            self.query_one(RowTable).focus()

    def _paint(self) -> None:
        if self._verdicts:
            table = self.query_one(RowTable)
            rows = [[Text(cell) for cell in line] for line in words.lines(self._verdicts)]
            table.show([Text(name) for name in words.HEADINGS], rows, table.cursor_row, (2,), (3, self.size.width))
            self._say()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._say()

    def _say(self) -> None:
        row = self.query_one(RowTable).cursor_row
        if 0 <= row < len(self._verdicts):
            said = self.query_one("#said", TextPane)
            said.set_title(words.title(self._verdicts[row]))
            said.show(words.said(self._verdicts[row]), rendered=False)
