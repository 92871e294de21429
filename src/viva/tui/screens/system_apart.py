"""The questions on which two systems differ most on one measure; from each the way to both texts."""

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Static

from viva.present import system_comparison as words
from viva.present.system_names import short_names
from viva.records.comparison import Apart, Comparison, MeasureDifference
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.text_place import Place
from viva.tui.screens.texts import TextsScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

SHOWN = 100
"""Questions that are read, those of the largest difference."""
NAME_WIDTH = 16


class SystemApartScreen(VivaScreen[None]):
    """A row for each question, the largest difference first."""

    TITLE = "Where they differ"
    CSS_PATH = "../styles/system_compare.tcss"
    AUTO_FOCUS = "#questions"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,enter", "texts", "Texts", key_display="⏎", tooltip="Read both texts beside the reference (also e)"),
    ]

    def __init__(self, workbench: Workbench, found: Comparison, one: MeasureDifference) -> None:
        super().__init__(workbench)
        self._found, self._one = found, one
        self._rows: list[Apart] | None = None

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        yield RowTable(id="questions")
        yield Static("They differ on no question that both have a value for.", id="nothing", markup=False)
        yield Static(id="about", markup=False)

    def on_mount(self) -> None:
        found, one = self._found, self._one
        self.query_one("#questions").display = self.query_one("#nothing").display = False
        head, *rest = words.sentences(one, found)
        told = Content("\n").join([Content.styled(head, "bold"), *map(Content, rest)])
        self.query_one("#about", Static).update(told)
        self.ask(
            lambda: self.wb.comparisons.apart(
                found.first, found.second, found.dataset, one.key, found.split, SHOWN, found.field, found.subfield
            ),
            then=self._show, group="apart", doing="read where the systems differ",
        )  # fmt: skip

    def on_resize(self, _event: events.Resize) -> None:
        self._paint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer texts only where there are questions."""
        return bool(self._rows) if action == "texts" else super().check_action(action, parameters)

    def _show(self, rows: list[Apart]) -> None:
        self._rows = rows
        self._paint()

    def _paint(self, cursor: int | None = None) -> None:
        if self._rows is None:
            return
        table = self.query_one(RowTable)
        table.display, self.query_one("#nothing").display = bool(self._rows), not self._rows
        where, title = self.query_one("#where", StatusLine), words.title(self._one, self._found)
        where.right = words.apart_count(len(self._rows), SHOWN)
        room = self.size.width - len(title) - len(where.right) - 7
        where.text = f"{title} · {words.caption(self._found, room)}"
        names = short_names((self._found.first, self._found.second), NAME_WIDTH).names.values()
        headings = [Text(one) for one in ("#", "Question", *names, "Difference")]
        rows = [[Text(cell) for cell in words.apart_cells(each, self._one, self.size.width)] for each in self._rows]
        table.show(
            headings, rows, table.cursor_row if cursor is None else cursor, [0, 2, 3, 4], (1, self.size.width - 2)
        )  # fmt: skip
        if self._rows and self.focused is None:
            table.focus()
        self.refresh_bindings()

    def action_texts(self) -> None:
        """Open the texts of the question under the cursor."""
        row = self.query_one(RowTable).cursor_row
        if self._rows and 0 <= row < len(self._rows):
            place = Place(words.page(self._found, self._one, self._rows), row)
            order = words.order_title(self._one, self._found)
            self.app.push_screen(TextsScreen(self.wb, place, order), self._returned)

    def _returned(self, place: Place | None) -> None:
        if place is not None:
            self._paint(place.row)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.action_texts()
