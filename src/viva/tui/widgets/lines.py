"""A block of lines of which only those that changed are painted again."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.visual import RenderOptions
from textual.widget import Widget

Row = TypeVar("Row")
"""What a line shows; hashable, and all that its looks depend on beside the block's width."""
REMEMBERED = 200
"""Painted lines that are kept, so that going back and forth between rows costs nothing."""


class Lines(Widget, Generic[Row]):
    """One line for each row; where there is less room, the rows around the current one, ↑ and ↓ telling of others."""

    DEFAULT_CSS = "Lines { height: auto; width: 1fr; padding: 0 1; }"
    ALLOW_SELECT = False
    SHARE = 0.45
    """How much of the screen's height the block may take."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[Row] = ()
        self.current = 0
        self._strips: dict[tuple[object, ...], Strip] = {}

    @abstractmethod
    def line(self, row: Row, beyond: str) -> Content:
        """Return a row as one line; `beyond` is an arrow where rows follow that there is no room for, else empty."""

    def show_rows(self, rows: Sequence[Row], current: int = 0) -> None:
        """Draw these rows."""
        before, height = self._visible(), len(self.rows)
        self.rows, self.current = rows, current
        if len(rows) != height:
            self.refresh(layout=True)
            return
        width = self.size.width
        changed = [at for at, (old, new) in enumerate(zip(before, self._visible(), strict=True)) if old != new]
        if changed:
            self.refresh(*(Region(0, at, width, 1) for at in changed))

    def row_at(self, y: int) -> int | None:
        """Return which row stands on a line."""
        at = self._first() + y
        return at if 0 <= y < self.size.height and at < len(self.rows) else None

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return min(len(self.rows), max(int(viewport.height * self.SHARE), 2))

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        visible = self._visible()
        width, style = self.size.width, self.visual_style
        if y >= len(visible) or not width:
            return Strip.blank(width, style.rich_style)
        painted, key = self._strips, (*visible[y], width)
        strip = painted.get(key)
        if strip is None:
            if len(painted) > REMEMBERED:
                painted.clear()
            content = self.line(*visible[y]).truncate(width, ellipsis=True, pad=True)
            options = RenderOptions(self._get_style, {}, None, None)
            strips = content.render_strips(width, 1, style, options)
            painted[key] = strip = strips[0] if strips else Strip.blank(width, style.rich_style)
        return strip

    def _first(self) -> int:
        room = max(self.size.height, 1)
        return min(max(self.current - room // 2, 0), max(len(self.rows) - room, 0))

    def _visible(self) -> list[tuple[Row, str]]:
        first = self._first()
        rows = list(self.rows[first : first + max(self.size.height, 1)])
        found = [(row, "") for row in rows]
        if found and first:
            found[0] = (found[0][0], "↑")
        if found and first + len(rows) < len(self.rows):
            found[-1] = (found[-1][0], "↓")
        return found
