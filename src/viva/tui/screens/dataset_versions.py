"""The versions of a dataset: how each came about, and a look at its examples."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.widgets import DataTable, Static

from viva.present import datasets as words
from viva.present.datasets import ExampleQuery
from viva.records.dataset import Dataset
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.examples import KEYS, ExamplesScreen
from viva.tui.widgets.open_table import OpenTable
from viva.workbench import Workbench

_HEADINGS = ("Version", "Examples", "Leaks", "Date", "Change")


class VersionsScreen(VivaScreen[Dataset]):
    """The newest first; below the table, what is known of the version under the cursor."""

    TITLE = "Versions"
    CSS_PATH = "../styles/datasets.tcss"
    AUTO_FOCUS = "#versions"

    def __init__(self, workbench: Workbench, name: str) -> None:
        super().__init__(workbench)
        self.sub_title = name
        self._dataset_name = name
        self._versions: Sequence[Dataset] = ()

    def body(self) -> ComposeResult:
        yield OpenTable(id="versions")
        yield Static(id="about", markup=False)

    def on_mount(self) -> None:
        self.ask(
            lambda: self.wb.datasets.versions(self._dataset_name),
            then=self._show,
            group="versions",
            doing="read versions",
        )

    def _show(self, versions: Sequence[Dataset]) -> None:
        self._versions = versions
        self._fill(0)
        self.query_one(OpenTable).focus()

    def _fill(self, cursor: int) -> None:
        rows = [[Text(cell) for cell in words.version_row(version)] for version in self._versions]
        headings = [Text(heading) for heading in _HEADINGS]
        self.query_one(OpenTable).show(headings, rows, cursor, right={0, 1}, fill=(4, self.size.width - 2))
        self._about()

    def on_resize(self, _event: Resize) -> None:
        if self._versions:
            self._fill(self.query_one(OpenTable).cursor_row)

    def on_data_table_row_highlighted(self, _event: DataTable.RowHighlighted) -> None:
        self._about()

    def _about(self) -> None:
        row = self.query_one(OpenTable).cursor_row
        if row < len(self._versions):
            self.query_one("#about", Static).update(words.version_lines(self._versions[row], self._versions))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.app.push_screen(VersionScreen(self.wb, self._versions[event.cursor_row]))

    def action_leave(self) -> None:
        self.dismiss(None)


class VersionScreen(ExamplesScreen[None]):
    """The examples of one version, to read only."""

    AUTO_FOCUS = "ExampleTable"
    BINDINGS: ClassVar[list[BindingType]] = KEYS

    def __init__(self, workbench: Workbench, dataset: Dataset) -> None:
        super().__init__(workbench)
        self.title = f"Version {dataset.version}"
        self.sub_title = f"{dataset.name} · read-only"
        self._dataset = dataset

    def body(self) -> ComposeResult:
        yield from self.examples()

    def on_mount(self) -> None:
        self.read(ExampleQuery(self._dataset.name, version=self._dataset.version))

    def dataset_of(self, query: ExampleQuery) -> Dataset | None:  # noqa: ARG002
        return self._dataset
