"""The window that takes a query's result away: to a file of the workspace, or to the clipboard."""

import os
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from viva.errors import UserError
from viva.present import query as words
from viva.present.query import Result
from viva.text import display_line, plural
from viva.tui.errors import error_text
from viva.tui.screens.base import VivaModal
from viva.tui.screens.confirm import ConfirmScreen
from viva.tui.widgets.status import KeysFooter
from viva.workbench import Workbench

NAME_LENGTH = 1024


class ExportResultScreen(VivaModal[None]):
    """Runs the query again and writes every row; the clipboard gets the rows fetched so far."""

    DEFAULT_CSS = """
    ExportResultScreen .window { padding: 1 2; }
    ExportResultScreen Static { height: auto; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+y", "copy", "Copy the rows", priority=True),
        Binding("escape", "dismiss", "Cancel"),
    ]
    _writing = False

    def __init__(self, workbench: Workbench, query: str, result: Result) -> None:
        super().__init__(workbench)
        self._text, self._result = query, result

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "Export the result"
            window.border_subtitle = "⏎ writes · Ctrl+Y copies · Esc cancels"
            yield Input("result.csv", max_length=NAME_LENGTH, compact=True, select_on_focus=False)
            yield Static(markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        self._say("A file of the workspace that ends in .csv, .json or .parquet; every row is written")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if not name or self._writing:
            return
        self.ask(
            lambda: self.wb.sql.file_for(name),
            then=lambda found: self._checked(name, there=found[1]),
            otherwise=self._refused,
            group="check",
            doing="look for a file",
        )

    def action_copy(self) -> None:
        """Give the terminal the rows as text, tabs between the columns."""
        if os.environ.get("SSH_CONNECTION"):
            self._say("Over SSH the clipboard is out of reach; write a file instead", "$warning")
            return
        rows = sum(len(page.rows) for page in self._result.pages)
        self.app.copy_to_clipboard(words.tabbed(self._result))
        more = ", more follow: write a file to have all" if self._result.pages[-1].more else ""
        self._say(f"{plural(rows, 'row')} given to the terminal's clipboard{more}")

    def _checked(self, name: str, *, there: bool) -> None:
        if not there:
            self._write(name, overwrite=False)
            return
        question = f"Replace {display_line(name, 60)}?"
        self.app.push_screen(
            ConfirmScreen(self.wb, question, "A file of this name is there already."),
            lambda yes: self._write(name, overwrite=True) if yes else None,
        )

    def _write(self, name: str, *, overwrite: bool) -> None:
        self._writing = True
        self._say("Writing …")
        self.ask(
            lambda: self.wb.sql.export(self._text, self.wb.sql.file_for(name)[0], overwrite=overwrite),
            then=lambda count: self._written(name, count),
            otherwise=self._refused,
            group="export",
            doing="export a result",
        )

    def _written(self, name: str, count: int) -> None:
        self.say(f"{plural(count, 'row')} written to {display_line(name, 80)}")
        self.dismiss(None)

    def _refused(self, error: Exception) -> bool:
        self._writing = False
        if isinstance(error, UserError):
            self._say(error_text(error), "$warning")
            return True
        return False

    def _say(self, text: str, style: str = "$muted") -> None:
        self.query_one(Static).update(Content.styled(text, style))
