"""The window after a training text: what one gave beside what is known, and why."""

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from viva.present import known as words
from viva.records.rating import KnownAnswer, RatingTask, Side
from viva.tui.widgets.text_layout import lay_out


class KnownScreen(ModalScreen[None]):
    """Shows one item's answers; `shown_first` is the side that stood first on the screen."""

    CSS = """
    KnownScreen {
        .window { width: 72; padding: 1 2; scrollbar-size-vertical: 1; }
        Static { height: auto; }
        #why { margin-top: 1; }
    }
    """
    WIDTH = 64
    """Cells of the reason's lines."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape,q", "dismiss", "Go on", priority=True),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
    ]

    def __init__(self, answer: KnownAnswer, task: RatingTask, shown_first: Side = "a") -> None:
        super().__init__()
        self._rows = words.known_rows(answer, task, shown_first)
        self._why = words.why_text(answer)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="window") as window:
            window.border_title = "Training: what is known of this text"
            window.border_subtitle = "Enter goes on"
            yield Static(self._table(), markup=False)
            if self._why:
                yield Static(self._reason(), id="why", markup=False)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 3, 0, 0))
        table.title = Text(words.known_headline(self._rows), style="bold")
        table.title_justify = "left"
        table.add_column(overflow="ellipsis", no_wrap=True, max_width=26)
        table.add_row(Text(""), Text("yours", style="dim"), Text("known", style="dim"), Text(""))
        for row in self._rows:
            style = "" if row.same else "bold"
            table.add_row(Text(row.name), Text(row.given, style), Text(row.known, style), Text(row.remark, style))
        return table

    def _reason(self) -> Text:
        lines = lay_out(self._why, self.WIDTH, rendered=False).lines
        said = ("".join(segment.text for segment in line) for line in lines)
        return Text("\n".join(["Why:", *said]))

    def action_scroll(self, step: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)
