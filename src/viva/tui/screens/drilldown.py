"""Down to the examples: those of a split, each with every system's value of one measure, sorted as one likes."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Static

from viva.present import measures, texts
from viva.present.datasets import split_name
from viva.present.leaderboard import field_name, system_name
from viva.present.texts import Drilldown
from viva.records.generation import ExampleResult
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.texts import NARROW, TextsScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

PAGE = 200
NOTHING = "No system has written anything for this split yet.\n\nEsc goes back; Home names the next step."


class DrilldownScreen(VivaScreen[None]):
    """The examples of a split with each system's value of one measure."""

    TITLE = "Examples"
    CSS_PATH = "../styles/results.tcss"
    AUTO_FOCUS = "#examples"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,enter", "open", "Read", key_display="⏎", tooltip="Read the texts of the example (also e)"),
        Binding("m", "measure", "Measure", tooltip="Look at the examples by the next measure"),
        Binding("o", "order", "Order", tooltip="Sort: dataset's order, lowest first, largest difference first"),
        Binding("p,left_square_bracket", "page(-1)", "Page back", key_display="p", tooltip="Show the page before"),
        Binding("n,right_square_bracket", "page(1)", "Page on", key_display="n", tooltip="Show the next page"),
        Binding("R,f5", "reload", "Refresh", key_display="R", tooltip="Read everything again (also F5)"),
    ]

    def __init__(self, workbench: Workbench, dataset: str, split: str, measure: str = "") -> None:
        super().__init__(workbench)
        self._dataset, self._split, self._measure = dataset, split, measure
        self._drilldown: Drilldown | None = None
        self._first = 0

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        yield RowTable(id="examples")
        yield Static(id="nothing", markup=False)

    def on_mount(self) -> None:
        self.sub_title = f"{display_line(self._dataset, 24)} · {split_name(self._split)}"
        self.action_reload()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        self._paint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        found = self._drilldown
        if action == "page":
            step = int(str(parameters[0]))
            return found is not None and 0 <= self._first + step * PAGE < len(found.examples)
        if action == "measure":
            return found is not None and len(found.measures) > 1
        if action in {"order", "open"}:
            return found is not None and bool(found.examples)
        return True

    def action_reload(self) -> None:
        dataset, split = self._dataset, self._split
        self.ask(
            lambda: self.wb.results.examples(dataset, split), then=self._show, group="examples", doing="read the texts"
        )

    def action_measure(self) -> None:
        self._change(self._drilldown.next_measure() if self._drilldown else None)

    def action_order(self) -> None:
        self._change(self._drilldown.next_order() if self._drilldown else None)

    def action_page(self, step: int) -> None:
        self._first += step * PAGE
        self._paint(cursor=0)

    def action_open(self) -> None:
        if self._drilldown is not None and self._drilldown.rows:
            position = self._first + self.query_one(RowTable).cursor_row
            self.app.push_screen(TextsScreen(self.wb, self._drilldown, position), self._returned)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.action_open()

    def _returned(self, position: int | None) -> None:
        """Put the cursor on the example that was read last."""
        if position is not None:
            self._first = position // PAGE * PAGE
            self._paint(cursor=position - self._first)

    def _show(self, examples: list[ExampleResult]) -> None:
        before = self._drilldown
        found = texts.drilldown(examples, before.measure if before else self._measure)
        while before is not None and found.order is not before.order:
            found = found.next_order()
        self._drilldown = found
        self._first = min(self._first, max(len(examples) - 1, 0) // PAGE * PAGE)
        self._paint()

    def _change(self, drilldown: Drilldown | None) -> None:
        if drilldown is not None:
            self._drilldown = drilldown
            self._first = 0
            self._paint(cursor=0)

    def _paint(self, cursor: int | None = None) -> None:
        found = self._drilldown
        if found is None:
            return
        table = self.query_one(RowTable)
        there = bool(found.examples)
        table.display = there
        self.query_one("#nothing").display = not there
        where = self.query_one("#where", StatusLine)
        if not there:
            where.text = where.right = ""
            self.query_one("#nothing", Static).update(Content(NOTHING))
            self.refresh_bindings()
            return
        shown = found.rows[self._first : self._first + PAGE]
        where.text = f"{measures.title(found.measure) if found.measure else 'Nothing is scored'} · {found.order_title}"
        where.right = f"{self._first + 1:,}–{self._first + len(shown):,} of {len(found.examples):,}"
        headings, rows, numbers = self._table(found, shown)
        right = [0, *range(len(headings) - numbers, len(headings))]
        fill = (1, self.size.width)
        table.show(headings, rows, table.cursor_row if cursor is None else cursor, right, fill)
        self.refresh_bindings()

    def _table(self, found: Drilldown, shown: Sequence[ExampleResult]) -> tuple[list[Text], list[list[Text]], int]:
        """Return headings, rows, and how many of the last columns hold numbers."""
        width = self.size.width
        systems = found.systems if found.measure else ()
        name = min(max((width - 34) // (len(systems) + 1) - 2, 8), 22)
        apart = ["Difference"] if len(systems) > 1 else []
        fields = ["Field"] if width >= NARROW and any(example.field for example in shown) else []
        numbers = [system_name(system, name) for system in systems] + apart
        headings = [Text("#"), Text("Question"), *map(Text, fields), *map(Text, numbers)]
        rows = [
            [
                Text(str(example.position + 1)),
                Text(texts.question_line(example, width)),
                *([Text(field_name(example.field))] if fields else []),
                *(Text(found.value(example, system)) for system in systems),
                *([Text(found.difference_text(example))] if apart else []),
            ]
            for example in shown
        ]
        return headings, rows, len(numbers)
