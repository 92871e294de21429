"""A small window that says what an import has brought where not everything came in."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from viva.tui.screens.base import VivaModal
from viva.tui.widgets.status import KeysFooter
from viva.workbench import Workbench


class ImportedScreen(VivaModal[None]):
    """Shows lines that are safe already; the first in bold."""

    DEFAULT_CSS = """
    ImportedScreen .window { padding: 1 2; scrollbar-size-vertical: 1; }
    ImportedScreen Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,escape", "dismiss", "Go on")]

    def __init__(self, workbench: Workbench, lines: Sequence[str]) -> None:
        super().__init__(workbench)
        self._lines = lines

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="window") as window:
            window.border_title = "Imported"
            head, *rest = self._lines
            yield Static(
                Content.assemble(
                    (head, "bold"), *(f"\n\n{line}" if not line.startswith(" ") else f"\n{line}" for line in rest)
                )
            )
        yield KeysFooter()
