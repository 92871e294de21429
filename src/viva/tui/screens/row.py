"""A row of a query's result with every value in full."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from viva.present import query
from viva.records.results import QueryPage
from viva.tui.screens.base import VivaModal
from viva.tui.widgets.status import KeysFooter
from viva.tui.widgets.text_pane import TextPane
from viva.workbench import Workbench


class RowScreen(VivaModal[int]):
    """Ends with the number of the row that was looked at last, within its page."""

    DEFAULT_CSS = """
    RowScreen .window { width: 96%; height: 92%; }
    RowScreen TextPane { border-top: none; background: $surface; }
    RowScreen TextPane:focus { border-top: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "close", "Close", key_display="esc"),
        Binding("n", "step(1)", "Next row"),
        Binding("p", "step(-1)", "Previous row"),
    ]

    def __init__(self, workbench: Workbench, page: QueryPage, number: int, first: int) -> None:
        super().__init__(workbench)
        self._page, self._number, self._first = page, number, first

    def compose(self) -> ComposeResult:
        with Vertical(classes="window"):
            yield TextPane()
        yield KeysFooter()

    def on_mount(self) -> None:
        self.query_one(TextPane).focus()
        self.action_step(0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "step":
            return 0 <= self._number + int(str(parameters[0])) < len(self._page.rows)
        return True

    def action_step(self, step: int) -> None:
        self._number += step
        self.query_one(TextPane).show(query.row_in_full(self._page, self._number))
        self.query_one(".window").border_title = Content(f"Row {self._first + self._number + 1:,}")
        self.refresh_bindings()

    def action_close(self) -> None:
        self.dismiss(self._number)
