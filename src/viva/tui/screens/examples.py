"""The examples of one version of a dataset: paged, searched, filtered; what screens that show them have in common."""

from abc import abstractmethod

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ScreenResultType
from textual.widgets import DataTable, Input, Static

from viva.present import datasets as words
from viva.present.datasets import ExamplePage, ExampleQuery
from viva.records.dataset import Dataset
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.example import ExampleScreen, Place, load_page
from viva.tui.widgets.example_table import ExampleTable
from viva.workbench import Workbench

SEARCH_LENGTH = 200


KEYS: list[BindingType] = [
    Binding("slash", "search", "Search", key_display="/", tooltip="Keep the examples that hold a text"),
    Binding("f", "filter", "Split", tooltip="Show one split after the other"),
    Binding("x", "clear", "Show all", tooltip="Show all examples again"),
    Binding("left_square_bracket", "page(-1)", "Page back", key_display="[", tooltip="Go a page of 100 back"),
    Binding("right_square_bracket", "page(1)", "Page on", key_display="]", tooltip="Go a page of 100 on"),
]
"""For subclasses to put behind keys of their own: the footer shows them in this order."""


class ExamplesScreen(VivaScreen[ScreenResultType]):
    """`dataset_of` tells which dataset a query is about; subclasses say when to read."""

    CSS_PATH = "../styles/datasets.tcss"

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.page: ExamplePage | None = None

    @abstractmethod
    def dataset_of(self, query: ExampleQuery) -> Dataset | None:
        """Return the dataset that a query is about."""

    def examples(self) -> ComposeResult:
        """Yield the widgets with the examples."""
        with Vertical(id="examples"):
            yield Static(id="facts", markup=False)
            search = Input(id="search", compact=True, max_length=SEARCH_LENGTH, placeholder="Text to look for; Enter")
            search.display = False
            yield search
            yield ExampleTable()

    def read(self, query: ExampleQuery, row: int = 0) -> None:
        """Read a page and show it with the cursor on `row`."""
        self.ask(
            lambda: load_page(self.wb, query),
            then=lambda page: self.show_page(page, row),
            group="examples",
            doing="read examples",
        )

    def show_page(self, page: ExamplePage, row: int = 0) -> None:
        self.page = page
        dataset = self.dataset_of(page.query)
        facts = words.dataset_facts(dataset) if dataset else ""
        self.query_one("#facts", Static).update(
            Content.assemble(
                (display_line(page.query.dataset, 40), "bold"), f" · {facts}\n", (page.caption(dataset), "$primary")
            )
        )
        self.query_one(ExampleTable).show(page, row)
        self.refresh_bindings()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        chosen = self.page is not None and event.cursor_row < len(self.page.examples)
        if self.page is not None and chosen and isinstance(event.data_table, ExampleTable):
            place = Place(self.page, event.cursor_row)
            self.app.push_screen(ExampleScreen(self.wb, place), self.came_back)

    def came_back(self, place: Place | None) -> None:
        """Show the page that the example was left on."""
        if place is not None:
            self.show_page(place.page, place.row)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what there is: pages, filters, splits."""
        page = self.page
        if action == "page":
            return page is not None and (page.more if parameters == (1,) else page.query.offset > 0)
        if action == "clear":
            return page is not None and page.query.filtered
        if action == "search":
            return page is not None
        if action == "filter":
            dataset = None if page is None else self.dataset_of(page.query)
            return dataset is not None and len(dataset.splits) > 1
        return super().check_action(action, parameters)

    def action_page(self, step: int) -> None:
        if self.page is not None:
            query = self.page.query
            self.read(query.next_page(self.page.more) if step > 0 else query.previous_page())

    def action_filter(self) -> None:
        """Go on to the next split, and behind the last back to all."""
        if self.page is not None and (dataset := self.dataset_of(self.page.query)) is not None:
            self.read(self.page.query.next_split(list(dataset.splits)))

    def action_clear(self) -> None:
        if self.page is not None:
            self.read(self.page.query.cleared())

    def action_search(self) -> None:
        search = self.query_one("#search", Input)
        search.value = self.page.query.search if self.page else ""
        search.display = True
        search.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._close_search()
        if self.page is not None:
            self.read(self.page.query.searching(event.value))

    def action_leave(self) -> None:
        """Close the search, or go back."""
        if self.query_one("#search").display:
            self._close_search()
        else:
            super().action_leave()

    def _close_search(self) -> None:
        self.query_one("#search").display = False
        self.query_one(ExampleTable).focus()
