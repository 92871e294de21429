"""The form that has a model draw question–approach pairs from a folder of papers."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import DataTable, Input, Label, Static

from viva.present import papers as words
from viva.present.datasets import suggested_name
from viva.present.papers import PapersForm
from viva.present.writers import start_question
from viva.records.job import Job
from viva.records.papers import PaperFolder, PapersFound, PapersPlan
from viva.tui.screens.dataset_import import row, text_field
from viva.tui.screens.mending import number_input
from viva.tui.screens.writing import WritingScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.tui.widgets.writing_form import facts, writing_rows
from viva.workbench import Workbench

PATH_LENGTH = 1024
FIELD_LENGTH = 200
_HEADINGS = ("Folder of the workspace", "PDF files")


class FolderTable(RowTable):
    """Folders, of which one is chosen with Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select_cursor", "Choose")]


class PapersScreen(WritingScreen):
    """The folder and the plan on top, what the folder holds below."""

    TITLE = "Pairs from papers"
    AUTO_FOCUS = "#folders"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._folders: list[PaperFolder] = []
        self._chosen: PaperFolder | None = None

    def body(self) -> ComposeResult:
        with VerticalScroll(id="form", can_focus=False):
            yield FolderTable(id="folders")
            yield Static(words.NO_FOLDERS, id="none", markup=False)
            yield row(("Folder", text_field("folder", "choose one, or type its path in the workspace", PATH_LENGTH)))
            with Horizontal(classes="row"):
                yield Label("Pairs per paper", markup=False)
                yield number_input("pairs", PapersForm().pairs)
                yield Label("Papers per sub-folder", markup=False, classes="second")
                yield number_input("per_field", placeholder="all")
            yield row(("Field", text_field("field", "the name of the sub-folder", FIELD_LENGTH)))
            yield from writing_rows()
        yield StatusLine(id="takes")
        yield Static(id="problem", markup=False)
        yield Static(id="estimate", markup=False)
        with VerticalScroll(id="papers"):
            yield Static(id="by-field", markup=False)

    def on_mount(self) -> None:
        self.query_one("#takes", StatusLine).text = "What is there"
        self.query_one("#none").display = False
        self.ask(lambda: self.wb.synthesis.paper_folders(), then=self._offer, group="folders", doing="look for papers")

    def _offer(self, folders: list[PaperFolder]) -> None:
        self._folders = folders
        first = words.first_folder(folders)
        self._fill(folders.index(first) if first else 0)
        self.query_one("#none").display = not folders
        self.query_one("#folders").display = bool(folders)
        if first is None:
            self.query_one("#folder").focus()
        elif not self._typed("folder"):
            self._choose(first)

    def _fill(self, cursor: int) -> None:
        cells = [[Text(cell) for cell in words.folder_cells(folder)] for folder in self._folders]
        headings = [Text(heading) for heading in _HEADINGS]
        self.query_one(FolderTable).show(headings, cells, cursor, right={1}, fill=(0, self.size.width - 4))

    def on_resize(self, _event: Resize) -> None:
        if self._folders:
            self._fill(self.query_one(FolderTable).cursor_row)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self._choose(self._folders[event.cursor_row])

    def _choose(self, folder: PaperFolder) -> None:
        self._chosen = folder
        self.query_one("#folder", Input).value = words.typed_path(folder)

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def form(self) -> PapersForm:
        """Return what the form says now."""
        folder, *rest = (self._typed(name) for name in ("folder", "pairs", "per_field", "field"))
        if self._chosen is not None and folder == words.typed_path(self._chosen):
            # Its name may hold what cannot be typed nor shown.
            folder = self._chosen.path
        return PapersForm(folder, *rest)

    def changed(self) -> None:
        folder = self.form().folder
        name = suggested_name("" if folder == "." else folder.rstrip("/"))
        with self.prevent(Input.Changed):
            self.suggest(name or "papers" if folder else "")
        super().changed()

    def prompt_files(self) -> tuple[str, ...]:
        return words.PROMPTS

    def problem(self) -> tuple[str, str] | None:
        return self.form().problem()

    def _plan(self, form: PapersForm) -> PapersPlan:
        """Return the plan; in a thread, for the folder is looked at. Raises `UsageError` for one outside."""
        return form.plan(str(self.wb.synthesis.paper_folder(form.folder)))

    def counting(self) -> Callable[[], PapersFound]:
        form = self.form()
        return lambda: self.wb.synthesis.papers_found(self._plan(form))

    def counted(self, found: PapersFound | None) -> None:
        form = self.form()
        self.note("estimate", facts(words.found_rows(found, form) if found else []))
        lines: list[str | tuple[str, str]] = []
        if found is not None:
            lines = [("\n".join(words.field_lines(found)), "")]
            if found.problems:
                lines += [
                    (f"\n{words.problems_title(found)}\n", "bold $warning"),
                    "\n".join(words.problem_lines(found)),
                ]
        self.note("by-field", Content.assemble(*lines))
        self.query_one("#papers").scroll_home(animate=False)

    def asking(self, found: PapersFound) -> tuple[str, str]:
        assert self.model is not None
        return start_question(self.dataset, self.model.name), words.start_detail(found, self.form())

    def starting(self) -> Callable[[], Job]:
        form, model, dataset = self.form(), self.model, self.dataset
        assert model is not None
        return lambda: self.wb.synthesis.start_papers(dataset, model.name, self._plan(form))
