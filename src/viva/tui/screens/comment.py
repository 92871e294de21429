"""The window for a comment on an item: whatever is typed is kept, however the window is left."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import TextArea


class CommentScreen(ModalScreen[None]):
    """Hands the text to `keep` with every change."""

    CSS = """
    CommentScreen {
        .window { height: 14; padding: 0; }
        TextArea, TextArea:focus { height: 1fr; border: none; padding: 0 1; background: $surface; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+s", "dismiss", "Done", priority=True),
    ]

    def __init__(self, text: str, keep: Callable[[str], None], title: str) -> None:
        super().__init__()
        self._text = text
        self._keep = keep
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = self._title
            window.border_subtitle = "Esc or Ctrl+S closes; what you typed is kept"
            yield TextArea(self._text, soft_wrap=True, show_line_numbers=False, tab_behavior="focus")

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()

    def on_key(self, event: events.Key) -> None:
        # What the text area has taken does not get here: this was typed before it had the focus.
        if event.is_printable and event.character is not None:
            event.stop()
            self.query_one(TextArea).insert(event.character)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        if event.text_area.text != self._text:
            self._text = event.text_area.text
            self._keep(self._text)
