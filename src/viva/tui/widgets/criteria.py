"""What is asked of an item as a compact block, and the levels of the criterion under the cursor."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message

from viva.present.comparing import STEPS, ChoiceRow, Shown
from viva.present.rubric import CriterionRow, Level
from viva.tui.widgets.lines import Lines

WIDEST_NAME = 18


class Criteria(Lines[CriterionRow]):
    """A line per criterion: name, weight, the scale with the chosen value in brackets, and what that value means."""

    @dataclass
    class Picked(Message):
        """Somebody clicked on a criterion, perhaps on one of its values."""

        row: int
        value: int | None

    def show(self, rows: Sequence[CriterionRow]) -> None:
        """Draw these criteria."""
        self.show_rows(rows, _current(rows))

    @property
    def _name_width(self) -> int:
        return min(max((cell_len(row.name) for row in self.rows), default=0), WIDEST_NAME)

    @property
    def _weight_width(self) -> int:
        return max((cell_len(row.weight) for row in self.rows), default=0)

    def line(self, row: CriterionRow, beyond: str) -> Content:
        name = Content(row.name).truncate(self._name_width, ellipsis=True, pad=True)
        weight = row.weight.rjust(self._weight_width)
        head = Content.assemble(
            (_mark(row.current, beyond), "bold $primary"),
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
        at = self.row_at(event.y)
        if at is None:
            return
        row = self.rows[at]
        left = event.x - 1 - (2 + self._name_width + 1 + self._weight_width + 2)
        cell = left // _cell(row)
        value = row.scale[cell] if 0 <= cell < len(row.scale) else None
        self.post_message(self.Picked(at, value))


class LevelGuide(Lines[Level | None]):
    """What each value of the current criterion stands for."""

    SHARE = 0.2

    def show(self, levels: Sequence[Level], height: int) -> None:
        """Draw these levels in `height` lines, so that nothing moves from one criterion to the next."""
        chosen = next((at for at, level in enumerate(levels) if level.chosen), 0)
        self.show_rows([*levels, *[None] * (height - len(levels))], chosen)

    def line(self, row: Level | None, beyond: str) -> Content:
        if row is None:
            return Content("")
        mark = f"[{row.value}]" if row.chosen else f" {row.value} "
        line = Content.assemble((f"{beyond}{mark.rjust(4 - len(beyond))}", "bold"), " ", row.text)
        return line.stylize("bold") if row.chosen else line


class Comparison(Lines[ChoiceRow]):
    """A line for each thing that is compared: name, `A tie B` with the chosen one in brackets, and that in words."""

    ANSWERS: tuple[tuple[Shown, str], ...] = (("A", " A "), ("tie", " tie "), ("B", " B "))

    @dataclass
    class Picked(Message):
        """Somebody clicked on a line, perhaps on one of its answers or strengths."""

        row: int
        answer: Shown | None = None
        step: int | None = None

    def show(self, rows: Sequence[ChoiceRow]) -> None:
        """Draw these lines."""
        self.show_rows(rows, _current(rows))

    @property
    def _name_width(self) -> int:
        return min(max((cell_len(row.name) for row in self.rows), default=0), WIDEST_NAME)

    def _parts(self, row: ChoiceRow, beyond: str = "") -> list[tuple[str, str, Shown | None, int | None]]:
        """Return the pieces of a line: text, style, and what a click on it means."""
        name = Content(row.name).truncate(self._name_width, ellipsis=True, pad=True).plain
        parts: list[tuple[str, str, Shown | None, int | None]] = [
            (_mark(row.current, beyond), "bold $primary", None, None),
            (f"{name}  ", "bold" if row.current else "", None, None),
        ]
        for answer, label in self.ANSWERS:
            chosen = answer == row.chosen
            parts.append(
                (f"[{label.strip()}]" if chosen else label, "bold reverse" if chosen else "$muted", answer, None)
            )
        if row.steps:
            parts.append(("  ", "", None, None))
            for step, strength in STEPS.items():
                chosen = row.strength is strength
                label = f"{step} {strength}"
                style = "bold reverse" if chosen else "$muted"
                parts.append((f"[{label}]" if chosen else f" {label} ", style, None, step))
        return parts

    def line(self, row: ChoiceRow, beyond: str) -> Content:
        head = Content.assemble(*((text, style) for text, style, _, _ in self._parts(row, beyond)), "  ")
        room = max(self.size.width - head.cell_length, 0)
        return Content.assemble(head, Content("" if row.steps else row.note).truncate(room, ellipsis=True))

    def on_click(self, event: events.Click) -> None:
        at = self.row_at(event.y)
        if at is None:
            return
        left = 1
        for text, _, answer, step in self._parts(self.rows[at]):
            if left <= event.x < left + cell_len(text):
                self.post_message(self.Picked(at, answer, step))
                return
            left += cell_len(text)
        self.post_message(self.Picked(at))


def _scale(row: CriterionRow) -> Content:
    if not row.scale:
        value = "–" if row.chosen is None else str(row.chosen)
        return Content.assemble((f"[{value}]", "bold reverse" if row.chosen is not None else ""), f" of {row.extent}")
    width = _cell(row)
    parts: list[str | tuple[str, str]] = []
    for step in row.scale:
        chosen = step == row.chosen
        said = f"[{step}]" if chosen else f" {step} "
        parts += [(said, "bold reverse" if chosen else "$muted"), " " * (width - len(said))]
    return Content.assemble(*parts)


def _cell(row: CriterionRow) -> int:
    """Return the columns that each value of a scale takes."""
    return max((len(str(value)) for value in row.scale), default=1) + 2


def _current(rows: Sequence[CriterionRow | ChoiceRow]) -> int:
    return next((at for at, row in enumerate(rows) if row.current), 0)


def _mark(current: bool, beyond: str) -> str:
    return "▸ " if current else f"{beyond or ' '} "
