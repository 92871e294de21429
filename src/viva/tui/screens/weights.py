"""Weights: for what share of all weightings a system is first, and how much a criterion may weigh until it is not."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from viva.present import weights as words
from viva.records.weights import WeightSensitivity, WeightSource
from viva.text import display_line
from viva.tui.ranking_reading import Weighed, read_weights
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.chooser import Choice, ChooserScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

NARROWEST_BAR, WIDEST_BAR = 8, 40


class WeightsScreen(VivaScreen[None]):
    """What the weights decide of one dataset's systems; `split` None is all splits."""

    TITLE = "Weights"
    CSS_PATH = "../styles/weights.tcss"
    AUTO_FOCUS = "#systems"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "source", "Whose points", tooltip="Choose whose points: those of a study's people or a judge's"),
        Binding("p", "pairs", "Pairs", tooltip="Below: show each two systems, or the criteria"),
        Binding("tab", "app.focus_next", "Other table", key_display="tab", tooltip="Go to the other table"),
        Binding("R,f5", "reload", "Refresh", key_display="R", tooltip="Read everything again (also F5)"),
    ]

    def __init__(self, workbench: Workbench, dataset: str, split: str | None = None) -> None:
        super().__init__(workbench)
        self._dataset, self._split = dataset, split
        self._wanted: WeightSource | None = None
        self._by_pair = False
        self._read: Weighed | None = None

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        yield Static(id="verdict", markup=False)
        yield Static(id="notes", markup=False)
        yield RowTable(id="systems")
        yield RowTable(id="below")
        yield Static(id="nothing", markup=False)
        yield Static(id="legend", markup=False)

    def on_screen_resume(self) -> None:
        self.action_reload()

    def on_resize(self, _event: events.Resize) -> None:
        self._paint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Show the keys of the moment."""
        found = self._read.found if self._read else None
        if action == "source":
            return self._read is not None and len(self._read.choices) > 1
        if action in {"pairs", "app.focus_next"}:
            return found is not None and len(found.systems) > 1
        return True

    def help_sections(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        return [("What the tables say", words.EXPLAINED)]

    def action_reload(self) -> None:
        """Read the points anew."""
        wanted = self._wanted
        self.ask(
            lambda: read_weights(self.wb, self._dataset, self._split, wanted), then=self._show, group="weights",
            doing="read the points",
        )  # fmt: skip

    def action_source(self) -> None:
        """Choose whose points are weighed."""
        assert self._read is not None
        choices = [Choice(str(number), words.source_title(of)) for number, of in enumerate(self._read.choices)]
        at = self._read.choices.index(self._read.found.of) if self._read.found else 0
        self.app.push_screen(ChooserScreen(self.wb, "Whose points", choices, str(at)), self._chosen)

    def _chosen(self, number: str | None) -> None:
        if number is not None and self._read is not None:
            self._wanted = self._read.choices[int(number)]
            self.action_reload()

    def action_pairs(self) -> None:
        """Show each two systems below, or the criteria."""
        self._by_pair = not self._by_pair
        self._paint()

    def _show(self, read: Weighed) -> None:
        self._read = read
        self._wanted = read.found.of if read.found else None
        self._paint()

    def _paint(self) -> None:
        if self._read is None:
            return
        found = self._read.found
        several = found is not None and len(found.systems) > 1
        for name in ("#systems", "#legend"):
            self.query_one(name).display = found is not None and bool(found.systems)
        self.query_one("#below").display = several
        self.query_one("#nothing").display = found is None
        self.query_one("#verdict").display = found is not None
        where = self.query_one("#where", StatusLine)
        where.text = display_line(f"{self._dataset} · {self._split}" if self._split else self._dataset, 60)
        if found is None:
            self.query_one("#notes").display = False
            self.query_one("#nothing", Static).update(Content("\n".join(words.steps(self._dataset))))
        else:
            where.text += f" · {words.source_title(found.of)}"
            where.right = words.basis(found)
            self._paint_found(found)
        self.refresh_bindings()

    def _paint_found(self, found: WeightSensitivity) -> None:
        self.query_one("#verdict", Static).update(Content.styled(words.verdict(found), "bold"))
        warnings = words.warnings(found)
        self.query_one("#notes").display = bool(warnings)
        self.query_one("#notes", Static).update(Content("\n".join(warnings)))
        self.query_one("#legend", Static).update(Content(words.legend(found)))
        rows = [words.system_cells(found, one) for one in found.systems]
        headings = words.headings(found, words.criterion_width(found, rows, self.size.width - 1, 2))
        taken = sum(max(cell_len(cells[at]) for cells in (headings, *rows)) + 2 for at in range(len(headings)))
        room = min(self.size.width - taken - 3, WIDEST_BAR)
        if room >= NARROWEST_BAR:
            headings = [*headings, "of all weightings"[:room]]
            rows = [[*cells, words.bar(one.first, room)] for cells, one in zip(rows, found.systems, strict=True)]
        _fill(self.query_one("#systems", RowTable), headings, rows, range(1, len(found.criteria) + 3))
        if self._by_pair:
            _fill(self.query_one("#below", RowTable), words.PAIR_HEADINGS, words.pair_rows(found), [2])
        else:
            below = [words.criterion_cells(found, one) for one in found.criteria]
            _fill(self.query_one("#below", RowTable), words.CRITERION_HEADINGS, below, [1])
        if self.focused is None:
            self.query_one("#systems").focus()


def _fill(table: RowTable, headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int]) -> None:
    table.show(
        [Text(each) for each in headings], [[Text(cell) for cell in cells] for cells in rows], table.cursor_row, right
    )
