"""The texts that stand behind one another, by name in a line: the one in front, and as many beside it as fit."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from viva.present.system_names import short_names, tabs_that_fit

NAME_WIDTH, MORE_WIDTH = 20, 5
"""Columns of a name, and of the sign that there are more on a side."""


class TextTabs(Static):
    """The first is the reference; the names of the others are raw ones, cleaned here."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)

    def show(self, systems: Sequence[str], selected: int, room: int) -> None:
        """Show as many as fit into `room` cells, among them the one at the place `selected`, counted from 0."""
        short = short_names(systems, NAME_WIDTH).names
        names = ["Reference", *(short[system] for system in systems)]
        tabs = [f" {'▸' if at == selected else ' '}{at + 1} {name} " for at, name in enumerate(names)]
        widths = [cell_len(tab) for tab in tabs]
        shown = tabs_that_fit(widths, selected, room if sum(widths) <= room else room - 2 * MORE_WIDTH)
        before, after = shown.start, len(tabs) - shown.stop
        parts: list[str | tuple[str, str]] = [(f"‹ {before} ", "$muted")] if before else []
        parts += [(tabs[at], "bold reverse") if at == selected else tabs[at] for at in shown]
        parts += [(f" {after} ›", "$muted")] if after else []
        self.update(Content.assemble(*parts))
