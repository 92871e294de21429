"""The fields in which an example is edited: labels on one line, the long texts below, or the conversation to read."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label, Static, TextArea

from viva.present.example_edit import LABELS, TEXTS, editable
from viva.records.dataset import Example
from viva.text import display_line
from viva.tui.widgets.conversation_pane import ConversationPane

LABEL_LENGTH = 200


class ExampleForm(Widget):
    """Says `Typed` whenever its texts may have changed."""

    DEFAULT_CSS = """
    ExampleForm { layout: vertical; height: 1fr; }
    ExampleForm #labels { height: 3; padding: 1 1 0 1; }
    ExampleForm .label { width: 1fr; height: 2; padding: 0 1; }
    ExampleForm .label Label { color: $text-muted; }
    ExampleForm #note { height: auto; max-height: 3; padding: 1 2 0 2; color: $text-muted; }
    ExampleForm #texts { height: 1fr; padding: 1 1 0 1; }
    ExampleForm TextArea {
        border: none;
        border-top: solid $pane-line;
        border-title-color: $foreground;
        background: $background;
        padding: 0 1;
        width: 1fr;
        scrollbar-size-vertical: 1;
    }
    ExampleForm TextArea:focus { border: none; border-top: solid $primary; border-title-style: bold; }
    """

    class Typed(Message):
        """Somebody has typed, or the form was filled."""

    def __init__(self, example: Example) -> None:
        super().__init__()
        self._example = example

    def compose(self) -> ComposeResult:
        with Horizontal(id="labels"):
            for word in LABELS:
                with Vertical(classes="label"):
                    yield Label(word.capitalize(), markup=False)
                    text = display_line(getattr(self._example, word) or "")
                    yield Input(text, id=word, compact=True, max_length=LABEL_LENGTH, placeholder="none")
        yield Static(id="note", markup=False)
        with Container(id="texts"):
            if self._example.messages is not None:
                yield ConversationPane(id="conversation")
            else:
                yield from (self._area(word) for word in TEXTS)

    def _area(self, word: str) -> TextArea:
        text = getattr(self._example, word)
        area = TextArea(text, soft_wrap=True, show_line_numbers=False, tab_behavior="focus", id=word)
        area.border_title = word.capitalize()
        return area

    def on_mount(self) -> None:
        if self._example.messages is not None:
            self.query_one(ConversationPane).show(self._example)
        self.go_to("question" if self._example.messages is None else "field")

    def go_to(self, word: str) -> None:
        self.query_one(f"#{word}").focus()

    def texts(self) -> dict[str, str]:
        """Return what stands in the fields; a text area has its own view of line ends."""
        found = {}
        for word in editable(self._example):
            widget = self.query_one(f"#{word}")
            if isinstance(widget, TextArea):
                found[word] = widget.text
            elif isinstance(widget, Input):
                found[word] = widget.value
        return found

    def fill(self, texts: Mapping[str, str]) -> None:
        """Put texts into the fields; a word that is missing stays as it is."""
        for word in editable(self._example):
            widget, text = self.query_one(f"#{word}"), texts.get(word)
            if isinstance(widget, TextArea) and text is not None and text != widget.text:
                widget.load_text(text)
            elif isinstance(widget, Input) and text is not None:
                widget.value = text

    def on_input_changed(self) -> None:
        self.post_message(self.Typed())

    def on_text_area_changed(self) -> None:
        self.post_message(self.Typed())
