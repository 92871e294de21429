"""A conversation to read: who speaks at the margin, what is said set in and so never taken for a speaker."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from viva.present.conversation import conversation_heading, turns
from viva.records.dataset import Example
from viva.tui.widgets.tones import tone

INDENT = 4


class ConversationPane(VerticalScroll):
    """Shows the turns of one example."""

    DEFAULT_CSS = """
    ConversationPane {
        height: 1fr;
        scrollbar-size-vertical: 1;
        border-top: solid $pane-line;
        border-title-color: $foreground;
        padding: 0 1;
    }
    ConversationPane:focus { border-top: solid $primary; border-title-style: bold; }
    ConversationPane Static { height: auto; }
    """

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def show(self, example: Example) -> None:
        """Show the conversation of an example from its beginning."""
        parts: list[RenderableType] = []
        for turn in turns(example):
            parts.append(Text(turn.speaker.capitalize(), style=tone(self.app, "primary", bold=True)))
            parts.append(Padding(Text(turn.text), (0, 0, 1, INDENT)))
        self.query_one(Static).update(Group(*parts))
        self.border_title = Content(conversation_heading(example))
        self.scroll_home(animate=False)
