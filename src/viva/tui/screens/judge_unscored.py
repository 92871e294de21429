"""What judges were asked in vain: each verdict without a value with its reason, and the way to ask again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Static

from viva.present import judge_verdicts as words
from viva.present.datasets import split_name
from viva.records.judging import JudgeRequest, UnscoredVerdict
from viva.text import display_line
from viva.tui.screens.judge_call import JudgeCallScreen
from viva.tui.screens.judge_start import StartsJudging
from viva.tui.screens.judge_verdicts import JudgeVerdictsScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

PAGE = 100
REASON = 3
"""The column that gets the room that is left."""


@dataclass(frozen=True)
class Page:
    """A page of the list, and whether another follows."""

    rows: Sequence[UnscoredVerdict]
    offset: int
    more: bool


class JudgeUnscoredScreen(StartsJudging):
    """The unscored verdicts of a request's split; `r` makes the request once more for these alone."""

    TITLE = "Unscored verdicts"
    CSS_PATH = "../styles/judge.tcss"
    AUTO_FOCUS = "#unscored"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,enter", "open", "Open call", key_display="⏎", tooltip="Show the prompt and the reply (also e)"),
        Binding("v", "verdicts", "Text", tooltip="Read the text with all that judges said about it"),
        Binding("r", "retry", "Ask again", tooltip="Ask the judges again for what has no value"),
        Binding("n,right_square_bracket", "page(1)", "Page on", key_display="n", tooltip="Show the next page"),
        Binding("p,left_square_bracket", "page(-1)", "Page back", key_display="p", tooltip="Show the page before"),
        Binding("R,f5", "reload", "Refresh", key_display="R", tooltip="Read everything again (also F5)"),
    ]

    def __init__(self, workbench: Workbench, request: JudgeRequest) -> None:
        super().__init__(workbench)
        self._request = request
        self._judge = request.judges[0] if len(request.judges) == 1 else None
        self._page: Page | None = None

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        yield RowTable(id="unscored")
        yield Static(id="about", markup=False)
        yield Static(words.none_unscored(self._judge, self._request.mode), id="none", markup=False)

    def on_mount(self) -> None:
        self.sub_title = f"{display_line(self._request.dataset, 24)} · {split_name(self._request.split)}"
        for name in ("#unscored", "#about", "#none"):
            self.query_one(name).display = False

    def on_screen_resume(self) -> None:
        self.action_reload()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        self._paint()

    def action_reload(self) -> None:
        self._read(self._page.offset if self._page else 0)

    def _read(self, offset: int) -> None:
        request, judge = self._request, self._judge

        def read() -> Page:
            place = request.dataset, request.split, judge, request.mode
            if request.pairwise:
                compared = self.wb.judging.listed_pairs(*place)
                pairs = [words.unscored_pair(row) for row in compared if row.winner is None]
                rows: Sequence[UnscoredVerdict] = pairs[offset : offset + PAGE + 1]
            else:
                rows = self.wb.judging.unscored(*place, limit=PAGE + 1, offset=offset)
            return Page(rows[:PAGE], offset, len(rows) > PAGE)

        self.starting("reading …")
        self.ask(read, then=self._show, otherwise=self._unread, group="unscored", doing="read what is unscored")

    def _unread(self, _error: Exception) -> bool:
        self.starting("")
        return False

    def _show(self, page: Page) -> None:
        if not page.rows and page.offset:
            self._read(0)
            return
        moved = self._page is not None and self._page.offset != page.offset
        self._page = page
        self._paint(0 if moved else None)

    def _paint(self, cursor: int | None = None) -> None:
        page = self._page
        if page is None:
            return
        where, table, there = self.query_one("#where", StatusLine), self.query_one(RowTable), bool(page.rows)
        where.text = "What judges were asked in vain" if there else ""
        self.starting("")
        appeared = there and not table.display
        table.display = self.query_one("#about").display = there
        self.query_one("#none").display = not there
        if there:
            rows = [[Text(cell) for cell in words.unscored_cells(one, self.size.width)] for one in page.rows]
            headings = [Text(heading) for heading in words.UNSCORED_HEADINGS]
            table.show(
                headings, rows, table.cursor_row if cursor is None else cursor, (), (REASON, self.size.width - 2)
            )
            self._say()
            if appeared:
                table.focus()
        self.refresh_bindings()

    def starting(self, text: str) -> None:
        page = self._page
        known = words.unscored_range(len(page.rows), page.offset, page.more) if page else ""
        self.query_one("#where", StatusLine).right = text or known

    def _line(self) -> UnscoredVerdict | None:
        row = self.query_one(RowTable).cursor_row if self.is_mounted else -1
        return self._page.rows[row] if self._page is not None and 0 <= row < len(self._page.rows) else None

    def _say(self) -> None:
        line = self._line()
        self.query_one("#about", Static).update(Content(words.unscored_text(line) if line else ""))
        self.refresh_bindings()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._say()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.action_open()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done with the line under the cursor, and with all of them."""
        page, line = self._page, self._line()
        if action == "page":
            forward = int(str(parameters[0])) > 0
            return page is not None and (page.more if forward else page.offset > 0)
        if action == "open":
            return line is not None and line.call_id is not None
        if action == "verdicts":
            return line is not None and not self._request.pairwise
        if action == "retry":
            return line is not None
        return super().check_action(action, parameters)

    def action_page(self, step: int) -> None:
        if self._page is not None:
            self._read(max(self._page.offset + step * PAGE, 0))

    def action_open(self) -> None:
        """Show the prompt and the reply behind the line under the cursor."""
        line = self._line()
        if line is not None and line.call_id is None:
            self.say(words.NO_CALL)
        elif line is not None and line.call_id is not None and self._page is not None:
            ids = list(dict.fromkeys(row.call_id for row in self._page.rows if row.call_id is not None))
            self.app.push_screen(JudgeCallScreen(self.wb, ids, ids.index(line.call_id)))

    def action_verdicts(self) -> None:
        """Read the text of the line under the cursor, with all that judges said about it."""
        if (line := self._line()) is not None:
            texts = [words.JudgedText(line.example_id, line.generation_id)]
            self.app.push_screen(JudgeVerdictsScreen(self.wb, self._request.dataset, texts, judge=line.judge))

    def action_retry(self) -> None:
        """Ask again for what has no value."""
        self.start_judging(replace(self._request, retry=True))
