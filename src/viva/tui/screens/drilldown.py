"""Down to the examples: those that systems wrote for, page by page, searched, and ordered by what one looks for."""

from dataclasses import replace
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Input, Static

from viva.present import measures, texts
from viva.present.datasets import split_name
from viva.present.leaderboard import field_name
from viva.present.results import Narrowed, narrowed_words
from viva.present.system_names import ShortNames, short_names
from viva.records.browsing import BrowseOrder, BrowsePage, BrowseQuery
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.text_place import Place
from viva.tui.screens.texts import NARROW, TextsScreen
from viva.tui.widgets.chooser import Choice, ChooserScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

SEARCH_LENGTH = 200
NARROWEST_NAME, WIDEST_NAME = 8, 22
SCROLLED_NAME = 16
"""Columns of a system's name; where there is no room for even the least, the table scrolls sideways."""
NARROWEST_QUESTION, BESIDE, WITH_FIELD = 14, 34, 55
"""Columns of a question where there are many systems, what else is then beside them, and what is with a field."""
EVERYTHING = Narrowed()
SEARCH = "Text in a question, a reference or what was written; Enter"


class DrilldownScreen(VivaScreen[None]):
    """The examples of a split, or of what of it `narrowed` says, with each system's value of one measure."""

    TITLE = "Examples"
    CSS_PATH = "../styles/results.tcss"
    AUTO_FOCUS = "#examples"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,enter", "open", "Read", key_display="⏎", tooltip="Read the texts of the example (also e)"),
        Binding("slash", "search", "Search", key_display="/", tooltip="Keep the examples that hold a text"),
        Binding("x", "clear", "Show all", tooltip="Show all examples again"),
        Binding("m", "measure", "Measure", tooltip="Choose the measure whose values are shown"),
        Binding("o", "order", "Order", tooltip="As in the dataset, lowest or highest first, or largest difference"),
        Binding("p,left_square_bracket", "page(-1)", "Page back", key_display="p", tooltip="Show the page before"),
        Binding("n,right_square_bracket", "page(1)", "Page on", key_display="n", tooltip="Show the next page"),
        Binding("R,f5", "reload", "Refresh", key_display="R", tooltip="Read everything again (also F5)"),
    ]

    def __init__(
        self,
        workbench: Workbench,
        dataset: str,
        split: str | None,
        measure: str = "",
        narrowed: Narrowed = EVERYTHING,
    ) -> None:
        super().__init__(workbench)
        self._narrowed = narrowed
        field, subfield, systems = narrowed.field, narrowed.subfield, narrowed.systems
        self._query = BrowseQuery(dataset, split, measure=measure, field=field, subfield=subfield, systems=systems)
        self._page: BrowsePage | None = None

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        search = Input(id="search", compact=True, max_length=SEARCH_LENGTH, placeholder=SEARCH)
        search.display = False
        yield search
        yield RowTable(id="examples")
        yield Static(id="nothing", markup=False)

    def on_mount(self) -> None:
        self.query_one("#nothing").display = False
        split = "all splits" if self._query.split is None else split_name(self._query.split)
        parts = [display_line(self._query.dataset, 24), split, *narrowed_words(self._narrowed)]
        self.sub_title = " · ".join(parts)
        self.action_reload()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        self._paint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what there is: pages, measures, a search to undo."""
        page = self._page
        if action == "page":
            return page is not None and texts.turned(page, int(str(parameters[0]))) is not None
        if action == "measure":
            return page is not None and len(page.measures) > 1
        if action in {"order", "open"}:
            return page is not None and bool(page.rows)
        if action == "search":
            return page is not None and bool(page.total or page.query.text)
        if action == "clear":
            return page is not None and bool(page.query.text)
        return super().check_action(action, parameters)

    def action_reload(self) -> None:
        self._read(self._query, self.query_one(RowTable).cursor_row)

    def action_page(self, step: int) -> None:
        if self._page is not None and (query := texts.turned(self._page, step)) is not None:
            self._read(query)

    def action_measure(self) -> None:
        """Choose the measure whose values are shown."""
        if self._page is not None:
            choices = [Choice(name, measures.title(name)) for name in self._page.measures]
            chooser = ChooserScreen(self.wb, "Measure", choices, self._page.query.measure)
            self.app.push_screen(chooser, lambda name: None if name is None else self._change(measure=name))

    def action_order(self) -> None:
        """Choose how the examples are ordered."""
        if self._page is not None:
            choices = [Choice(order.value, *texts.ORDERS[order]) for order in texts.ORDERS]
            title = f"Order by {measures.title(self._page.query.measure)}" if self._page.query.measure else "Order"
            chooser = ChooserScreen(self.wb, title, choices, self._page.query.order.value)
            self.app.push_screen(chooser, lambda name: None if name is None else self._change(order=BrowseOrder(name)))

    def action_clear(self) -> None:
        self._change(text="")

    def action_search(self) -> None:
        """Ask for a text to look for."""
        search = self.query_one("#search", Input)
        search.value = self._query.text
        search.display = True
        search.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._close_search()
        self._change(text=event.value.strip())

    def action_leave(self) -> None:
        """Close the search, or go back."""
        if self.query_one("#search").display:
            self._close_search()
        else:
            super().action_leave()

    def _close_search(self) -> None:
        self.query_one("#search").display = False
        if self.query_one(RowTable).display:
            self.query_one(RowTable).focus()
        else:
            self.set_focus(None)

    def action_open(self) -> None:
        if self._page is not None and self._page.rows:
            place = Place(self._page, self.query_one(RowTable).cursor_row)
            self.app.push_screen(TextsScreen(self.wb, place), self._returned)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.action_open()

    def _returned(self, place: Place | None) -> None:
        """Put the cursor on the example that was read last."""
        if place is not None:
            self._show(place.page, place.row)

    def _change(self, *, measure: str | None = None, order: BrowseOrder | None = None, text: str | None = None) -> None:
        """Read the first page of a query that differs from the one shown."""
        query = self._query
        self._read(
            replace(
                query,
                measure=query.measure if measure is None else measure,
                order=query.order if order is None else order,
                text=query.text if text is None else text,
                offset=0,
            )
        )

    def _read(self, query: BrowseQuery, row: int = 0) -> None:
        """Read a page and show it with the cursor on `row`."""
        self.query_one("#where", StatusLine).right = "reading…"
        self.ask(
            lambda: self.wb.results.browse(query), then=lambda page: self._show(page, row), otherwise=self._unread,
            group="examples", doing="read the texts",
        )  # fmt: skip

    def _unread(self, _error: Exception) -> bool:
        self._paint()
        return False

    def _show(self, page: BrowsePage, row: int = 0) -> None:
        self._page, self._query = page, page.query
        self._paint(row)

    def _paint(self, cursor: int | None = None) -> None:
        page, where = self._page, self.query_one("#where", StatusLine)
        if page is None:
            where.right = ""
            return
        table = self.query_one(RowTable)
        there = bool(page.rows)
        short = self._names(page)
        of = f" · systems {short.start}…" if short.start else ""
        where.text = texts.caption(page) + of if there or page.query.text else ""
        where.right = texts.range_text(page)
        self.query_one("#nothing").display = not there
        appeared = there and not table.display
        table.display = there
        if there:
            headings, rows, numbers = self._table(page, short)
            right = [0, *range(len(headings) - numbers, len(headings))]
            fill = (1, self.size.width)
            table.show(headings, rows, table.cursor_row if cursor is None else cursor, right, fill, NARROWEST_QUESTION)
            if appeared:
                table.focus()
        else:
            self.query_one("#nothing", Static).update(Content(texts.nothing_found(page.query)))
        self.refresh_bindings()

    def _names(self, page: BrowsePage) -> ShortNames:
        """Return the names of the systems as the columns have room for them."""
        systems = page.systems if page.query.measure else ()
        room = (self.size.width - BESIDE) // (len(systems) + 1) - 2
        if room < NARROWEST_NAME and systems:
            room = (self.size.width - BESIDE) // len(systems) - 2
        return short_names(systems, SCROLLED_NAME if room < NARROWEST_NAME else min(room, WIDEST_NAME))

    def _table(self, page: BrowsePage, short: ShortNames) -> tuple[list[Text], list[list[Text]], int]:
        """Return headings, rows, and how many of the last columns hold numbers."""
        width = self.size.width
        systems = page.systems if page.query.measure else ()
        apart = [texts.difference_heading(page, short.names)] if len(systems) > 1 else []
        numbers = [short.names[system] for system in systems] + apart
        room = width - sum(cell_len(name) + 2 for name in numbers)
        shown = width >= NARROW and room >= WITH_FIELD and any(row.field for row in page.rows)
        fields = ["Field"] if shown else []
        headings = [Text("#"), Text("Question"), *map(Text, fields), *map(Text, numbers)]
        rows = [
            [
                Text(str(row.position + 1)),
                Text(texts.question_line(row, width)),
                *([Text(field_name(row.field))] if fields else []),
                *([Text(value) for value in texts.value_texts(page, row)] if systems else []),
                *([Text(texts.difference_text(page, row))] if apart else []),
            ]
            for row in page.rows
        ]
        return headings, rows, len(numbers)
