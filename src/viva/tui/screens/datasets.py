"""Datasets: the list of them, and the examples of one, paged, searched, filtered."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import DataTable, Input, OptionList, Static
from textual.widgets.option_list import Option

from viva.present import datasets as words
from viva.present.datasets import ExamplePage, ExampleQuery
from viva.records.dataset import Dataset
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.dataset_import import ImportScreen
from viva.tui.screens.example import ExampleScreen, Place, load_page
from viva.tui.widgets.choices import ChoiceList
from viva.tui.widgets.example_table import ExampleTable
from viva.workbench import Workbench

SEARCH_LENGTH = 200


class DatasetsScreen(VivaScreen[None]):
    """Datasets on the left (on top where it is narrow), the examples of the highlighted one beside them."""

    TITLE = "Datasets"
    CSS_PATH = "../styles/datasets.tcss"
    AUTO_FOCUS = "#datasets"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back"),
        Binding("tab", "switch", "Switch", key_display="tab", tooltip="Go from the list to the examples, or back"),
        Binding("slash", "search", "Search", key_display="/", tooltip="Keep the examples that hold a text"),
        Binding("f", "filter", "Split", tooltip="Show one split after the other"),
        Binding("x", "clear", "Show all", tooltip="Show all examples again"),
        Binding("left_square_bracket", "page(-1)", "Page back", key_display="[", tooltip="Go a page of 100 back"),
        Binding("right_square_bracket", "page(1)", "Page on", key_display="]", tooltip="Go a page of 100 on"),
        Binding("i", "import", "Import", tooltip="Import a dataset from a file"),
    ]

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._datasets: list[Dataset] = []
        self._page: ExamplePage | None = None

    def body(self) -> ComposeResult:
        with Container(id="columns"):
            yield ChoiceList(id="datasets")
            with Vertical(id="examples"):
                yield Static(id="facts", markup=False)
                yield Input(id="search", compact=True, max_length=SEARCH_LENGTH, placeholder="Text to look for; Enter")
                yield ExampleTable()
        yield Static(words.NO_DATASETS, id="none", markup=False)

    def on_mount(self) -> None:
        self.query_one("#none").display = self.query_one("#columns").display = False
        self.query_one("#search").display = False
        self.load()

    def load(self, chosen: str = "") -> None:
        """Read the list, then go to the dataset `chosen`, or to the first."""
        self.ask(lambda: self.wb.datasets.list(), then=lambda found: self._show(found, chosen), group="datasets")

    def _show(self, datasets: list[Dataset], chosen: str) -> None:
        self._datasets = datasets
        self.query_one("#none").display = not datasets
        self.query_one("#columns").display = bool(datasets)
        options = self.query_one(OptionList)
        options.display = len(datasets) > 1
        options.clear_options()
        for dataset in datasets:
            name, facts = words.dataset_option(dataset)
            options.add_option(Option(Content.assemble((name, "bold"), "  ", (facts, "$text-muted"))))
        if datasets:
            names = [dataset.name for dataset in datasets]
            options.highlighted = names.index(chosen) if chosen in names else 0
            self.set_focus(self.query_one(ExampleTable) if len(datasets) == 1 or chosen else options)
        self.refresh_bindings()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._ask(ExampleQuery(self._datasets[event.option_index].name))

    def on_option_list_option_selected(self) -> None:
        self.query_one(ExampleTable).focus()

    def _ask(self, query: ExampleQuery) -> None:
        self.ask(lambda: load_page(self.wb, query), then=self._show_page, group="examples", doing="read examples")

    def _show_page(self, page: ExamplePage, row: int = 0) -> None:
        self._page = page
        dataset = next((d for d in self._datasets if d.name == page.query.dataset), None)
        facts = words.dataset_facts(dataset) if dataset else ""
        caption = page.caption(dataset)
        self.query_one("#facts", Static).update(
            Content.assemble((display_line(page.query.dataset, 40), "bold"), f" · {facts}\n", (caption, "$primary"))
        )
        self.query_one(ExampleTable).show(page, row)
        self.refresh_bindings()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        if self._page is not None and event.cursor_row < len(self._page.examples):
            place = Place(self._page, event.cursor_row)
            self.app.push_screen(ExampleScreen(self.wb, place), self._came_back)

    def _came_back(self, place: Place | None) -> None:
        if place is not None:
            self._show_page(place.page, place.row)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what there is: pages, filters, splits."""
        page = self._page
        if action == "page":
            return page is not None and (page.more if parameters == (1,) else page.query.offset > 0)
        if action == "clear":
            return page is not None and page.query.filtered
        if action in {"search", "filter"}:
            return page is not None
        if action == "switch":
            return len(self._datasets) > 1
        return super().check_action(action, parameters)

    def action_switch(self) -> None:
        """Go from the list to the examples, or back."""
        table = self.query_one(ExampleTable)
        self.set_focus(self.query_one(OptionList) if table.has_focus else table)

    def action_page(self, step: int) -> None:
        if self._page is not None:
            query = self._page.query
            self._ask(query.next_page(self._page.more) if step > 0 else query.previous_page())

    def action_filter(self) -> None:
        """Go on to the next split, and behind the last back to all."""
        if self._page is not None:
            query = self._page.query
            dataset = next(d for d in self._datasets if d.name == query.dataset)
            self._ask(query.next_split(list(dataset.splits)))

    def action_clear(self) -> None:
        if self._page is not None:
            self._ask(self._page.query.cleared())

    def action_search(self) -> None:
        search = self.query_one("#search", Input)
        search.value = self._page.query.search if self._page else ""
        search.display = True
        search.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._close_search()
        if self._page is not None:
            self._ask(self._page.query.searching(event.value))

    def action_leave(self) -> None:
        """Close the search, or go back."""
        if self.query_one("#search").display:
            self._close_search()
        else:
            super().action_leave()

    def _close_search(self) -> None:
        self.query_one("#search").display = False
        self.query_one(ExampleTable).focus()

    def action_import(self) -> None:
        def imported(dataset: Dataset | None) -> None:
            if dataset is not None:
                self.say(words.imported_text(dataset))
                self.load(dataset.name)

        self.app.push_screen(ImportScreen(self.wb), imported)
