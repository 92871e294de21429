"""What came of a query: a line that says how it stands, and below it the rows of a page or the error."""

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from viva.errors import UserError
from viva.present import query as words
from viva.present.query import Result
from viva.text import display_line, display_text
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine

BEGINNING = "F5 or Ctrl+J runs the query; nothing here can change the data"


class ResultPane(Vertical):
    """Shows a `Result`, an error or that a query runs; column names, cells and messages are cleaned here."""

    DEFAULT_CSS = """
    ResultPane { height: 1fr; }
    ResultPane > #message { height: 1fr; padding: 1 1; overflow-y: auto; }
    """

    def compose(self) -> ComposeResult:
        yield StatusLine()
        yield RowTable(id="rows")
        yield Static(id="message", markup=False)

    def on_mount(self) -> None:
        self.table.display = False
        self.say(BEGINNING)

    @property
    def table(self) -> RowTable:
        return self.query_one(RowTable)

    def say(self, text: str, right: str = "", tone: str = "normal") -> None:
        """Set the line above the rows."""
        line = self.query_one(StatusLine)
        line.text, line.right, line.tone = text, right, tone

    def show(self, result: Result) -> None:
        """Show the page that the result stands at."""
        page = result.page
        self.say(words.caption(result), words.seconds(page.seconds))
        self.query_one("#message").display = False
        self.table.display = True
        names, kinds = page.columns[: words.COLUMNS], page.types[: words.COLUMNS]
        right = [number for number, kind in enumerate(kinds) if words.is_number(kind)]
        headings = [Text(display_line(name, words.CELL_WIDTH)) for name in names]
        self.table.show(headings, [_cells(row) for row in page.rows], right=right)

    def show_error(self, error: UserError) -> None:
        """Show an error in the place of the rows, with its hint."""
        first, _, rest = words.pointed(display_text(error.message), max(self.size.width - 2, 20)).partition("\n")
        hint = display_line(error.hint)
        said = Content.assemble((first, "bold $error"), f"\n{rest}" if rest else "", f"\n\n{hint}" if hint else "")
        self.say("no result", tone="alert")
        message = self.query_one("#message", Static)
        message.update(said)
        message.display = True
        self.table.display = False


def _cells(row: Sequence[object]) -> list[Text]:
    shown = row[: words.COLUMNS]
    return [Text(words.cell(value), style="dim italic" if value is None else "") for value in shown]
