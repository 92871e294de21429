"""A table of rows moved through by keyboard; all its cells are rich texts, so that nothing in them is markup."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

NARROWEST = 20
SCROLLBAR = 1


class RowTable(DataTable[Text]):
    """A `DataTable` that is filled in one go and keeps its cursor where it makes sense."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "scroll_top", "First row", show=False),
        Binding("end", "scroll_bottom", "Last row", show=False),
    ]
    DEFAULT_CSS = """
    RowTable { height: 1fr; background: $background; scrollbar-size-vertical: 1; }
    RowTable:focus { background-tint: $background 0%; }
    RowTable > .datatable--header { background: $panel; }
    RowTable > .datatable--cursor { background: $panel; color: $foreground; text-style: none; }
    RowTable:focus > .datatable--cursor { background: $primary 25%; color: $foreground; text-style: bold; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=False)

    def show(
        self,
        headings: Sequence[Text],
        rows: Sequence[Sequence[Text]],
        cursor: int = 0,
        right: Collection[int] = (),
        fill: tuple[int, int] | None = None,
        narrowest: int = NARROWEST,
    ) -> None:
        """Replace everything; the cursor goes to the row `cursor`, or to the last where there are fewer.

        The columns `right` are aligned there; `fill` is a column and the width that it makes the table fit, down
        to `narrowest` cells.
        """
        widths = [max(cells[number].cell_len for cells in (headings, *rows)) for number in range(len(headings))]
        if fill is not None:
            column, width = fill
            others = sum(widths) - widths[column] + 2 * len(widths)
            widths[column] = max(width - SCROLLBAR - others, narrowest)
            for cells in (headings, *rows):
                cells[column].truncate(widths[column], overflow="ellipsis")
        for number in right:
            for cells in (headings, *rows):
                cells[number].pad_left(widths[number] - cells[number].cell_len)
        # Widths are given: a table filled twice before it is painted would take its columns' from the headings alone.
        self.clear(columns=True)
        for heading, width in zip(headings, widths, strict=True):
            self.add_column(heading, width=max(width, 1))
        for row in rows:
            self.add_row(*row)
        if rows:
            self.move_cursor(row=min(max(cursor, 0), len(rows) - 1), animate=False)
