"""Datasets: the list of them, the examples of one, and the way to everything that can be done with them."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Resize
from textual.widgets import DataTable, Static

from viva.present import datasets as words
from viva.present.datasets import ExampleQuery
from viva.records.dataset import Dataset
from viva.tui.screens.dataset_menu import MEND, NEW, menu, opened
from viva.tui.screens.example import Place
from viva.tui.screens.examples import KEYS, ExamplesScreen
from viva.tui.widgets.example_table import ExampleTable
from viva.tui.widgets.open_table import OpenTable
from viva.workbench import Workbench

_HEADINGS = ("Dataset", "Examples", "Splits", "Version", "Leaks")
_SPLITS = 2
"""The column that gets the room that is left."""


class DatasetsScreen(ExamplesScreen[None]):
    """Datasets on top, the examples of the one under the cursor below."""

    TITLE = "Datasets"
    AUTO_FOCUS = "#datasets"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back"),
        Binding("i", "new", "New…", tooltip="Bring in a dataset: from a file, from the hub, a bundled one"),
        Binding("m", "mend", "Mend…", tooltip="Clean, split, check, export this dataset; see its versions"),
        *KEYS,
        Binding("tab", "switch", "Switch", key_display="tab", tooltip="Go from the list to the examples, or back"),
    ]

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._datasets: list[Dataset] = []
        self._chosen: str | None = None
        self._seen = False

    def body(self) -> ComposeResult:
        with Container(id="columns"):
            yield OpenTable(id="datasets")
            yield from self.examples()
        yield Static(words.NO_DATASETS, id="none", markup=False)

    def on_mount(self) -> None:
        self.query_one("#none").display = self.query_one("#columns").display = False
        self.load()

    def load(self, chosen: str = "") -> None:
        """Read the list, then go to the dataset `chosen`, or to the first."""
        self.ask(lambda: self.wb.datasets.list(), then=lambda found: self._show(found, chosen), group="datasets")

    def on_screen_resume(self) -> None:
        """Look for a dataset that a job has brought since this screen was seen."""

        def show(found: list[Dataset]) -> None:
            # A new version of one that is here is told by the screen that made it.
            if [dataset.name for dataset in found] != [dataset.name for dataset in self._datasets]:
                self._show(found, self._chosen or "")

        if self._seen:
            self.ask(lambda: self.wb.datasets.list(), then=show, group="resume", doing="read the datasets")

    @property
    def _list(self) -> OpenTable:
        return self.query_one("#datasets", OpenTable)

    def dataset_of(self, query: ExampleQuery) -> Dataset | None:
        return self._named(query.dataset)

    def _named(self, name: str) -> Dataset | None:
        return next((dataset for dataset in self._datasets if dataset.name == name), None)

    def _show(self, datasets: list[Dataset], chosen: str) -> None:
        self._datasets, self._seen = datasets, True
        self.query_one("#none").display = not datasets
        self.query_one("#columns").display = bool(datasets)
        self._list.display = len(datasets) > 1
        if datasets:
            names = [dataset.name for dataset in datasets]
            self._chosen = None
            self._fill(names.index(chosen) if chosen in names else 0)
            self.set_focus(self.query_one(ExampleTable) if len(datasets) == 1 or chosen else self._list)
        else:
            self.set_focus(None)
        self.refresh_bindings()

    def _fill(self, cursor: int) -> None:
        headings = [Text(heading) for heading in _HEADINGS]
        rows = [[Text(cell) for cell in words.dataset_row(dataset)] for dataset in self._datasets]
        self._list.show(headings, rows, cursor, right={1, 3}, fill=(_SPLITS, self._list.size.width or self.size.width))
        self._choose(cursor)

    def on_resize(self, _event: Resize) -> None:
        if self._datasets and self._list.row_count:
            self.call_after_refresh(self._fill, self._list.cursor_row)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        if event.data_table is self._list:
            # Filling the list highlights its first row on the way: what counts is where the cursor stands now.
            self._choose(self._list.cursor_row)

    def _choose(self, row: int) -> None:
        """Show the examples of the dataset in a row of the list, unless they are there already."""
        if row < len(self._datasets) and self._datasets[row].name != self._chosen:
            self._chosen = self._datasets[row].name
            self.read(ExampleQuery(self._datasets[row].name))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        if event.data_table is self._list:
            event.stop()
            self.query_one(ExampleTable).focus()

    def came_back(self, place: Place | None) -> None:
        """Read everything again where an example was edited meanwhile."""
        super().came_back(place)
        if place is not None and place.edited:
            self.ask(lambda: self.wb.datasets.list(), then=lambda found: self._follow(found, place), group="datasets")

    def _follow(self, datasets: list[Dataset], place: Place) -> None:
        self._datasets = datasets
        self._fill(self._list.cursor_row if self._list.display else 0)
        self.show_page(place.page, place.row)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the list and the menu of a dataset only where there are any."""
        if action == "switch":
            return len(self._datasets) > 1
        if action == "mend":
            return bool(self._datasets)
        return super().check_action(action, parameters)

    def action_switch(self) -> None:
        """Go from the list to the examples, or back."""
        table = self.query_one(ExampleTable)
        self.set_focus(self._list if table.has_focus else table)

    def action_new(self) -> None:
        """Ask where a dataset is to come from, and go there."""

        def go(screen: str | None) -> None:
            if screen is not None:
                self.app.push_screen(opened(screen, self.wb), self._brought)

        self.app.push_screen(menu(self.wb, "New dataset", NEW), go)

    def _brought(self, dataset: Dataset | None) -> None:
        if dataset is not None:
            self.say(words.imported_text(dataset))
            self.load(dataset.name)

    def action_mend(self) -> None:
        """Ask what is to be done with the dataset under the cursor, and go there."""
        name = self._chosen
        if name is None:
            return

        def go(screen: str | None) -> None:
            if screen is not None:
                self.app.push_screen(opened(screen, self.wb, name), lambda _: self._mended(name))

        self.app.push_screen(menu(self.wb, name, MEND), go)

    def _mended(self, name: str) -> None:
        """Say what has happened to a dataset, whatever its screen ended with, and show it as it is now."""
        before = self._named(name)

        def show(datasets: list[Dataset]) -> None:
            after = next((dataset for dataset in datasets if dataset.name == name), None)
            if after is not None and (happened := words.changed_text(before, after)):
                self.say(happened)
            if datasets != self._datasets:
                self._show(datasets, name)

        self.ask(lambda: self.wb.datasets.list(), then=show, group="datasets")
