"""A small window that asks before something is stopped."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from viva.text import display_line
from viva.tui.screens.base import VivaModal
from viva.tui.widgets.status import KeysFooter
from viva.workbench import Workbench


class ConfirmScreen(VivaModal[bool]):
    """Ends with True only on `y`; any foreign text in the question is cleaned here."""

    DEFAULT_CSS = """
    ConfirmScreen .window { padding: 1 2; }
    ConfirmScreen Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape", "answer(False)", "No", key_display="n"),
    ]

    def __init__(self, workbench: Workbench, question: str, detail: str = "") -> None:
        super().__init__(workbench)
        self._question, self._detail = display_line(question, 200), display_line(detail, 200)

    def compose(self) -> ComposeResult:
        with Vertical(classes="window"):
            yield Static(Content.assemble((self._question, "bold"), "\n", self._detail))
            yield Static(Content.assemble(("\ny", "bold $primary"), " yes      ", ("n", "bold $primary"), " no"))
        yield KeysFooter()

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
