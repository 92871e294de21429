"""Editing an example: what is typed is kept as a draft from the first second on, and saved as a new version."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from viva.errors import StoreError, UserError
from viva.present import example_edit as words
from viva.present.dataset_import import error_lines
from viva.records.dataset import Dataset, Example
from viva.records.editing import EditDraft
from viva.records.ids import utc_now
from viva.tui.errors import log_error
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.chooser import Choice, ChooserScreen
from viva.tui.widgets.example_form import ExampleForm
from viva.workbench import Workbench
from viva.workbench.edit_drafts import EditDrafts

PAUSE = 0.7
"""Seconds after which what was typed is on disk, whether typing goes on or not."""
UNSAVED = (
    Choice("save", "Save", "as a new version of the dataset"),
    Choice("keep", "Keep as a draft", "it comes back when this example is edited again"),
    Choice("drop", "Discard", "what you typed is gone"),
)


class ExampleEditScreen(VivaScreen[Example]):
    """Ends with the example as it was saved, or with None."""

    TITLE = "Edit example"
    CSS_PATH = "../styles/datasets.tcss"
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True, tooltip="Save; the dataset gets a new version"),
        Binding("tab", "app.focus_next", "Next field", key_display="tab"),
        Binding("shift+tab", "app.focus_previous", "Previous field", show=False),
        Binding("ctrl+r", "start_again", "Saved texts", priority=True, tooltip="Take the texts as they are saved"),
        Binding("escape", "leave", "Back", priority=True, tooltip="Leave; asks what to do with what is not saved"),
    ]

    def __init__(self, workbench: Workbench, dataset: str, example: Example) -> None:
        super().__init__(workbench)
        self.sub_title = dataset
        self._dataset = dataset
        self._example = example
        self._drafts = EditDrafts(workbench.paths, workbench.settings.rater_name)
        self._before: dict[str, str] = {}
        self._now: dict[str, str] = {}
        self._kept: dict[str, str] = {}
        self._pause: Timer | None = None
        self._keeping = self._done = False

    def body(self) -> ComposeResult:
        yield ExampleForm(self._example)

    @property
    def _form(self) -> ExampleForm:
        return self.query_one(ExampleForm)

    def on_mount(self) -> None:
        # As the fields have the texts, so that what a field does to them is no change.
        self._before = self._now = self._kept = self._form.texts()
        self.ask(self._look, then=self._open, group="open", doing="look for a draft")

    def _look(self) -> tuple[EditDraft | None, Dataset]:
        return self._drafts.find(self._example), self.wb.datasets.get(self._dataset)

    def _open(self, found: tuple[EditDraft | None, Dataset]) -> None:
        draft, dataset = found
        note = words.splits_note(dataset)
        if draft is not None and self._now == self._before:
            self._form.fill(draft.texts)
            self._now = self._kept = self._form.texts()
            if self._now != self._before:
                note = words.draft_note(draft, self._before, utc_now())
        self._note(note)
        self.refresh_bindings()

    def on_example_form_typed(self) -> None:
        """Keep what is typed within a second, not with every key."""
        if not self._before:
            return
        was, self._now = self._now, self._form.texts()
        if (was == self._before) != (self._now == self._before):
            self.refresh_bindings()
        if self._now != self._kept and self._pause is None:
            self._pause = self.set_timer(PAUSE, self._keep)

    def _keep(self) -> None:
        self._pause = None
        if self._done or self._now == self._kept:
            return
        if self._keeping:
            self._pause = self.set_timer(PAUSE, self._keep)
            return
        self._keeping, self._kept = True, self._now
        self.ask(
            self._write, self._now, then=self._has_kept, otherwise=self._not_kept, group="draft", doing="keep a draft"
        )

    def _write(self, texts: dict[str, str]) -> None:
        if texts == self._before:
            self._drafts.drop(self._example)
        else:
            self._drafts.save(self._example, texts, self._before)

    def _has_kept(self, _: None) -> None:
        self._keeping = False

    def _not_kept(self, error: Exception) -> bool:
        self._keeping = False
        return self._complain(error)

    def on_unmount(self) -> None:
        """Keep what the last moment brought, where the app ends with this screen open."""
        if not self._done and self._now != self._kept:
            try:
                self._write(self._now)
            except StoreError as error:
                log_error(self.wb.paths.log, error, "keep a draft at the end")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the saved texts only where other ones stand in the form."""
        if action == "start_again":
            return self._now != self._before
        return super().check_action(action, parameters)

    def action_start_again(self) -> None:
        self._form.fill(self._before)
        self._note("")

    def action_save(self) -> None:
        """Save, or say what is missing and go there."""
        if self._done:
            return
        now = self._form.texts()
        if found := words.problem(now):
            self._note(found[1], "bold $warning")
            self._form.go_to(found[0])
            return
        changes = words.changes(self._before, now)
        if not changes:
            self._leave()
            return
        self._done = True
        self._note("Saving …")
        by = self.wb.settings.rater_name
        self.ask(
            lambda: self.wb.datasets.edit(self._example.example_id, changes, by),
            then=self._leave,
            otherwise=self._refused,
            group="save",
            doing="save an example",
        )

    def _refused(self, error: Exception) -> bool:
        self._done = False
        if self._now != self._kept:
            self._pause = self.set_timer(PAUSE, self._keep)
        return self._complain(error)

    def _leave(self, example: Example | None = None) -> None:
        """Leave for good: no draft is needed any more."""
        self._done = True
        self._drafts.drop(self._example)
        self.dismiss(example)

    def action_leave(self) -> None:
        """Leave; ask first where something is not saved."""
        if self._done:
            return
        if self._form.texts() == self._before:
            self._leave()
        else:
            self.app.push_screen(ChooserScreen(self.wb, "Not saved yet", UNSAVED), self._leave_with)

    def _leave_with(self, choice: str | None) -> None:
        if choice == "save":
            self.action_save()
        elif choice == "drop":
            self._leave()
        elif choice == "keep":
            self._done = True
            texts = self._form.texts()
            self.ask(self._write, texts, then=self._go, otherwise=self._refused, group="draft", doing="keep a draft")

    def _go(self, _: None) -> None:
        self.dismiss(None)

    def _complain(self, error: Exception) -> bool:
        if isinstance(error, UserError):
            self._note(error_lines(error), "bold $warning")
        return isinstance(error, UserError)

    def _note(self, text: str, style: str = "") -> None:
        self.query_one("#note", Static).update(Content.styled(text, style) if text else "")
