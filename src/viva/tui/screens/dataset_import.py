"""The form that imports a dataset from a file."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label, Static

from viva.errors import UserError
from viva.present import datasets as words
from viva.records.dataset import Dataset
from viva.text import display_line
from viva.tui.screens.base import VivaModal
from viva.tui.widgets.status import KeysFooter

PATH_LENGTH = 4096
NAME_LENGTH = 64


class ImportScreen(VivaModal[Dataset]):
    """Ends with the imported dataset; the name follows the file's until somebody types another."""

    DEFAULT_CSS = """
    ImportScreen .window { padding: 1 2; }
    ImportScreen Label { color: $text-muted; }
    ImportScreen Input { margin: 0 0 1 0; }
    ImportScreen #note { height: auto; color: $text-muted; margin: 0 0 1 0; }
    ImportScreen #columns { height: 2; }
    ImportScreen #columns Input { width: 1fr; margin: 0 2 1 0; }
    ImportScreen #problem { height: auto; color: $warning; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "import", "Import"),
        Binding("tab,down", "app.focus_next", "Next field", key_display="tab"),
        Binding("shift+tab,up", "app.focus_previous", "Previous field", show=False),
        Binding("escape", "dismiss", "Back"),
    ]
    _suggested = ""
    _importing = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "Import a dataset"
            window.border_subtitle = "Enter imports"
            yield Label("File (CSV or JSON Lines)", markup=False)
            path = Input(id="path", compact=True, max_length=PATH_LENGTH, placeholder="~/data/questions.csv")
            # Coming back to mend a long path must not mean that the next key replaces all of it.
            path.select_on_focus = False
            yield path
            yield Label("Name", markup=False)
            yield Input(id="name", compact=True, max_length=NAME_LENGTH, placeholder="letters, digits, . - _")
            yield Static(words.IMPORT_NOTE, id="note", markup=False)
            yield Label("Columns of question and reference, where they are called otherwise", markup=False)
            with Horizontal(id="columns"):
                yield Input(id="question", compact=True, max_length=NAME_LENGTH, placeholder="found by its name")
                yield Input(id="reference", compact=True, max_length=NAME_LENGTH, placeholder="found by its name")
            yield Static(id="problem", markup=False)
        yield KeysFooter()

    def on_input_changed(self, event: Input.Changed) -> None:
        name = self.query_one("#name", Input)
        if event.input.id == "path" and name.value == self._suggested:
            self._suggested = name.value = words.suggested_name(event.value)

    def on_input_submitted(self) -> None:
        self.action_import()

    def action_import(self) -> None:
        """Import, or say what is missing and go there."""
        path, name = self.query_one("#path", Input).value, self.query_one("#name", Input).value
        if self._importing:
            return
        if found := words.import_problem(path, name):
            field, complaint = found
            self._complain(complaint)
            self.query_one(f"#{field}").focus()
            return
        self._complain("")
        self._importing = True
        file = Path(path.strip()).expanduser()
        columns = words.columns_given(*(self.query_one(f"#{word}", Input).value for word in ("question", "reference")))
        self.ask(
            lambda: self.wb.datasets.import_file(file, name.strip(), columns),
            then=self._imported,
            otherwise=self._refused,
            group="import",
            doing="import a dataset",
        )

    def _imported(self, dataset: Dataset) -> None:
        self.dismiss(dataset)

    def _refused(self, error: Exception) -> bool:
        self._importing = False
        if not isinstance(error, UserError):
            return False
        hint = f" ({display_line(error.hint, 200)})" if error.hint else ""
        self._complain(display_line(error.message, 300) + hint)
        return True

    def _complain(self, text: str) -> None:
        self.query_one("#problem", Static).update(Content(text))
