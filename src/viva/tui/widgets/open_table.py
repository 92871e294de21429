"""A table of rows to open one of: Enter shows in the footer."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from viva.tui.widgets.row_table import RowTable


class OpenTable(RowTable):
    """Rows are opened with Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select_cursor", "Open")]
