"""A small window in which one of several things is chosen by keyboard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList

from viva.text import display_line
from viva.tui.screens.base import VivaModal
from viva.tui.widgets.choices import ChoiceList
from viva.tui.widgets.status import KeysFooter
from viva.workbench import Workbench


@dataclass(frozen=True)
class Choice:
    """Something to choose: what is given back, how it is called, and what else is known of it."""

    key: str
    name: str
    detail: str = ""


class ChooserScreen(VivaModal[str]):
    """Ends with the key of the choice, or with None; foreign text in the choices is cleaned here."""

    DEFAULT_CSS = """
    ChooserScreen ChoiceList { height: auto; max-height: 16; background: $surface; border: none; padding: 0; }
    ChooserScreen ChoiceList:focus { border: none; background-tint: $foreground 0%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Cancel"),
    ]

    def __init__(self, workbench: Workbench, title: str, choices: Sequence[Choice], current: str = "") -> None:
        super().__init__(workbench)
        self._title = title
        self._choices = choices
        self._current = current
        self._lines: list[tuple[str, str]] = []
        self._highlighted: int | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = Content(display_line(self._title, 60))
            yield ChoiceList(id="choices")
        yield KeysFooter()

    def on_mount(self) -> None:
        options = self.query_one(ChoiceList)
        names = [display_line(choice.name, 32) or "(no name)" for choice in self._choices]
        width = max((cell_len(name) for name in names), default=0) + 2
        for name, choice in zip(names, self._choices, strict=True):
            self._lines.append((name + " " * (width - cell_len(name)), display_line(choice.detail, 120)))
            options.add_option(_line(*self._lines[-1], "$muted"))
        keys = [choice.key for choice in self._choices]
        options.highlighted = keys.index(self._current) if self._current in keys else 0
        options.focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Paint the highlighted line in one colour: muted letters cannot be read on its background."""
        if self._highlighted is not None:
            event.option_list.replace_option_prompt_at_index(
                self._highlighted, _line(*self._lines[self._highlighted], "$muted")
            )
        self._highlighted = event.option_index
        event.option_list.replace_option_prompt_at_index(event.option_index, _line(*self._lines[event.option_index]))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._choices[event.option_index].key)


def _line(name: str, detail: str, style: str = "") -> Content:
    return Content.assemble(name, (detail, style)).truncate(70, ellipsis=True)
