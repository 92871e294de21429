"""The window after a training round: how one's answers lie to the known ones."""

from collections.abc import Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from viva.present import known as words
from viva.records.rating import KnownAnswer, RatingTask
from viva.text import display_line


class PracticeReportScreen(ModalScreen[None]):
    """Shows a rater's own spread, criterion by criterion, in words."""

    CSS = """
    PracticeReportScreen {
        .window { width: 78; padding: 1 2; scrollbar-size-vertical: 1; }
        Static { height: auto; margin-bottom: 1; }
        #note { color: $muted; margin-bottom: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,escape,q", "dismiss", "Go on", priority=True)]

    def __init__(self, answers: Sequence[KnownAnswer], task: RatingTask) -> None:
        super().__init__()
        self._study = task
        self._rows = words.spreads(answers, task)
        self._summary = words.spread_summary(answers, self._rows)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="window") as window:
            window.border_title = Content(f"Your training round in {display_line(self._study.name, 40)}")
            window.border_subtitle = "Enter goes on"
            yield Static(self._summary, markup=False)
            if self._rows:
                yield Static(self._table(), markup=False)
                yield Static(words.AFTER_PRACTICE, id="note", markup=False)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(overflow="ellipsis", no_wrap=True, max_width=24)
        table.add_column(ratio=1)
        for row in self._rows:
            table.add_row(Text(row.name, style="bold"), Text(words.spread_words(row)))
        return table
