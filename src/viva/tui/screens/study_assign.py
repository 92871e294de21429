"""The window that asks who may rate in a study."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Checkbox, Input, Static

from viva.errors import UserError
from viva.present import study_table as words
from viva.records.study import Study
from viva.text import display_line
from viva.tui.errors import error_text
from viva.tui.screens.base import VivaModal
from viva.tui.widgets.status import KeysFooter
from viva.tui.widgets.tick import Tick
from viva.tui.widgets.tick_list import TickList
from viva.workbench import Workbench


class AssignScreen(VivaModal[str]):
    """Ends with a line about what was changed, or with None; `choices` are as `rater_choices` gives them."""

    DEFAULT_CSS = """
    AssignScreen .window { padding: 1 2; }
    AssignScreen #about { height: auto; margin-top: 1; }
    AssignScreen Tick { background: $surface; }
    AssignScreen TickList { max-height: 10; background: $surface; margin-top: 1; }
    AssignScreen Input { margin-top: 1; }
    AssignScreen .-off { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("tab", "app.focus_next", "Next field", key_display="tab", priority=True),
        Binding("escape", "dismiss", "Cancel", priority=True),
    ]

    def __init__(self, workbench: Workbench, study: Study, choices: Sequence[tuple[str, str, str]]) -> None:
        super().__init__(workbench)
        self._study, self._choices = study, choices

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = Content(f"Who may rate in {display_line(self._study.name, 40)}")
            yield Tick("Everybody who can reach this workspace", self._study.raters is None, id="everybody")
            yield TickList(id="raters")
            yield Input(placeholder="others, by name, with commas between them", max_length=500, compact=True)
            yield Static(id="about", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        self.query_one(TickList).fill(self._choices, self._study.raters or ())
        self._arrange()

    def on_checkbox_changed(self, _event: Checkbox.Changed) -> None:
        self._arrange()

    def _arrange(self) -> None:
        everybody = self.query_one("#everybody", Tick).value
        self.query_one(TickList).set_class(everybody or not self._choices, "-off")
        self.query_one(Input).set_class(everybody, "-off")
        self._say("Verdicts of raters who are left out stay", "$muted")

    def _chosen(self) -> tuple[str, ...] | None:
        if self.query_one("#everybody", Tick).value:
            return None
        typed = [name.strip() for name in self.query_one(Input).value.split(",")]
        return tuple(dict.fromkeys([*self.query_one(TickList).ticked, *(name for name in typed if name)]))

    def on_input_submitted(self) -> None:
        self.action_save()

    def action_save(self) -> None:
        chosen = self._chosen()
        if chosen == ():
            self._say("Tick at least one rater, or everybody", "$warning")
            return
        name = self._study.name
        self.ask(
            lambda: self.wb.studies.assign(name, chosen),
            then=self._assigned,
            otherwise=self._refused,
            group="assign",
            doing="say who may rate",
        )

    def _assigned(self, study: Study) -> None:
        self.dismiss(words.assigned_text(study))

    def _refused(self, error: Exception) -> bool:
        if isinstance(error, UserError):
            self._say(error_text(error), "$warning")
        return isinstance(error, UserError)

    def _say(self, text: str, style: str) -> None:
        self.query_one("#about", Static).update(Content.styled(text, style))
