"""Two systems on the same questions: the difference on every measure, how sure it is, and the way to the texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Static

from viva.present import system_comparison as words
from viva.records.comparison import Comparison, MeasureDifference
from viva.text import display_line, plural
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.chooser import Choice, ChooserScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

NARROWEST_BAR, WIDEST_BAR = 9, 41


@dataclass(frozen=True)
class Compared:
    """The systems there are, and the two compared; None where there are no two."""

    systems: list[str]
    found: Comparison | None


class SystemCompareScreen(VivaScreen[None]):
    """A row for each measure; `first` and `second` are systems (None: the first there are).

    A split, field or subfield of None is all of them, `""` questions without one.
    """

    TITLE = "Compare"
    CSS_PATH = "../styles/system_compare.tcss"
    AUTO_FOCUS = "#measures"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,enter", "apart", "Texts", key_display="⏎", tooltip="Show where the two differ most (also e)"),
        Binding("o", "other(1)", "Other", tooltip="Choose the second system"),
        Binding("f", "other(0)", "First", tooltip="Choose the first system"),
        Binding("w", "swap", "Swap", tooltip="Turn the two round"),
        Binding("a", "all", "All measures", tooltip="Show every measure, or the main ones"),
        Binding("R,f5", "reload", "Refresh", key_display="R", tooltip="Read everything again (also F5)"),
    ]

    def __init__(
        self,
        workbench: Workbench,
        dataset: str,
        split: str | None = None,
        first: str | None = None,
        second: str | None = None,
        *,
        field: str | None = None,
        subfield: str | None = None,
    ) -> None:
        super().__init__(workbench)
        self._dataset, self._split, self._field, self._subfield = dataset, split, field, subfield
        self._pair: tuple[str | None, str | None] = (first, second)
        self._every = False
        self._compared: Compared | None = None

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        yield Static(id="verdict", markup=False)
        yield RowTable(id="measures")
        yield Static(id="about", markup=False)
        yield Static(words.LEGEND, id="legend", markup=False)
        yield Static(id="nothing", markup=False)

    def on_mount(self) -> None:
        for name in ("#verdict", "#measures", "#about", "#legend", "#nothing"):
            self.query_one(name).display = False
        self.action_reload()

    def on_resize(self, _event: events.Resize) -> None:
        self._paint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Show the keys of the moment."""
        read = self._compared
        found = read.found if read else None
        if action == "other":
            return read is not None and len(read.systems) > 2
        if action == "swap":
            return found is not None
        if action == "apart":
            return found is not None and bool(found.measures)
        if action == "all":
            return self._every or (found is not None and found.hidden > 0)
        return True

    def help_sections(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        return [("What the table says", words.EXPLAINED)]

    def action_reload(self) -> None:
        """Read the values anew."""
        pair, every = self._pair, self._every
        self.ask(lambda: self._read(pair, every), then=self._show, group="compare", doing="compare two systems")

    def _read(self, pair: tuple[str | None, str | None], every: bool) -> Compared:
        systems = self.wb.comparisons.systems(self._dataset)
        first = pair[0] or next((one for one in systems if one != pair[1]), None)
        second = pair[1] or next((one for one in systems if one != first), None)
        if first is None or second is None:
            return Compared(systems, None)
        found = self.wb.comparisons.compare(
            first, second, self._dataset, self._split, field=self._field, subfield=self._subfield, every=every
        )
        return Compared(systems, found)

    def _show(self, compared: Compared) -> None:
        self._compared = compared
        if found := compared.found:
            self._pair = (found.first, found.second)
        self._paint()

    def action_swap(self) -> None:
        """Compare the second with the first."""
        self._pair = (self._pair[1], self._pair[0])
        self.action_reload()

    def action_all(self) -> None:
        """Show every measure, or the main ones."""
        self._every = not self._every
        self.action_reload()

    def action_other(self, place: int) -> None:
        """Choose one of the two systems anew."""
        assert self._compared is not None
        kept = self._pair[1 - place]
        choices = [Choice(name, name) for name in self._compared.systems if name != kept]

        def chosen(name: str | None) -> None:
            if name is not None:
                self._pair = (name, kept) if place == 0 else (kept, name)
                self.action_reload()

        title = f"{'First' if place == 0 else 'Second'} system, beside {display_line(kept or '', 30)}"
        self.app.push_screen(ChooserScreen(self.wb, title, choices, self._pair[place] or ""), chosen)

    def action_apart(self) -> None:
        """Show the questions on which the two differ most on the measure under the cursor."""
        from viva.tui.screens.system_apart import SystemApartScreen

        found, one = self._compared.found if self._compared else None, self._current()
        if found is not None and one is not None:
            self.app.push_screen(SystemApartScreen(self.wb, found, one))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.action_apart()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._tell()

    def _current(self) -> MeasureDifference | None:
        found = self._compared.found if self._compared else None
        row = self.query_one(RowTable).cursor_row
        return found.measures[row] if found is not None and 0 <= row < len(found.measures) else None

    def _tell(self) -> None:
        found, one = self._compared.found if self._compared else None, self._current()
        if found is not None and one is not None:
            head, *rest = words.sentences(one, found)
            self.query_one("#about", Static).update(
                Content("\n").join([Content.styled(head, "bold"), *map(Content, rest)])
            )

    def _paint(self) -> None:
        if self._compared is None:
            return
        found = self._compared.found
        there = found is not None and bool(found.measures)
        for name in ("#verdict", "#measures", "#about", "#legend"):
            self.query_one(name).display = there
        self.query_one("#nothing").display = not there
        where = self.query_one("#where", StatusLine)
        if found is None:
            where.text = display_line(self._dataset, 40)
        else:
            where.right = plural(len(found.measures), "measure") if there else ""
            where.text = words.caption(found, self.size.width - len(where.right) - 4)
        if there and found is not None:
            self.query_one("#verdict", Static).update(
                Content("\n".join([words.summary(found), *words.warnings(found)]))
            )
            self._fill(found)
        else:
            self.query_one("#nothing", Static).update(Content("\n".join(words.nothing(found, self._dataset))))
        self.refresh_bindings()

    def _fill(self, found: Comparison) -> None:
        table = self.query_one(RowTable)
        room = self.size.width - _width(found, NARROWEST_BAR) + NARROWEST_BAR - 2
        bar = min(room - (room + 1) % 2, WIDEST_BAR) if room >= NARROWEST_BAR else 0
        lines = words.lines(found, bar)
        rows = [
            [Text(cell, style="bold" if line.mark in {words.FIRST, words.SECOND} else "") for cell in line.cells]
            for line in lines
        ]
        right = range(len(words.headings(bar)) - 3, len(words.headings(bar)))
        # Where there is no room for all, the measures' names lose their ends.
        fit = None if _width(found, bar) < self.size.width else (1, self.size.width - 2)
        table.show([Text(one) for one in words.headings(bar)], rows, table.cursor_row, right, fit)
        if self.focused is None:
            table.focus()
        self._tell()


def _width(found: Comparison, bar: int) -> int:
    """Return the cells that the table takes."""
    table = [words.headings(bar), *(line.cells for line in words.lines(found, bar))]
    return sum(max(cell_len(row[at]) for row in table) + 2 for at in range(len(table[0])))
