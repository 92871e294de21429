"""What an example said in each version that changed it, and what was changed from one to the next."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import DataTable, Static

from viva.present import example_history as words
from viva.present.example_history import Mark
from viva.records.dataset import Dataset, Example
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.row_table import RowTable
from viva.workbench import Workbench

_HEADINGS = ("Version", "Date", "How it came about", "What changed")
_STYLES = {Mark.KEPT: "$text-muted", Mark.REMOVED: "$error strike", Mark.ADDED: "$success underline"}


class ExampleHistoryScreen(VivaScreen[None]):
    """States on top, the newest first; below, what the state under the cursor says otherwise than the one before."""

    TITLE = "History of an example"
    CSS_PATH = "../styles/datasets.tcss"
    AUTO_FOCUS = "#states"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Switch", key_display="tab", tooltip="Go to the texts, or back"),
    ]

    def __init__(self, workbench: Workbench, example: Example) -> None:
        super().__init__(workbench)
        self._example = example
        self._states: Sequence[tuple[Example, Dataset]] = ()

    def body(self) -> ComposeResult:
        yield RowTable(id="states")
        yield Static(id="legend", markup=False)
        with VerticalScroll(id="differences"):
            yield Static(id="texts", markup=False)

    def on_mount(self) -> None:
        self.ask(
            lambda: self.wb.datasets.history(self._example.example_id),
            then=self._show,
            group="history",
            doing="read a history",
        )

    def _show(self, states: Sequence[tuple[Example, Dataset]]) -> None:
        self._states = states
        self._fill(0)
        self.query_one(RowTable).focus()

    def _fill(self, cursor: int) -> None:
        older = [example for example, _ in self._states[1:]]
        rows = [
            [Text(cell) for cell in words.state_row(example, dataset, before)]
            for (example, dataset), before in zip(self._states, [*older, None], strict=True)
        ]
        headings = [Text(heading) for heading in _HEADINGS]
        self.query_one(RowTable).show(headings, rows, cursor, right={0}, fill=(2, self.size.width - 2))
        self._show_state(cursor)

    def on_resize(self, _event: Resize) -> None:
        if self._states:
            self._fill(self.query_one(RowTable).cursor_row)

    def on_data_table_row_highlighted(self, _event: DataTable.RowHighlighted) -> None:
        self._show_state(self.query_one(RowTable).cursor_row)

    def _show_state(self, row: int) -> None:
        if row >= len(self._states):
            return
        example = self._states[row][0]
        older = self._states[row + 1][0] if row + 1 < len(self._states) else None
        parts: list[str | tuple[str, str]] = []
        if older is None:
            self._legend(Content("This is how it came in."))
            parts = [
                part for word, text in words.state_texts(example) for part in ((f"{word}\n", "bold"), f"{text}\n\n")
            ]
        else:
            self._legend(
                Content.assemble(
                    "Changed here: ",
                    ("[-taken out-]", _STYLES[Mark.REMOVED]),
                    "  ",
                    ("{+put in+}", _STYLES[Mark.ADDED]),
                )
            )
            for difference in words.differences(older, example):
                parts.append((f"{difference.word.capitalize()}\n", "bold"))
                parts += [(piece.marked, _STYLES[piece.mark]) for piece in difference.pieces]
                parts.append("\n\n")
        self.query_one("#texts", Static).update(Content.assemble(*parts))
        self.query_one("#differences").scroll_home(animate=False)

    def _legend(self, text: Content) -> None:
        self.query_one("#legend", Static).update(text)
