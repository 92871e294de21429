"""The form that writes a dataset to a file of the workspace."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Select, Static

from viva.errors import UserError
from viva.present import export_form as words
from viva.present.dataset_import import error_lines
from viva.records.dataset import Dataset
from viva.records.reading import ExportForm
from viva.text import display_line
from viva.tui.screens.base import VivaModal
from viva.tui.screens.confirm import ConfirmScreen
from viva.tui.screens.dataset_import import row, text_field
from viva.tui.widgets.status import KeysFooter
from viva.workbench import Workbench
from viva.workbench.files import inside

NAME_LENGTH = 1024


class ExportScreen(VivaModal[Dataset]):
    """Ends with None, whatever was written: the dataset stays as it is."""

    DEFAULT_CSS = """
    ExportScreen .window { padding: 1 2; }
    ExportScreen .row { height: 2; }
    ExportScreen .row Label { width: 10; color: $text-muted; }
    ExportScreen .row Input { width: 1fr; }
    ExportScreen .row Select { width: 1fr; }
    ExportScreen #problem { height: auto; color: $warning; text-style: bold; }
    """
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "export", "Export", priority=True),
        Binding("tab", "app.focus_next", "Next field", key_display="tab"),
        Binding("shift+tab", "app.focus_previous", "Previous field", show=False),
        Binding("escape", "dismiss", "Cancel"),
    ]
    _suggested = ""
    _writing = False

    def __init__(self, workbench: Workbench, name: str) -> None:
        super().__init__(workbench)
        self._dataset_name = name

    def compose(self) -> ComposeResult:
        forms = [(Content(title), form) for form, (title, _) in words.FORMS.items()]
        form: Select[ExportForm] = Select(
            forms, value=ExportForm.CSV, allow_blank=False, id="export-form", compact=True
        )
        split: Select[str] = Select([("all", "all")], value="all", allow_blank=False, id="export-split", compact=True)
        with Vertical(classes="window") as window:
            window.border_title = Content(f"Export {display_line(self._dataset_name, 50)}")
            window.border_subtitle = "Enter in the file's name writes it"
            yield row(("As", form))
            yield row(("Split", split))
            yield row(("File", text_field("export-file", "a name within the workspace", NAME_LENGTH)))
            yield Static(id="problem", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        self._tell("")
        self._suggest()
        self.query_one("#export-file").focus()
        self.ask(lambda: self.wb.datasets.get(self._dataset_name), then=self._show, group="dataset")

    def _show(self, dataset: Dataset) -> None:
        split: Select[str] = self.query_one("#export-split", Select)
        split.set_options([(Content(label), key) for label, key in words.split_choices(dataset)])

    def _chosen(self) -> tuple[ExportForm, str | None]:
        form = self.query_one("#export-form", Select).value
        split = self.query_one("#export-split", Select).value
        return (
            ExportForm(form) if isinstance(form, str) else ExportForm.CSV,
            words.chosen_split(split) if isinstance(split, str) else None,
        )

    def _suggest(self) -> None:
        """Let the file's name follow form and split until somebody types another."""
        field = self.query_one("#export-file", Input)
        if field.value == self._suggested:
            self._suggested = field.value = words.file_name(self._dataset_name, *self._chosen())

    def on_select_changed(self) -> None:
        self._suggest()

    def on_input_submitted(self) -> None:
        self.action_export()

    def action_export(self) -> None:
        """Write, after a question where the file is there already; or say what is wrong."""
        typed = self.query_one("#export-file", Input).value.strip()
        if self._writing:
            return
        if not typed:
            self._tell("Give the file a name")
            return

        def check() -> tuple[Path, bool]:
            path = inside(self.wb, Path(typed))
            return path, path.is_file()

        def go(found: tuple[Path, bool]) -> None:
            path, there = found
            if not there:
                self._write(path, overwrite=False)
                return
            question = f"Replace {display_line(path.name, 60)}?"
            self.app.push_screen(
                ConfirmScreen(self.wb, question, "A file of this name is there already."),
                lambda yes: self._write(path, overwrite=True) if yes else None,
            )

        self.ask(check, then=go, otherwise=self._refused, group="check", doing="look for a file")

    def _write(self, path: Path, *, overwrite: bool) -> None:
        self._writing = True
        form, split = self._chosen()
        self._tell("Writing …")
        self.ask(
            lambda: self.wb.datasets.export(self._dataset_name, path, form, split, overwrite=overwrite),
            then=lambda count: self._written(path, count),
            otherwise=self._refused,
            group="export",
            doing="export a dataset",
        )

    def _written(self, path: Path, count: int) -> None:
        root = self.wb.paths.root.resolve()
        self.say(words.written_text(self._dataset_name, str(path.relative_to(root)), count))
        self.dismiss(None)

    def _refused(self, error: Exception) -> bool:
        self._writing = False
        self._tell(error_lines(error) if isinstance(error, UserError) else "")
        self.query_one("#export-file").focus()
        return isinstance(error, UserError)

    def _tell(self, text: str) -> None:
        line = self.query_one("#problem", Static)
        line.display = bool(text)
        line.update(Content(text))
