"""The window that asks who a rater thinks wrote a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from viva.text import display_line
from viva.tui.widgets.choices import ChoiceList

MOST_DIGITS = 9
"""Labels that a digit can choose; those after them are chosen with the arrows."""
CANNOT_TELL = "cannot tell"
DEAF = 0.4
"""Seconds in which a digit means nothing yet: it was typed for the next text, before anybody could read the window."""


@dataclass(frozen=True)
class Guess:
    """What was answered: a label, or None for "cannot tell"."""

    label: str | None


class GuessScreen(ModalScreen[Guess | None]):
    """Ends with the answer: a digit chooses a label, `0` and Esc say that one cannot tell.

    Ends with None only where nobody answered. Labels are cleaned here.
    """

    CSS = """
    GuessScreen {
        .window { width: 60; padding: 1 2; }
        Static { height: auto; margin-bottom: 1; }
        ChoiceList { height: auto; max-height: 12; background: $surface; border: none; padding: 0; }
        ChoiceList:focus { border: none; background-tint: $foreground 0%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("0,escape", "answer(-1)", "Cannot tell", priority=True),
        *(Binding(f"{n}", f"answer({n - 1})", show=False, priority=True) for n in range(1, MOST_DIGITS + 1)),
    ]

    def __init__(self, labels: Sequence[str], question: str = "Who do you think wrote this text?") -> None:
        super().__init__()
        self._labels = labels
        self._question = question
        self._since = 0.0

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = Content(self._question)
            window.border_subtitle = "0 or Esc: cannot tell"
            yield Static("Your rating is saved already. A guess is enough.", markup=False)
            yield ChoiceList(id="labels")

    def on_mount(self) -> None:
        choices = self.query_one(ChoiceList)
        for number, label in enumerate(self._labels, 1):
            key = str(number) if number <= MOST_DIGITS else " "
            choices.add_option(Content.assemble((f" {key} ", "bold $primary"), f" {display_line(label, 48)}"))
        choices.add_option(Content.assemble((" 0 ", "bold $primary"), f" {CANNOT_TELL}"))
        choices.highlighted = None
        choices.focus()
        self._since = monotonic()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._answer(event.option_index if event.option_index < len(self._labels) else -1)

    def action_answer(self, number: int) -> None:
        """End with the label of that number, or with "cannot tell"; other digits do nothing."""
        if monotonic() - self._since >= DEAF:
            self._answer(number)

    def _answer(self, number: int) -> None:
        if number < len(self._labels):
            self.dismiss(Guess(self._labels[number] if number >= 0 else None))
