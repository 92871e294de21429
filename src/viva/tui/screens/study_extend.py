"""The window that extends a study: more questions, or more raters per item."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label, Static

from viva.errors import UserError
from viva.records.study import Study
from viva.text import display_line, plural
from viva.tui.errors import error_text
from viva.tui.screens.base import VivaModal
from viva.tui.widgets.status import KeysFooter
from viva.tui.widgets.tick import Tick
from viva.workbench import Workbench


class ExtendScreen(VivaModal[str]):
    """Ends with a line about what was added, or with None."""

    DEFAULT_CSS = """
    ExtendScreen .window { padding: 1 2; }
    ExtendScreen .row { height: 1; }
    ExtendScreen Label { width: 26; color: $text-muted; }
    ExtendScreen Input { width: 16; }
    ExtendScreen #about { height: auto; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Extend", priority=True),
        Binding("tab,down", "app.focus_next", "Next field", key_display="tab", priority=True),
        Binding("up", "app.focus_previous", show=False, priority=True),
        Binding("escape", "dismiss", "Cancel", priority=True),
    ]

    def __init__(self, workbench: Workbench, study: Study) -> None:
        super().__init__(workbench)
        self._study = study

    def compose(self) -> ComposeResult:
        per_item = str(self._study.raters_per_item)
        with Vertical(classes="window") as window:
            window.border_title = Content(f"Extend {display_line(self._study.name, 40)}")
            yield Horizontal(Label("Further questions", markup=False), _number("questions", "none"), classes="row")
            yield Horizontal(Label("Raters per item", markup=False), _number("raters", per_item), classes="row")
            yield Tick("Further questions from where values spread most", False, id="spread")
            yield Static(id="about", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        self._say("Further questions are drawn from those not in the study yet. Fill in one of the two.", "$muted")

    def on_input_submitted(self) -> None:
        self.action_save()

    def action_save(self) -> None:
        """Extend the study, or say why that cannot be."""
        questions, raters = (self.query_one(f"#{name}", Input).value.strip() for name in ("questions", "raters"))
        if bool(questions) == bool(raters):
            self._say("Fill in one of the two: further questions, or raters per item", "$warning")
            return
        name = self._study.name
        spread = bool(questions) and self.query_one("#spread", Tick).value
        self.ask(
            lambda: self.wb.studies.extend(
                name, int(questions) if questions else None, int(raters) if raters else None, by_spread=spread
            ),
            then=self._extended,
            otherwise=self._refused,
            group="extend",
            doing="extend a study",
        )

    def _extended(self, study: Study) -> None:
        shown = display_line(study.name, 40)
        added = study.items - self._study.items
        if study.raters_per_item != self._study.raters_per_item:
            self.dismiss(f"{shown} wants {plural(study.raters_per_item, 'rater')} per item now")
        else:
            self.dismiss(f"{shown} has {plural(added, 'further item')}, {study.items:,} in all")

    def _refused(self, error: Exception) -> bool:
        if isinstance(error, UserError):
            self._say(error_text(error), "$warning")
        return isinstance(error, UserError)

    def _say(self, text: str, style: str) -> None:
        self.query_one("#about", Static).update(Content.styled(text, style))


def _number(name: str, placeholder: str) -> Input:
    return Input(id=name, placeholder=placeholder, restrict="[0-9]*", max_length=6, compact=True)
