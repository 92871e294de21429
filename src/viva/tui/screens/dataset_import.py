"""What the screens that import a dataset have in common: progress, stopping, and what came of it."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from viva.errors import UserError
from viva.present.dataset_import import error_lines, import_lines
from viva.records.dataset import Dataset
from viva.records.imports import Imported
from viva.text import plural
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.confirm import ConfirmScreen
from viva.tui.screens.dataset_imported import ImportedScreen
from viva.workbench import Workbench

NAME_LENGTH = 64
LOOK = 0.2
"""Seconds between two looks at how far an import is."""


class ImportingScreen(VivaScreen[Dataset]):
    """Ends with the imported dataset; subclasses have a line `#problem` and call `begin`."""

    CSS_PATH = "../styles/datasets.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "import", "Import", priority=True, tooltip="Import what is described here"),
        Binding("tab", "app.focus_next", "Next field", key_display="tab"),
        Binding("shift+tab", "app.focus_previous", "Previous field", show=False),
    ]

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.importing = False
        self._rows = 0
        self._stopping = False
        self._watch: Timer | None = None

    def begin(self, call: Callable[[Callable[[int], None]], Imported]) -> None:
        """Run an import, which is handed whom to tell about its rows."""
        self.importing, self._stopping, self._rows = True, False, 0
        self._watch = self.set_interval(LOOK, self._show_progress)
        self._show_progress()
        self.ask(call, self._told, then=self._imported, otherwise=self._refused, group="import", doing="import")

    def _told(self, rows: int) -> None:
        """Note how far the import is; called in its thread, which an error stops: nothing is in the store then."""
        self._rows = rows
        if self._stopping:
            raise UserError("The import was stopped", "nothing was changed")

    def _show_progress(self) -> None:
        rows = f": {plural(self._rows, 'row')} read" if self._rows else " …"
        self.tell("Stopping …" if self._stopping else f"Importing{rows}", "$primary")

    def _ended(self) -> None:
        self.importing = False
        if self._watch is not None:
            self._watch.stop()
        self.tell("")

    def _imported(self, imported: Imported) -> None:
        self._ended()
        if imported.bad or imported.known:
            lines = import_lines(imported)
            self.app.push_screen(ImportedScreen(self.wb, lines), lambda _: self._leave_with(imported.dataset))
        else:
            self._leave_with(imported.dataset)

    def _leave_with(self, dataset: Dataset) -> None:
        self.dismiss(dataset)

    def _refused(self, error: Exception) -> bool:
        self._ended()
        return self.complain(error)

    def complain(self, error: Exception) -> bool:
        """Show an error that the person can mend in the form; return whether it was one."""
        if isinstance(error, UserError):
            self.tell(error_lines(error))
        return isinstance(error, UserError)

    def tell(self, text: str, style: str = "bold $warning") -> None:
        """Set the line for problems and progress."""
        line = self.query_one("#problem", Static)
        line.display = bool(text)
        line.update(Content.styled(text, style))

    def action_leave(self) -> None:
        """Go back; ask first where an import is under way."""
        if not self.importing:
            self.dismiss(None)
        elif not self._stopping:
            self.app.push_screen(
                ConfirmScreen(self.wb, "Stop the import?", "Nothing of it will be in the workspace."), self._stop
            )

    def _stop(self, yes: bool | None) -> None:
        self._stopping = bool(yes) and self.importing

    def on_unmount(self) -> None:
        self._stopping = True


def row(*fields: tuple[str, Widget]) -> Horizontal:
    """Return a line of a form: labels, each with what is filled in."""
    parts: list[Widget] = []
    for label, widget in fields:
        parts += [Label(label, markup=False), widget]
    return Horizontal(*parts, classes="row")


def text_field(name: str, placeholder: str = "", length: int = NAME_LENGTH, value: str = "") -> Input:
    """Return a field for a line of text; coming back to it must not mean that the next key replaces all of it."""
    field = Input(value, placeholder=placeholder, id=name, max_length=length, compact=True)
    field.select_on_focus = False
    return field
