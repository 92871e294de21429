"""A table with one page of examples; the question gets the room that is left."""

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.widgets import DataTable

from viva.present.datasets import ExamplePage, example_row

_WIDTHS = {"No.": 5, "Split": 10, "Field": 16, "Question": 0}
_LEAST_QUESTION = 20


class ExampleTable(DataTable[Text]):
    """Shows one page; the row number is the place in the page."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Open"),
        Binding("home", "scroll_top", "First row", show=False),
        Binding("end", "scroll_bottom", "Last row", show=False),
    ]
    DEFAULT_CSS = """
    ExampleTable { background: $background; scrollbar-size-vertical: 1; overflow-x: hidden; }
    ExampleTable:focus { background-tint: $background 0%; }
    ExampleTable > .datatable--header { background: $panel; }
    ExampleTable > .datatable--cursor { background: $panel; color: $foreground; text-style: none; }
    ExampleTable:focus > .datatable--cursor { background: $primary 25%; color: $foreground; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__(cursor_type="row")
        self._page: ExamplePage | None = None

    def on_resize(self, _event: Resize) -> None:
        if self._page is not None and self.columns and self.ordered_columns[-1].width != self._question_width():
            self.show(self._page, self.cursor_row)

    def show(self, page: ExamplePage, row: int = 0) -> None:
        """Show a page with the cursor on `row`."""
        self._page = page
        self.clear(columns=True)
        for label, width in _WIDTHS.items():
            self.add_column(Text(label), width=width or self._question_width())
        for number, example in enumerate(page.examples):
            cells = example_row(example, page.query.offset + number + 1)
            self.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells))
        self.move_cursor(row=row)

    def _question_width(self) -> int:
        others = sum(_WIDTHS.values()) + 2 * self.cell_padding * len(_WIDTHS) + self.scrollbar_size_vertical
        return max(self.size.width - others, _LEAST_QUESTION)
