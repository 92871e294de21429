"""What the screens share that have a model write a dataset: the model, the name, the prompts, and the start."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button, Input, Select, Static

from viva.errors import UserError
from viva.present import writers as words
from viva.records.job import Job
from viva.records.model import Model
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.confirm import ConfirmScreen
from viva.tui.screens.endpoint_add import EndpointAddScreen
from viva.tui.widgets.status import StatusLine
from viva.tui.writing_reading import NOTHING, Known, read_known
from viva.workbench import Workbench


class WritingScreen(VivaScreen[None]):
    """A form with what it will take below it; ends with None, or goes on to the job.

    A screen says in `problem()` what cannot be right, in `counting()` what is to be found out, in `starting()` what
    starts the job; the last two return calls that run in a thread and hold a copy of what the form says. Never more
    than one count is under way: what changes meanwhile is looked at when it has ended.
    """

    CSS_PATH = "../styles/synthesis.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "Start…", priority=True, tooltip="Start, after a question"),
        # With priority, so that what somebody types fast over a slow line does not land in the field before.
        Binding("tab", "app.focus_next", "Next", key_display="tab", priority=True, tooltip="Go to the next field"),
        Binding("shift+tab", "app.focus_previous", "Previous", show=False, priority=True, tooltip="Go back a field"),
        Binding("a", "add_endpoint", "Add endpoint…", tooltip="Add a model behind an address"),
        Binding("p", "copy_prompts", "Copy prompts", tooltip="Copy the prompts into the workspace, to be edited"),
    ]

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.known = NOTHING
        self.found: Any = None
        self._counting = self._stale = self._starting = False
        self._suggested = ""

    @abstractmethod
    def problem(self) -> tuple[str, str] | None:
        """Return the first field that cannot be right, and what is wrong with it."""

    @abstractmethod
    def counting(self) -> Callable[[], Any]:
        """Return the call that finds out what it will take."""

    @abstractmethod
    def counted(self, found: Any) -> None:
        """Show what it will take; None while nobody knows."""

    @abstractmethod
    def starting(self) -> Callable[[], Job]:
        """Return the call that starts the job."""

    @abstractmethod
    def asking(self, found: Any) -> tuple[str, str]:
        """Return the question before the start, and its second line."""

    @abstractmethod
    def prompt_files(self) -> Iterable[str]:
        """Return the names of the prompts in use."""

    def on_mount(self) -> None:
        self.read_workspace()

    def read_workspace(self, chosen: str = "") -> None:
        """Read what the form has to know, then choose a model."""
        self.ask(
            read_known, self.wb, then=lambda known: self._show(known, chosen), group="workspace", doing="read models"
        )

    def _show(self, known: Known, chosen: str) -> None:
        select: Select[str] = self.query_one("#model", Select)
        names = [model.name for model in known.models]
        wanted = next(name for name in (chosen, select.value, *names) if name in names)
        self.known = known
        with self.prevent(Select.Changed):
            select.set_options([(Content(words.writer_label(model)), model.name) for model in known.models])
            select.value = wanted
        self.changed()

    @property
    def model(self) -> Model | None:
        """The model that is chosen."""
        return self.known.model(self.query_one("#model", Select).value)

    @property
    def dataset(self) -> str:
        """The name that is typed for the dataset."""
        return self.query_one("#dataset", Input).value.strip()

    def suggest(self, name: str) -> None:
        """Let the dataset's name follow until somebody types another."""
        field = self.query_one("#dataset", Input)
        if field.value == self._suggested:
            self._suggested = field.value = name

    def changed(self) -> None:
        """Say what the form means by now, and find out what it will take."""
        model = self.model
        note, warns = words.writer_note(model, model is not None and self.known.key_is_set(model))
        self.note("model-note", Content.styled(note, "bold $warning" if warns else "$muted"))
        taken = words.dataset_note(self.dataset, self.known.datasets)
        self.note("dataset-note", Content.styled(taken, "$muted"))
        prompts = words.prompts_text(self.known.prompts, self.prompt_files(), self.wb.paths.prompts)
        self.note("prompts", Content.styled(prompts, "$muted"))
        self.complain("")
        self._stale = True
        if not self._counting:
            self._count()

    def _count(self) -> None:
        self._stale = False
        self.found = None
        if self.model is None:
            return
        if found := self.problem():
            self.query_one("#takes", StatusLine).right = ""
            self.complain(found[1])
            self.counted(None)
            return
        self._counting = True
        self.query_one("#takes", StatusLine).right = "counting…"
        self.ask(self.counting(), then=self._counted, otherwise=self._not_counted, group="count", doing="count")

    def _counted(self, found: Any) -> None:
        self._counting = False
        if self._stale:
            self._count()
            return
        self.query_one("#takes", StatusLine).right = ""
        self.found = found
        self.counted(found)

    def _not_counted(self, error: Exception) -> bool:
        self._counting = False
        if self._stale:
            self._count()
            return True
        self.query_one("#takes", StatusLine).right = ""
        self.counted(None)
        return self.refused(error)

    def on_input_changed(self) -> None:
        self.changed()

    def on_select_changed(self, _event: Select.Changed) -> None:
        self.changed()

    def on_input_submitted(self) -> None:
        self.action_start()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "add":
            self.action_add_endpoint()
        elif event.button.id == "copy":
            self.action_copy_prompts()

    def action_add_endpoint(self) -> None:
        """Ask for a model behind an address, and choose it."""
        self.app.push_screen(EndpointAddScreen(self.wb), lambda name: self.read_workspace(name) if name else None)

    def action_copy_prompts(self) -> None:
        """Copy the prompts into the workspace."""

        def copied(files: list[Path]) -> None:
            self.say(words.copied_text(len(files)))
            self.read_workspace()

        call = self.wb.synthesis.copy_prompts
        self.ask(call, then=copied, otherwise=self.refused, group="prompts", doing="copy the prompts")

    def action_start(self) -> None:
        """Ask and start, or say which field cannot be right and go there."""
        model = self.model
        if self._starting or model is None:
            return
        found = self.problem()
        if found is None and (wrong := words.dataset_problem(self.dataset)):
            found = "dataset", wrong
        if found is None and words.key_variable(model) and not self.known.key_is_set(model):
            found = "model", words.key_missing(model)
        if found is not None:
            self.complain(found[1])
            self.query_one(f"#{found[0]}").focus()
            return
        self._starting = True
        # Counted once more: what is asked for is what the form says now, whatever is being counted meanwhile.
        self.ask(self.counting(), then=self._ask_person, otherwise=self._not_started, group="ask", doing="count")

    def _ask_person(self, found: Any) -> None:
        call = self.starting()

        def answered(yes: bool | None) -> None:
            if yes:
                self.ask(call, then=self._started, otherwise=self._not_started, group="start", doing="start the job")
            else:
                self._starting = False

        self.app.push_screen(ConfirmScreen(self.wb, *self.asking(found)), answered)

    def _started(self, job: Job) -> None:
        from viva.tui.screens.job import JobScreen

        self.app.switch_screen(JobScreen(self.wb, job))

    def _not_started(self, error: Exception) -> bool:
        self._starting = False
        return self.refused(error)

    def refused(self, error: Exception) -> bool:
        """Show an error that the person can mend on the form; return whether it was one."""
        if isinstance(error, UserError):
            self.complain(words.refusal(error))
        return isinstance(error, UserError)

    def complain(self, text: str) -> None:
        """Set the line for problems; it stands where else the facts are, so that nothing moves."""
        line = self.query_one("#problem", Static)
        line.display = bool(text)
        self.query_one("#estimate").display = not text
        self.note("problem", Content.styled(text, "bold $warning"))

    def note(self, name: str, text: Content) -> None:
        """Set a text where it has changed: every needless layout costs, and over SSH every paint travels."""
        line = self.query_one(f"#{name}", Static)
        if line.content != text:
            line.update(text)

    def action_leave(self) -> None:
        """Go back without starting anything."""
        self.dismiss(None)
