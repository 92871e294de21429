"""One example in full: its question and its reference, with a way to the next and the one before."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Static

from viva.present import datasets as words
from viva.present.datasets import PAGE_SIZE, ExamplePage, ExampleQuery
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.text_pane import TextPane
from viva.workbench import Workbench


@dataclass(frozen=True)
class Place:
    """A row of a page of examples."""

    page: ExamplePage
    row: int

    @property
    def number(self) -> int:
        return self.page.query.offset + self.row + 1


def load_page(workbench: Workbench, query: ExampleQuery) -> ExamplePage:
    """Read a page of examples, and one example more, which tells whether others follow."""
    found = workbench.datasets.examples(
        query.dataset, query.split, limit=PAGE_SIZE + 1, offset=query.offset, search=query.search or None
    )
    return ExamplePage.of(query, found)


class ExampleScreen(VivaScreen[Place]):
    """Ends with the place it was left at."""

    TITLE = "Example"
    CSS_PATH = "../styles/datasets.tcss"
    AUTO_FOCUS = "#reference"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back"),
        Binding("n", "step(1)", "Next", tooltip="Go to the next example"),
        Binding("p", "step(-1)", "Previous", tooltip="Go to the example before"),
        Binding("tab", "app.focus_next", "Switch", key_display="tab"),
    ]

    def __init__(self, workbench: Workbench, place: Place) -> None:
        super().__init__(workbench)
        self._place = place

    def body(self) -> ComposeResult:
        yield Static(id="heading", markup=False)
        with Container(id="texts"):
            yield TextPane(title="Question", id="question", empty="(empty)")
            yield TextPane(title="Reference", id="reference", empty="(empty)")

    def on_mount(self) -> None:
        self._show(self._place)

    def _show(self, place: Place) -> None:
        self._place = place
        example = place.page.examples[place.row]
        self.sub_title = f"{place.page.query.dataset} {place.number}"
        self.query_one("#heading", Static).update(words.example_heading(example, place.number))
        self.query_one("#question", TextPane).show(example.question)
        self.query_one("#reference", TextPane).show(example.reference)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a way only where an example lies."""
        if action != "step":
            return super().check_action(action, parameters)
        page = self._place.page
        if parameters == (1,):
            return page.more or self._place.row + 1 < len(page.examples)
        return self._place.number > 1

    def action_step(self, step: int) -> None:
        """Go to a neighbour, over the edge of the page where it lies there."""
        page, row = self._place.page, self._place.row + step
        if 0 <= row < len(page.examples):
            self._show(Place(page, row))
            return
        query = page.query.next_page(page.more) if step > 0 else page.query.previous_page()
        if query != page.query:
            self.ask(lambda: load_page(self.wb, query), then=lambda found: self._enter(found, step), group="examples")

    def _enter(self, page: ExamplePage, step: int) -> None:
        if page.examples:
            self._show(Place(page, 0 if step > 0 else len(page.examples) - 1))

    def action_leave(self) -> None:
        """Go back, and tell where this was left."""
        self.dismiss(self._place)
