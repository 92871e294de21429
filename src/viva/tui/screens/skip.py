"""The window that asks why an item is skipped."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

LONGEST = 500
"""Characters of a typed reason."""


class SkipScreen(ModalScreen[str | None]):
    """Ends with the reason, or None; digits choose one, letters start to type another."""

    # Digits have to choose a reason, so typing starts only with a letter.
    AUTO_FOCUS = ""
    CSS = """
    SkipScreen {
        .window { width: 60; padding: 1 2; }
        Static { height: auto; margin-bottom: 1; }
        Input, Input:focus { border: none; height: 1; padding: 0 1; background: $panel; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Do not skip", priority=True),
        # With priority a digit counts the moment it comes, and the one after it is for the next text.
        *(Binding(f"{number}", f"choose({number})", show=False, priority=True) for number in range(10)),
    ]

    def __init__(self, reasons: Sequence[str], noun: str = "text") -> None:
        super().__init__()
        self._reasons = reasons
        self._noun = noun

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = f"Skip this {self._noun}: why?"
            window.border_subtitle = "Esc: do not skip"
            lines = [
                Content.assemble((f" {number} ", "bold $primary"), f" {reason}")
                for number, reason in enumerate(self._reasons, 1)
            ]
            yield Static(Content("\n").join(lines))
            yield Input(placeholder="or type another reason, then Enter", max_length=LONGEST, select_on_focus=False)

    def on_key(self, event: events.Key) -> None:
        # What the field has taken does not get here: this was typed before it had the focus.
        if not event.is_printable or event.character is None:
            return
        event.stop()
        event.prevent_default()
        field = self.query_one(Input)
        field.focus()
        field.insert_text_at_cursor(event.character)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Tell which keys count now: digits choose until something is typed."""
        return action != "choose" or not isinstance(self.focused, Input)

    def action_choose(self, number: int) -> None:
        """End with the reason of that number; other digits do nothing."""
        if 1 <= number <= len(self._reasons):
            self.dismiss(self._reasons[number - 1])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        reason = " ".join(event.value.split())
        if reason:
            self.dismiss(reason)

    def action_cancel(self) -> None:
        self.dismiss(None)
