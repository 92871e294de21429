"""How sure a study is while it is rated, and how many more rated questions would settle it."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Static

from viva.errors import StoreBusy
from viva.present import precision as words
from viva.present import precision_steps
from viva.records.precision import PrecisionPlan, PrecisionRow
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.chooser import Choice, ChooserScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

LOOK_AGAIN = 5.0
"""Seconds until the ratings are read again while somebody looks."""


class PrecisionScreen(VivaScreen[None]):
    """A row for each system and each pair; below it what is known of the one under the cursor, and what to do next."""

    TITLE = "Plan"
    CSS_PATH = "../styles/precision.tcss"
    AUTO_FOCUS = "#rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "margin(1)", "Wider", key_display="+", tooltip="Wish for an interval that is wider"),
        Binding("minus", "margin(-1)", "Narrower", key_display="-", tooltip="Wish for an interval that is narrower"),
        Binding("m", "measure", "Measure", tooltip="Choose the total, or a criterion"),
        Binding("R,f5", "reload", "Refresh", key_display="R", tooltip="Read the ratings again (also F5)"),
    ]

    def __init__(self, workbench: Workbench, study: str) -> None:
        super().__init__(workbench)
        self._study = study
        self._margin: float | None = None
        self._measure = "total"
        self._plan: PrecisionPlan | None = None
        self._reading = False

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        yield Static(id="steps", markup=False)
        yield RowTable(id="rows")
        yield Static(id="about", markup=False)
        yield Static(id="notes", markup=False)

    def on_mount(self) -> None:
        self.query_one("#rows").display = False
        self.set_interval(LOOK_AGAIN, self._look_again)
        self.action_reload()

    def on_screen_resume(self) -> None:
        if self._plan is not None:
            self.action_reload()

    def on_resize(self, _event: events.Resize) -> None:
        self._paint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a margin and a measure once there is a plan."""
        if action in {"margin", "measure"}:
            return self._plan is not None
        return super().check_action(action, parameters)

    def help_sections(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        return [("What the table says", words.EXPLAINED)]

    def _look_again(self) -> None:
        # A look that takes longer than the time between two is let come to its end: a later one would make it stale.
        if self.is_current and not self._reading:
            self.action_reload()

    def action_reload(self) -> None:
        """Read the ratings anew."""
        study, margin, measure = self._study, self._margin, self._measure
        self._reading = True
        self.ask(
            lambda: self.wb.precision.of(study, margin, measure), then=self._show, otherwise=self._unread,
            group="precision", doing="see how sure a study is",
        )  # fmt: skip

    def _unread(self, error: Exception) -> bool:
        self._reading = False
        # Whoever looks at numbers that are read again and again need not be told that one look came at a bad time.
        return isinstance(error, StoreBusy) and self._plan is not None

    def _show(self, plan: PrecisionPlan) -> None:
        self._plan, self._reading = plan, False
        self._paint()

    def action_margin(self, step: int) -> None:
        """Wish for the next wider interval, or the next narrower one."""
        assert self._plan is not None
        self._margin = words.next_margin(self._plan, step)
        self.action_reload()

    def action_measure(self) -> None:
        """Choose what is planned for."""
        assert self._plan is not None
        choices = [Choice(name, title) for name, title in words.measures_of(self._plan)]
        self.app.push_screen(ChooserScreen(self.wb, "Measure", choices, self._measure), self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name is not None and name != self._measure:
            self._measure, self._margin = name, None
            self.action_reload()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._tell()

    def _current(self) -> PrecisionRow | None:
        row = self.query_one(RowTable).cursor_row
        rows = self._plan.rows if self._plan else ()
        return rows[row] if 0 <= row < len(rows) else None

    def _tell(self) -> None:
        row = self._current()
        if self._plan is not None and row is not None:
            self.query_one("#about", Static).update(Content("\n".join(words.sentences(row, self._plan))))

    def _paint(self) -> None:
        plan = self._plan
        if plan is None:
            return
        where, table = self.query_one("#where", StatusLine), self.query_one(RowTable)
        where.text, where.right = words.title(plan), words.rated(plan)
        self.query_one("#steps", Static).update(Content("\n".join(precision_steps.steps(plan))))
        table.display = bool(plan.rows)
        headings = words.headings(plan)
        width = max(self.size.width - words.numbers_width(plan) - 4, words.NARROWEST)
        rows = [[Text(cell) for cell in words.cells(row, plan, width)] for row in plan.rows]
        table.show([Text(one) for one in headings], rows, table.cursor_row, range(1, len(headings)))
        notes = words.notes(plan)
        self.query_one("#notes").display = bool(notes)
        self.query_one("#notes", Static).update(Content("\n".join(notes)))
        if plan.rows and self.focused is None:
            table.focus()
        self._tell()
        self.refresh_bindings()
