"""The window that writes a report, or a capsule, of the results one looks at."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Select, Static

from viva.errors import UserError
from viva.present import report_words as words
from viva.present.dataset_import import error_lines
from viva.present.datasets import split_name
from viva.records.report import CapsuleWritten, ReportRequest, ReportWritten
from viva.text import display_line
from viva.tui.screens.base import VivaModal
from viva.tui.screens.confirm import ConfirmScreen
from viva.tui.screens.dataset_import import row, text_field
from viva.tui.widgets.status import KeysFooter
from viva.workbench import Workbench
from viva.workbench.files import inside

NAME_LENGTH = 1024
CAPSULE = "capsule"


@dataclass
class Step(Message):
    """A step begins: `done` of `total` are behind it."""

    done: int
    total: int
    name: str


class ReportScreen(VivaModal[None]):
    """Asks for a form and a file within the workspace, writes there, and says what came of it."""

    DEFAULT_CSS = """
    ReportScreen .window { padding: 1 2; }
    ReportScreen .row { height: 2; }
    ReportScreen .row Label { width: 10; color: $text-muted; }
    ReportScreen .row Input { width: 1fr; }
    ReportScreen .row Select { width: 1fr; }
    ReportScreen VerticalScroll { height: auto; max-height: 9; }
    ReportScreen #told { height: auto; }
    ReportScreen #told.problem { color: $warning; text-style: bold; }
    """
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "write", "Write", priority=True),
        Binding("tab", "app.focus_next", "Next field", key_display="tab"),
        Binding("shift+tab", "app.focus_previous", "Previous field", show=False),
        Binding("escape", "dismiss", "Close"),
    ]
    _suggested = ""
    _writing = False

    def __init__(self, workbench: Workbench, dataset: str, split: str | None = None) -> None:
        super().__init__(workbench)
        self._dataset, self._split = dataset, split

    def compose(self) -> ComposeResult:
        forms = [(Content(title), form) for form, title in words.CHOICES]
        form: Select[str] = Select(forms, value=words.CHOICES[0][0], allow_blank=False, id="report-form", compact=True)
        raters = [(Content(title), key) for key, title in words.RATERS]
        named: Select[str] = Select(
            raters, value=words.RATERS[0][0], allow_blank=False, id="report-names", compact=True
        )
        with Vertical(classes="window") as window:
            title = f"Report on {display_line(self._dataset, 40)}"
            window.border_title = Content(f"{title}, {split_name(self._split)}" if self._split else title)
            window.border_subtitle = "Enter in the file's name writes it"
            yield row(("As", form))
            yield row(("Raters", named))
            yield row(("File", text_field("report-file", "a name within the workspace", NAME_LENGTH)))
            with VerticalScroll(can_focus=False):
                yield Static(id="told", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        self._tell([words.EXPLAINED])
        self._suggest()
        self.query_one("#report-file").focus()

    def _form(self) -> str:
        return str(self.query_one("#report-form", Select).value)

    def _suggest(self) -> None:
        """Let the file's name follow the form until somebody types another."""
        field = self.query_one("#report-file", Input)
        if field.value == self._suggested:
            self._suggested = field.value = words.file_name(self._dataset, self._split, self._form())

    def on_select_changed(self) -> None:
        self._suggest()

    def on_input_submitted(self) -> None:
        self.action_write()

    def action_write(self) -> None:
        """Write, after a question where the file is there already; or say what is wrong."""
        typed = self.query_one("#report-file", Input).value.strip()
        if self._writing:
            return
        if not typed:
            self._tell(["Give the file a name"], problem=True)
            return

        def check() -> tuple[Path, bool]:
            path = inside(self.wb, Path(typed))
            return path, path.is_file() and self._form() != CAPSULE

        def go(found: tuple[Path, bool]) -> None:
            path, there = found
            if not there:
                self._write(path)
                return
            question = f"Replace {display_line(path.name, 60)}?"
            self.app.push_screen(
                ConfirmScreen(self.wb, question, "A file of this name is there already."),
                lambda yes: self._write(path) if yes else None,
            )

        self.ask(check, then=go, otherwise=self._refused, group="check", doing="look for a file")

    def _write(self, path: Path) -> None:
        self._writing = True
        names = self.query_one("#report-names", Select).value == words.NAMED
        request, capsule = ReportRequest(self._dataset, self._split, names=names), self._form() == CAPSULE

        def tell(done: int, total: int, step: str) -> None:
            self.post_message(Step(done, total, step))

        def write() -> ReportWritten | CapsuleWritten:
            self.wb.desk.deliver()
            if capsule:
                return self.wb.capsules.write(request, path, tell)
            return self.wb.reports.write(request, path, overwrite=True, tell=tell)

        self._tell([words.step_line(0, 0, "")])
        self.ask(write, then=self._written, otherwise=self._refused, group="write", doing="write a report")

    def on_step(self, step: Step) -> None:
        if self._writing:
            self._tell([words.step_line(step.done, step.total, step.name)])

    def _written(self, written: ReportWritten | CapsuleWritten) -> None:
        self._writing = False
        self._tell(words.written_lines(written) if isinstance(written, ReportWritten) else words.packed_lines(written))

    def _refused(self, error: Exception) -> bool:
        self._writing = False
        expected = isinstance(error, UserError)
        self._tell(error_lines(error).split("\n") if isinstance(error, UserError) else [], problem=True)
        self.query_one("#report-file").focus()
        return expected

    def _tell(self, lines: list[str], *, problem: bool = False) -> None:
        told = self.query_one("#told", Static)
        told.set_class(problem, "problem")
        told.update(Content("\n".join(lines)))
