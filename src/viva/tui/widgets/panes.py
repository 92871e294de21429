"""Several texts: side by side where there is room, else one at a time below a line of tabs."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.events import DescendantFocus
from textual.widgets import Static

from viva.tui.widgets.text_pane import TextPane

NARROW = 100
"""Columns of the screen; below this many, one text is seen at a time."""


class Panes(Vertical):
    """Text panes by name; how they stand where there is room is for the screen's styles to say."""

    DEFAULT_CSS = """
    Panes { height: 1fr; }
    Panes > #tabs { height: 1; padding: 0 1; display: none; }
    Panes > #panes { height: 1fr; }
    Panes.-tabbed > #tabs { display: block; }
    Panes.-tabbed TextPane { display: none; }
    Panes.-tabbed TextPane.-shown { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "next(1)", "Other text", key_display="tab", tooltip="Go to the next text (also 1 to 3)"),
        Binding("shift+tab", "next(-1)", show=False, tooltip="Go to the text before"),
        *(Binding(str(number), f"show({number})", show=False, tooltip="Go to that text") for number in range(1, 4)),
    ]

    def __init__(self, titles: Sequence[str], first: int = 1) -> None:
        super().__init__()
        self._titles = titles
        self._shown = first

    def compose(self) -> ComposeResult:
        yield Static(id="tabs", markup=False)
        with Container(id="panes"):
            for number, title in enumerate(self._titles, 1):
                yield TextPane(title=title, id=f"pane-{number}")

    def pane(self, number: int) -> TextPane:
        """Return the pane of that number, from 1 on."""
        return self.query_one(f"#pane-{number}", TextPane)

    def on_mount(self) -> None:
        self._mark()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        self.set_class(self.app.size.width < NARROW, "-tabbed")

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        for number in range(1, len(self._titles) + 1):
            if event.widget is self.pane(number):
                self._shown = number
        self._mark()

    def action_show(self, number: int) -> None:
        """Show a text and give it the focus."""
        if 1 <= number <= len(self._titles):
            self._shown = number
            self._mark()
            self.pane(number).focus()

    def action_next(self, step: int) -> None:
        """Go to the next text (1) or the one before (-1), past the last one to whatever else there is."""
        wanted, count = self._shown + step, len(self._titles)
        if self.has_class("-tabbed") and 1 <= wanted <= count:
            self.action_show(wanted)
            return
        before = self.screen.focused
        found = self.screen.focus_next() if step > 0 else self.screen.focus_previous()
        if found is before:
            self.action_show((wanted - 1) % count + 1)

    def _mark(self) -> None:
        parts: list[str | tuple[str, str]] = []
        for number, title in enumerate(self._titles, 1):
            shown = number == self._shown
            self.pane(number).set_class(shown, "-shown")
            name = f" {'▸' if shown else ' '}{number} {title} "
            parts.append((name, "bold reverse") if shown else name)
        self.query_one("#tabs", Static).update(Content.assemble(*parts))
