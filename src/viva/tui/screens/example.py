"""One example in full, with a way to the next and the one before, to editing it and to what it said earlier."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Static

from viva.present import datasets as words
from viva.present.datasets import PAGE_SIZE, ExamplePage, ExampleQuery
from viva.records.dataset import Dataset, Example
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.example_edit import ExampleEditScreen
from viva.tui.screens.example_history import ExampleHistoryScreen
from viva.tui.widgets.conversation_pane import ConversationPane
from viva.tui.widgets.text_pane import TextPane
from viva.workbench import Workbench


@dataclass(frozen=True)
class Place:
    """A row of a page of examples; `edited` says that an example was changed on the way here."""

    page: ExamplePage
    row: int
    edited: bool = False

    @property
    def number(self) -> int:
        return self.page.query.offset + self.row + 1


def load_page(workbench: Workbench, query: ExampleQuery) -> ExamplePage:
    """Read a page of examples, and one example more, which tells whether others follow."""
    found = workbench.datasets.examples(
        query.dataset, query.split, PAGE_SIZE + 1, query.offset, query.search or None, query.version
    )
    return ExamplePage.of(query, found)


class ExampleScreen(VivaScreen[Place]):
    """Ends with the place it was left at."""

    TITLE = "Example"
    CSS_PATH = "../styles/datasets.tcss"
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back"),
        Binding("n", "step(1)", "Next", tooltip="Go to the next example"),
        Binding("p", "step(-1)", "Previous", tooltip="Go to the example before"),
        Binding("e", "edit", "Edit", tooltip="Change its texts, field or split; the dataset gets a new version"),
        Binding("h", "history", "History", tooltip="See what it said in earlier versions, and who changed it"),
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
            yield ConversationPane(id="conversation")

    def on_mount(self) -> None:
        self._show(self._place)

    @property
    def _example(self) -> Example:
        return self._place.page.examples[self._place.row]

    def _show(self, place: Place) -> None:
        self._place = place
        example, query = self._example, place.page.query
        version = "" if query.version is None else f" · version {query.version}"
        self.sub_title = f"{query.dataset} {place.number}{version}"
        self.query_one("#heading", Static).update(words.example_heading(example, place.number))
        question, reference = self.query_one("#question", TextPane), self.query_one("#reference", TextPane)
        conversation = self.query_one(ConversationPane)
        talk = example.messages is not None
        question.display = reference.display = not talk
        conversation.display = talk
        if talk:
            conversation.show(example)
            conversation.focus()
        else:
            question.show(example.question)
            reference.show(example.reference)
            if not question.has_focus:
                reference.focus()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a way only where an example lies, and editing only in the newest version."""
        page = self._place.page
        if action == "edit":
            return page.query.version is None
        if action == "app.focus_next":
            return self._example.messages is None
        if action != "step":
            return super().check_action(action, parameters)
        if parameters == (1,):
            return page.more or self._place.row + 1 < len(page.examples)
        return self._place.number > 1

    def action_step(self, step: int) -> None:
        """Go to a neighbour, over the edge of the page where it lies there."""
        page, row = self._place.page, self._place.row + step
        if 0 <= row < len(page.examples):
            self._show(Place(page, row, self._place.edited))
            return
        query = page.query.next_page(page.more) if step > 0 else page.query.previous_page()
        if query != page.query:
            self.ask(lambda: load_page(self.wb, query), then=lambda found: self._enter(found, step), group="examples")

    def _enter(self, page: ExamplePage, step: int) -> None:
        if page.examples:
            self._show(Place(page, 0 if step > 0 else len(page.examples) - 1, self._place.edited))

    def action_history(self) -> None:
        self.app.push_screen(ExampleHistoryScreen(self.wb, self._example))

    def action_edit(self) -> None:
        name = self._place.page.query.dataset
        self.app.push_screen(ExampleEditScreen(self.wb, name, self._example), self._edited)

    def _edited(self, example: Example | None) -> None:
        """Read the page again: every example of the new version has an id of its own."""
        if example is None:
            return
        query = self._place.page.query

        def read() -> tuple[ExamplePage, Dataset]:
            return load_page(self.wb, query), self.wb.datasets.get(query.dataset)

        def show(found: tuple[ExamplePage, Dataset]) -> None:
            page, dataset = found
            self.say(f"Saved: {words.changed_text(None, dataset)}")
            rows = [row for row, other in enumerate(page.examples) if other.lineage == example.lineage]
            row = rows[0] if rows else min(self._place.row, len(page.examples) - 1)
            if row < 0:
                self.dismiss(Place(page, 0, edited=True))
            else:
                self._show(Place(page, row, edited=True))

        self.ask(read, then=show, group="examples", doing="read examples")

    def action_leave(self) -> None:
        """Go back, and tell where this was left."""
        self.dismiss(self._place)
