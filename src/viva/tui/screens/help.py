"""The help sheet: all keys of a screen, and what that screen adds."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from viva.text import display_line
from viva.tui.screens.base import VivaScreen

Section = tuple[str, Sequence[tuple[str, str]]]

FOCUS = {
    "app.focus_next": "Go to the next field",
    "app.focus_previous": "Go to the field before",
    "screen.copy_text": "",
}
"""What Textual's own keys do, in our words; left out where there is nothing to go to."""
COMMON = frozenset({"leave", "app.help", "app.quit", "quit", "switch_theme"})


class HelpScreen(ModalScreen[None]):
    """Titles, each with lines in two columns; cleaned here, never read as markup."""

    CSS = """
    HelpScreen {
        .window { width: 84; scrollbar-size-vertical: 1; }
        Static { height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", "Close"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
        Binding("space", "page", show=False),
    ]

    def __init__(self, sections: Sequence[Section]) -> None:
        super().__init__()
        self._sections = sections

    @classmethod
    def of(cls, screen: VivaScreen[object]) -> "HelpScreen":
        """Return the sheet of a screen."""
        return cls([("Keys", [*screen.more_keys(), *keys_of(screen)]), *screen.help_sections()])

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="window") as window:
            window.border_title = "Help"
            window.border_subtitle = "Esc closes · ↑↓ scroll"
            yield Static(self._sheet())

    def _sheet(self) -> Group:
        parts: list[RenderableType] = []
        for title, lines in self._sections:
            left = max((cell_len(display_line(key)) for key, _ in lines), default=0)
            table = Table.grid(padding=(0, 2, 0, 0), expand=True)
            table.add_column(width=min(left, 20), style="bold")
            table.add_column(ratio=1)
            for key, text in lines:
                table.add_row(Text(display_line(key)), Text(display_line(text)))
            parts += [Text(display_line(title), style="bold underline"), table, Text("")]
        return Group(*parts[:-1])

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_page(self) -> None:
        self.query_one(VerticalScroll).scroll_page_down(animate=False)


def keys_of(screen: VivaScreen[object]) -> list[tuple[str, str]]:
    """Return the keys of a screen with what they do; keys that do the same stand together.

    First come the screen's own, then those that every screen has, and last those of what has the focus, which move
    about in it.
    """
    own: dict[str, list[str]] = {}
    common: dict[str, list[str]] = {}
    focused: dict[str, list[str]] = {}
    for node, binding, _, _ in screen.active_bindings.values():
        if binding.action in FOCUS and len(screen.focus_chain) < 2:
            continue
        text = FOCUS.get(binding.action, binding.tooltip or binding.description)
        general = binding.action in COMMON or binding.action in FOCUS
        kept = common if general else focused if isinstance(node, Widget) and node is not screen else own
        keys = kept.setdefault(text, [])
        shown = screen.app.get_key_display(binding)
        if text and shown not in keys:
            keys.append(shown)
    return [(" ".join(keys), text) for text, keys in [*own.items(), *common.items(), *focused.items()] if keys]
