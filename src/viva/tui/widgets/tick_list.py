"""A list of things to tick, one a line: a single stop of the tab key, however many there are."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList


class TickList(OptionList):
    """Names and details must have been cleaned for display; `ticked` holds the keys, in their order."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "tick", "Tick", key_display="space", tooltip="Tick, or take the tick away"),
        Binding("x", "tick_all", "All or none", tooltip="Tick all, or none"),
    ]
    DEFAULT_CSS = """
    TickList { height: auto; background: $background; border: none; padding: 0; scrollbar-size-vertical: 1; }
    TickList:focus { border: none; background-tint: $foreground 0%; }
    TickList > .option-list--option-highlighted { background: $background; color: $foreground; text-style: none; }
    TickList:focus > .option-list--option-highlighted { background: $primary 25%; text-style: bold; }
    """

    class Changed(Message):
        """Something was ticked, or is no longer."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._rows: Sequence[tuple[str, str, str]] = ()
        self._on: set[str] = set()

    @property
    def ticked(self) -> tuple[str, ...]:
        """The keys of what is ticked."""
        return tuple(key for key, _, _ in self._rows if key in self._on)

    def fill(self, rows: Iterable[tuple[str, str, str]], ticked: Iterable[str]) -> None:
        """Show other things: the key, the name and the detail of each."""
        self._rows, self._on = list(rows), set(ticked)
        self._width = max((cell_len(name) for _, name, _ in self._rows), default=0)
        self.clear_options()
        self.add_options([self._line(number) for number in range(len(self._rows))])
        self.highlighted = 0 if self._rows else None

    def action_tick(self) -> None:
        if self.highlighted is not None:
            self._on ^= {self._rows[self.highlighted][0]}
            self._again()

    def action_tick_all(self) -> None:
        """Tick all, or none where all are ticked."""
        everything = {key for key, _, _ in self._rows}
        self._on = set() if self._on == everything else everything
        self._again()

    def action_select(self) -> None:
        """A click ticks as the space bar does."""
        self.action_tick()

    def _again(self) -> None:
        for number in range(len(self._rows)):
            self.replace_option_prompt_at_index(number, self._line(number))
        self.post_message(self.Changed())

    def _line(self, number: int) -> Content:
        key, name, detail = self._rows[number]
        space = " " * (self._width - cell_len(name) + 2)
        line = Content.assemble(f"[{'x' if key in self._on else ' '}] {name}{space}", (detail, "$muted"))
        return line.truncate(max(self.size.width - 2, 40), ellipsis=True)

    def on_resize(self) -> None:
        for number in range(len(self._rows)):
            self.replace_option_prompt_at_index(number, self._line(number))
