"""The criteria of a rubric as a compact block, and the levels of the one under the cursor."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from viva.present.rubric import CriterionRow, Level

WIDEST_NAME = 18
CELL = 3


class Criteria(Widget):
    """A line per criterion: name, weight, the scale with the chosen value in brackets, and what that value means."""

    DEFAULT_CSS = "Criteria { height: auto; width: 1fr; padding: 0 1; }"

    @dataclass
    class Picked(Message):
        """Somebody clicked on a criterion, perhaps on one of its values."""

        row: int
        value: int | None

    rows: Sequence[CriterionRow] = ()

    def show(self, rows: Sequence[CriterionRow]) -> None:
        """Draw these criteria."""
        if len(rows) != len(self.rows):
            self.styles.height = len(rows)
        self.rows = rows
        self.refresh()

    @property
    def _name_width(self) -> int:
        return min(max((cell_len(row.name) for row in self.rows), default=0), WIDEST_NAME)

    @property
    def _weight_width(self) -> int:
        return max((cell_len(row.weight) for row in self.rows), default=0)

    def render(self) -> RenderResult:
        return Content("\n").join(self._line(row) for row in self.rows)

    def _line(self, row: CriterionRow) -> Content:
        name = Content(row.name).truncate(self._name_width, ellipsis=True, pad=True)
        weight = row.weight.rjust(self._weight_width)
        head = Content.assemble(
            ("▸ " if row.current else "  ", "bold $primary"),
            name.stylize("bold") if row.current else name,
            " ",
            (weight, "$muted"),
            "  ",
            _scale(row),
            "  ",
        )
        return Content.assemble(
            head, Content(row.note).truncate(max(self.size.width - head.cell_length, 0), ellipsis=True)
        )

    def on_click(self, event: events.Click) -> None:
        if not 0 <= event.y < len(self.rows):
            return
        row = self.rows[event.y]
        cell = (event.x - 1 - (2 + self._name_width + 1 + self._weight_width + 2)) // CELL
        value = row.scale[cell] if 0 <= cell < len(row.scale) else None
        self.post_message(self.Picked(event.y, value))


class LevelGuide(Widget):
    """What each value of the current criterion stands for."""

    DEFAULT_CSS = "LevelGuide { height: auto; width: 1fr; padding: 0 1; }"

    levels: Sequence[Level] = ()

    def show(self, levels: Sequence[Level], height: int) -> None:
        """Draw these levels in `height` lines, so that nothing moves from one criterion to the next."""
        self.levels = levels
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height
        self.refresh()

    def render(self) -> RenderResult:
        width = self.size.width
        lines = []
        for level in self.levels:
            mark = f"[{level.value}]" if level.chosen else f" {level.value} "
            line = Content.assemble((mark.rjust(4), "bold"), " ", level.text)
            lines.append((line.stylize("bold") if level.chosen else line).truncate(width, ellipsis=True))
        return Content("\n").join(lines)


def _scale(row: CriterionRow) -> Content:
    if not row.scale:
        value = "–" if row.chosen is None else str(row.chosen)
        return Content.assemble((f"[{value}]", "bold reverse" if row.chosen is not None else ""), f" of {row.extent}")
    cells = [
        (f"[{value}]", "bold reverse") if value == row.chosen else (str(value).center(CELL), "$muted")
        for value in row.scale
    ]
    return Content.assemble(*cells)
