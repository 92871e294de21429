"""What a rater gave in a study: their own verdicts only, newest first, and the text behind each."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.widgets import DataTable, Static

from viva.present import desk as words
from viva.present.shared_words import shared_phrases
from viva.records.ids import utc_now
from viva.records.rating import RatingItem, RatingTask, Verdict
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.open_table import OpenTable
from viva.tui.widgets.panes import Panes
from viva.workbench import Workbench


class OwnVerdictsScreen(VivaScreen[None]):
    """A page of verdicts as a table; Enter opens what was read."""

    CSS_PATH = "../styles/desk.tcss"
    AUTO_FOCUS = "#verdicts"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,pagedown", "turn(1)", "Older", key_display="n", tooltip="Go to older verdicts"),
        Binding("b,pageup", "turn(-1)", "Newer", key_display="b", tooltip="Go back to newer verdicts"),
    ]

    def __init__(self, workbench: Workbench, task: RatingTask) -> None:
        super().__init__(workbench)
        self.task_shown = task
        self.title = f"My verdicts: {task.name}"
        self._verdicts: list[Verdict] | None = None
        self._items: dict[str, RatingItem] = {}
        self._page = 0

    def body(self) -> ComposeResult:
        yield OpenTable(id="verdicts")
        yield Static(words.NO_VERDICTS, id="none", markup=False)

    def on_mount(self) -> None:
        self.query_one("#none").display = False
        name = self.task_shown.name
        self.ask(lambda: self.wb.desk.history(name), then=self._show, group="history", doing="read your verdicts")

    def _show(self, verdicts: Sequence[Verdict]) -> None:
        own = [verdict for verdict in verdicts if verdict.rater == self.wb.person.name]
        self._verdicts = words.newest_first([one for one in own if one.study_id == self.task_shown.study_id])
        self._paint()
        self._fetch()

    @property
    def shown(self) -> list[Verdict]:
        """The verdicts of this page."""
        start = self._page * words.PAGE
        return (self._verdicts or [])[start : start + words.PAGE]

    def _fetch(self) -> None:
        """Fetch what was read for the verdicts of this page."""
        wanted = [verdict.item_id for verdict in self.shown if verdict.item_id not in self._items]
        study_id = self.task_shown.study_id
        if wanted:
            call = self.wb.desk.items
            self.ask(call, study_id, wanted, then=self._items_came, group="items", doing="read the texts")

    def _items_came(self, items: dict[str, RatingItem]) -> None:
        self._items.update(items)
        self._paint()

    def on_resize(self, _event: Resize) -> None:
        self._paint()

    def _paint(self) -> None:
        if self._verdicts is None or not self.size.width:
            return
        table = self.query_one(OpenTable)
        there = bool(self._verdicts)
        appeared = there and not table.has_focus
        table.display = there
        self.query_one("#none").display = not there
        now, row = utc_now(), table.cursor_row
        rows = []
        for verdict in self.shown:
            cells = words.verdict_cells(verdict, self._items.get(verdict.item_id), self.task_shown, now)
            cells[3] = display_line(cells[3], 24)
            rows.append([Text(cell) for cell in cells])
        headings = [Text(heading, style="dim") for heading in words.VERDICT_HEADINGS]
        table.show(headings, rows, row, fill=(1, self.size.width - 2))
        if appeared:
            table.focus()
        self.sub_title = words.history_title(len(self._verdicts), self._page)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a page only where there is one."""
        if action != "turn":
            return super().check_action(action, parameters)
        page = self._page + (parameters[0] if isinstance(parameters[0], int) else 0)
        return page >= 0 and page * words.PAGE < len(self._verdicts or [])

    def action_turn(self, step: int) -> None:
        self._page += step
        self.query_one(OpenTable).move_cursor(row=0, animate=False)
        self._paint()
        self._fetch()

    def on_data_table_row_selected(self, _event: DataTable.RowSelected) -> None:
        row = self.query_one(OpenTable).cursor_row
        if not 0 <= row < len(self.shown):
            return
        verdict = self.shown[row]
        if (item := self._items.get(verdict.item_id)) is not None:
            self.app.push_screen(OwnVerdictScreen(self.wb, self.task_shown, verdict, item))


class OwnVerdictScreen(VivaScreen[None]):
    """One verdict of one's own, with what was read."""

    TITLE = "My verdict"
    CSS_PATH = "../styles/desk.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "rendered", "As written", tooltip="Switch between formatted and as written"),
        Binding("h", "marks", "Shared words", tooltip="Mark the words that both texts share, or no longer"),
    ]

    def __init__(self, workbench: Workbench, task: RatingTask, verdict: Verdict, item: RatingItem) -> None:
        super().__init__(workbench)
        self._study, self._verdict, self._item = task, verdict, item
        self._rendered, self._marks = True, False

    def body(self) -> ComposeResult:
        pair = self._item.other is not None
        yield Static(id="said", markup=False)
        yield Panes(["Question", "Text A" if pair else "Reference", "Text B" if pair else "Text"], first=3)

    def on_mount(self) -> None:
        lines = words.verdict_lines(self._verdict, self._study)
        said = Text()
        for name, value in lines:
            said.append(f"{name} ", "dim")
            said.append(f"{value}   ", "bold")
        self.query_one("#said", Static).update(said)
        panes = self.query_one(Panes)
        left = self._item.text if self._item.other is not None else self._item.reference
        right = self._item.text if self._item.other is None else self._item.other
        panes.pane(1).show(self._item.question)
        panes.pane(2).show(left, rendered=True)
        panes.pane(3).show(right, rendered=True)
        # While the panes are not laid out yet, those that stand behind a tab cannot have the focus.
        self.call_after_refresh(panes.action_show, 3)

    def action_rendered(self) -> None:
        self._rendered = not self._rendered
        for number in (2, 3):
            self.query_one(Panes).pane(number).set_rendered(self._rendered)

    def action_marks(self) -> None:
        self._marks = not self._marks
        panes = [self.query_one(Panes).pane(number) for number in (2, 3)]
        phrases = shared_phrases(panes[0].text, panes[1].text) if self._marks else None
        for pane in panes:
            pane.set_marks(phrases)
