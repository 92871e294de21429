"""How far the raters of a study agree: on each criterion, one by one, two by two, and where they differ most."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import DataTable, Static

from viva.present import agreement_view as view
from viva.present import rater_agreement as words
from viva.records.rater_agreement import StudyAgreement
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.row_table import RowTable
from viva.workbench import Workbench


class AgreementScreen(VivaScreen[None]):
    """One table at a time, what its numbers mean below it; of the items one can be opened and settled."""

    TITLE = "Agreement"
    CSS_PATH = "../styles/agreement.tcss"
    AUTO_FOCUS = "#rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,enter", "open", "Settle", key_display="⏎", tooltip="Read the item and settle it (also e)"),
        Binding("tab", "turn(1)", "Next table", key_display="tab", tooltip="Go to the next table", priority=True),
        Binding("shift+tab", "turn(-1)", show=False, tooltip="Go to the table before", priority=True),
        Binding("c", "part('criteria')", "Criteria", tooltip="α, κ and ICC, criterion by criterion"),
        Binding("r", "part('raters')", "Raters", tooltip="How severe each rater is, and who is unlike the others"),
        Binding("k", "part('pairs')", "Two by two", tooltip="κ of each two raters"),
        Binding("d", "part('items')", "Furthest apart", tooltip="The items on which raters disagree most"),
        Binding("R,f5", "reload", "Refresh", key_display="R", tooltip="Read everything again (also F5)", show=False),
    ]

    def __init__(self, workbench: Workbench, study: str) -> None:
        super().__init__(workbench)
        self.study = study
        self.found: StudyAgreement | None = None
        self.part = view.PARTS[0]

    def body(self) -> ComposeResult:
        yield Static(id="parts", markup=False)
        yield RowTable(id="rows")
        yield Static("reading…", id="nothing", markup=False)
        with VerticalScroll(id="about", can_focus=False):
            yield Static(id="told", markup=False)

    def on_mount(self) -> None:
        self.sub_title = display_line(self.study, 40)
        self.query_one(RowTable).display = self.query_one("#about").display = False
        self._name_parts()

    def on_screen_resume(self) -> None:
        self.action_reload()

    def help_sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return what the numbers mean."""
        found = self.found
        if found is None:
            return []
        return [(part.title, [("", line) for line in view.lines(found, part)]) for part in view.PARTS]

    def action_reload(self) -> None:
        """Read everything again."""
        self.ask(
            lambda: self._read(), then=self._show, otherwise=self._unread, group="agreement",
            doing="see how far raters agree",
        )  # fmt: skip

    def _read(self) -> StudyAgreement:
        return self.wb.rater_agreement.of(self.study)

    def _unread(self, _error: Exception) -> bool:
        if self.found is None:
            self.query_one("#nothing", Static).update("This could not be read; R tries again.")
        return False

    def _show(self, found: StudyAgreement) -> None:
        self.found = found
        self.sub_title = words.headline(found)
        self._paint(self.query_one(RowTable).cursor_row)

    def on_resize(self, _event: Resize) -> None:
        self._paint(self.query_one(RowTable).cursor_row)

    def _name_parts(self) -> None:
        parts = []
        for part in view.PARTS:
            style = "bold reverse" if part is self.part else "$muted"
            parts += [Content.styled(f" {part.title} ", style), Content("  ")]
        self.query_one("#parts", Static).update(Content.assemble(*parts))

    def _paint(self, cursor: int = 0) -> None:
        found, table = self.found, self.query_one(RowTable)
        if found is None or not self.size.width:
            return
        self._name_parts()
        headings, rows = view.cells(found, self.part)
        said = view.lines(found, self.part)
        table.display = self.query_one("#about").display = bool(rows)
        nothing = self.query_one("#nothing", Static)
        nothing.display = not rows
        if rows:
            fill = (len(headings) - 1, self.size.width - 2) if headings[-1] in {"question", "stands out"} else None
            table.show(
                [Text(one, style="dim") for one in headings], [[Text(cell) for cell in row] for row in rows],
                cursor, view.right(found, self.part), fill,
            )  # fmt: skip
            table.focus()
        else:
            nothing.update(Content("\n".join(said)))
        self.query_one("#told", Static).update(Content("\n".join(said)))
        self.query_one("#about", VerticalScroll).scroll_home(animate=False)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer an item only where items are shown, and a table only where another is."""
        if action == "open":
            return bool(self.found and self.part.name == "items" and self.found.disagreements)
        if action == "part":
            return parameters[0] != self.part.name
        return super().check_action(action, parameters)

    def action_part(self, name: str) -> None:
        """Show one of the tables."""
        self.part = view.part(name)
        self._paint()

    def action_turn(self, step: int) -> None:
        """Go to the next table, or the one before."""
        at = view.PARTS.index(self.part)
        self.action_part(view.PARTS[(at + step) % len(view.PARTS)].name)

    def action_open(self) -> None:
        """Read the item under the cursor."""
        from viva.tui.screens.adjudication import AdjudicationScreen

        row = self.query_one(RowTable).cursor_row
        if self.found and self.part.name == "items" and 0 <= row < len(self.found.disagreements):
            items = [one.item for one in self.found.disagreements]
            self.app.push_screen(AdjudicationScreen(self.wb, self.study, items, row))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.action_open()
