"""Choosing a data file: the folders of the workspace, or a path that is typed."""

from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize
from textual.widgets import DataTable, Input, Static

from viva.errors import UserError
from viva.present import file_list as words
from viva.present.dataset_import import error_lines
from viva.present.file_list import FileRow
from viva.records.dataset import Dataset
from viva.tui.file_reading import file_at, folder_rows
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.dataset_import import row, text_field
from viva.tui.screens.dataset_preview import PreviewScreen
from viva.tui.widgets.open_table import OpenTable
from viva.workbench import Workbench

PATH_LENGTH = 4096
_HEADINGS = ("Name", "Size", "Changed")


class ChooseFileScreen(VivaScreen[Dataset]):
    """Ends with the dataset that was imported."""

    TITLE = "Choose a file"
    CSS_PATH = "../styles/datasets.tcss"
    AUTO_FOCUS = "#files"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("backspace", "up", "Folder above", key_display="⌫", tooltip="Go to the folder above"),
        Binding("slash", "type", "Type a path", key_display="/", tooltip="Type a path, also outside the workspace"),
        Binding("tab", "app.focus_next", "Switch", key_display="tab"),
    ]

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._folder = Path()
        self._rows: list[FileRow] = []

    def body(self) -> ComposeResult:
        yield row(("Path", text_field("path", "type one, or choose a file below", PATH_LENGTH)))
        yield Static(id="problem", markup=False)
        yield Static(id="folder", markup=False)
        yield OpenTable(id="files")
        yield Static(words.NO_FILES, id="none", markup=False)

    def on_mount(self) -> None:
        self.query_one("#none").display = False
        self._go(Path())

    def _go(self, folder: Path, back_from: str = "") -> None:
        """Show a folder of the workspace, with the cursor on what one came back from."""

        def read() -> list[FileRow]:
            return folder_rows(self.wb, folder)

        def show(rows: list[FileRow]) -> None:
            self._folder, self._rows = folder, rows
            names = [found.name for found in rows]
            self._show(names.index(back_from) if back_from in names else 0)

        self.ask(read, then=show, otherwise=self._refused, group="files", doing="read a folder")

    def _show(self, cursor: int) -> None:
        self._tell("")
        table = self.query_one(OpenTable)
        table.display = bool(self._rows)
        self.query_one("#none").display = not any(found.file for found in self._rows)
        self.query_one("#folder", Static).update(words.folder_line(self.wb.paths.root.name, self._folder))
        cells = [[Text(cell) for cell in words.cells(found)] for found in self._rows]
        if cells:
            table.show([Text(h) for h in _HEADINGS], cells, cursor, right={1}, fill=(0, self.size.width - 2))
            if not self.query_one("#path").has_focus:
                table.focus()
        else:
            self.query_one("#path").focus()
        self.refresh_bindings()

    def on_resize(self, _event: Resize) -> None:
        if self._rows:
            self._show(self.query_one(OpenTable).cursor_row)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        chosen = self._rows[event.cursor_row]
        if chosen.path is None:
            self.action_up()
        elif chosen.file:
            self._open(chosen.path)
        else:
            self._go(self._folder / chosen.path.name)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        if not typed:
            self._tell("Type the path of a data file, or choose one below")
            return
        path = Path(typed).expanduser()
        self._open(path if path.is_absolute() else self.wb.paths.root / path)

    def _open(self, path: Path) -> None:
        """Go on to the preview of a file that can be read; what is wrong with its place is said here."""
        self.ask(file_at, path, then=self._preview, otherwise=self._refused, group="open", doing="open a file")

    def _preview(self, path: Path) -> None:
        self._tell("")
        self.app.push_screen(PreviewScreen(self.wb, path), self._imported)

    def _imported(self, dataset: Dataset | None) -> None:
        if dataset is not None:
            self.dismiss(dataset)

    def _refused(self, error: Exception) -> bool:
        self._tell(error_lines(error) if isinstance(error, UserError) else "")
        return isinstance(error, UserError)

    def _tell(self, text: str) -> None:
        self.query_one("#problem", Static).update(Content.styled(text, "bold $warning") if text else "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the folder above only below the workspace itself."""
        if action == "up":
            return self._folder != Path()
        return super().check_action(action, parameters)

    def action_up(self) -> None:
        self._go(self._folder.parent, self._folder.name)

    def action_type(self) -> None:
        self.query_one("#path").focus()
