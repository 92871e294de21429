"""A small window that asks under which name a query is kept."""

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from viva.errors import UserError
from viva.tui.errors import error_text
from viva.tui.screens.base import VivaModal
from viva.tui.widgets.status import KeysFooter
from viva.workbench import Workbench

NAME_LENGTH = 64


class SaveQueryScreen(VivaModal[str]):
    """Ends with the name once the query is saved, or with None; a name that cannot be used is refused here."""

    DEFAULT_CSS = """
    SaveQueryScreen .window { padding: 1 2; }
    SaveQueryScreen Static { height: auto; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Cancel"),
    ]

    def __init__(self, workbench: Workbench, query: str, saved: Mapping[str, str], name: str = "") -> None:
        super().__init__(workbench)
        self._text, self._saved, self._proposed = query, saved, name

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "Save the query"
            window.border_subtitle = "⏎ saves · Esc cancels"
            yield Input(self._proposed, placeholder="Name", max_length=NAME_LENGTH, compact=True)
            yield Static(markup=False)
        yield KeysFooter()

    def on_input_changed(self, event: Input.Changed) -> None:
        there = event.value.strip() in self._saved
        self._say("This replaces the saved query of that name" if there else "Letters, digits, dots, hyphens")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        self.ask(
            lambda: self.wb.sql.save(name, self._text),
            then=lambda _: self._saved_as(name),
            otherwise=self._refused,
            group="save query",
        )

    def _saved_as(self, name: str) -> None:
        self.dismiss(name)

    def _refused(self, error: Exception) -> bool:
        if isinstance(error, UserError):
            self._say(error_text(error), "$warning")
            return True
        return False

    def _say(self, text: str, style: str = "$muted") -> None:
        self.query_one(Static).update(Content.styled(text, style))
