"""One-line widgets: the title at the top of a screen, a line that says what is going on, and the keys of the moment."""

from typing import Any

from rich.cells import cell_len
from textual import events
from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from viva.text import display_line

TONES = {"alert": "bold $warning", "ready": "bold $success", "quiet": "$muted"}
GAP = 2
"""Columns between two keys of the footer."""


class TitleLine(Widget):
    """`viva workspace › Screen` at the left, `viva › Screen` without a name, the screen's `sub_title` at the right."""

    def __init__(self, workspace: str) -> None:
        super().__init__()
        self._workspace = workspace

    def on_mount(self) -> None:
        for name in ("title", "sub_title"):
            self.watch(self.screen, name, self._redraw, init=False)

    def _redraw(self) -> None:
        self.refresh()

    def render(self) -> RenderResult:
        width = self.size.width
        right = Content(display_line(self.screen.sub_title or "")).truncate(width // 2, ellipsis=True)
        room = max(width - right.cell_length - 2, 0)
        title = Content.styled(display_line(self.screen.title or ""), "bold").truncate(room, ellipsis=True)
        workspace = Content(display_line(self._workspace)).truncate(
            max(room - title.cell_length - 10, 0), ellipsis=True
        )
        left = title
        if workspace.cell_length >= min(cell_len(self._workspace), 5):
            place = Content.assemble("viva ", workspace) if self._workspace else Content("viva")
            left = Content.assemble(Content.assemble(place, "  ›  ").stylize("$muted"), title)
        return Content.assemble(left, " " * max(width - left.cell_length - right.cell_length, 0), right)


class StatusLine(Widget):
    """One line of plain text with something short at its right end; `tone` is `quiet`, `normal`, `ready` or `alert`."""

    text: reactive[str] = reactive("")
    right: reactive[str] = reactive("")
    tone: reactive[str] = reactive("normal")

    def render(self) -> RenderResult:
        width = self.size.width
        right = Content(display_line(self.right)).truncate(width // 2, ellipsis=True)
        left = Content(display_line(self.text)).truncate(max(width - right.cell_length - 2, 0), ellipsis=True)
        # A style of its own instead of a class: a class would have the style sheet gone through with every key.
        left, right = (part.stylize(TONES.get(self.tone, "")) for part in (left, right))
        return Content.assemble(left, " " * max(width - left.cell_length - right.cell_length, 0), right)


class KeysFooter(Widget):
    """The keys of the moment in one line: whole ones only, in their order; Help and the way back are always there.

    One widget, where Textual's footer has one for every key and makes them anew with every change of the screen.
    """

    DEFAULT_CSS = "KeysFooter { dock: bottom; height: 1; width: 1fr; padding: 0 1; background: $footer-background; }"
    LAST = ("app.help", "leave")

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._redraw)

    def _redraw(self, screen: Screen[Any]) -> None:  # noqa: ARG002
        self.refresh()

    def keys(self) -> list[Binding]:
        """Return the keys that are shown, from left to right."""
        shown: dict[str, Binding] = {}
        for _, binding, enabled, _ in self.screen.active_bindings.values():
            if binding.show and enabled:
                shown.setdefault(binding.action, binding)
        last = [shown.pop(action) for action in self.LAST if action in shown]
        room = self.size.width - sum(self._width(binding) + GAP for binding in last)
        fitting = []
        for binding in shown.values():
            room -= self._width(binding) + GAP
            if room < -GAP:
                break
            fitting.append(binding)
        return [*fitting, *last]

    def _width(self, binding: Binding) -> int:
        return cell_len(self.app.get_key_display(binding)) + 1 + cell_len(binding.description)

    def render(self) -> RenderResult:
        parts: list[str | tuple[str, str]] = []
        for binding in self.keys():
            parts += [(self.app.get_key_display(binding), "bold $footer-key-foreground"), f" {binding.description}  "]
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        right = 1
        for binding in self.keys():
            right += self._width(binding) + GAP
            if event.x < right:
                self.app.simulate_key(binding.key)
                return
