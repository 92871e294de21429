"""Results: which system is better, by people and by metrics, with intervals; from here down to the texts."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Static

from viva.present import leaderboard
from viva.present.datasets import result_notes, split_name, splits_text, waiting_note
from viva.present.degenerate import degenerate_line, degenerate_note
from viva.present.leaderboard import Column, Leaderboard, Line, Measure
from viva.present.measures import HUMAN_TOTAL
from viva.text import display_line
from viva.tui.results_reading import Loaded, read
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.drilldown import DrilldownScreen
from viva.tui.widgets.chooser import Choice, ChooserScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

NARROWEST_BAR, WIDEST_BAR = 6, 60


class ResultsScreen(VivaScreen[None]):
    """The leaderboard of one split of one dataset."""

    TITLE = "Results"
    CSS_PATH = "../styles/results.tcss"
    AUTO_FOCUS = "#board"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,enter", "texts", "Texts", key_display="⏎", tooltip="Go down to the examples and texts (also e)"),
        Binding("g", "by_field", "By field", tooltip="Show one measure by field, or all measures"),
        Binding("m", "measure", "Measure", tooltip="By field: show the next measure"),
        Binding("a", "all", "All measures", tooltip="Show every measure, or the main ones"),
        Binding("s", "split", "Split", tooltip="Show the next split that has results"),
        Binding("d", "dataset", "Dataset", tooltip="Choose a dataset"),
        Binding("R,f5", "reload", "Refresh", key_display="R", tooltip="Read everything again (also F5)"),
    ]

    def __init__(self, workbench: Workbench, dataset: str | None = None, split: str | None = None) -> None:
        super().__init__(workbench)
        self._dataset, self._split = dataset, split or ""
        self._by_field = False
        self._all = False
        self._measure: Measure | None = None
        self._loaded: Loaded | None = None
        self._board = Leaderboard(())
        self._lines: list[Line] = []

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        yield Static(id="notes", markup=False)
        yield RowTable(id="board")
        yield Static(id="nothing", markup=False)
        yield Static(id="sentence", markup=False)
        yield Static(leaderboard.LEGEND, id="legend", markup=False)

    def on_screen_resume(self) -> None:
        self.action_reload()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        self._paint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Show the keys of the moment."""
        loaded = self._loaded
        if action == "measure":
            return self._by_field and len(self._board.measures) > 1
        if action == "all":
            rows = [row for row in loaded.rows if row.split == self._split] if loaded else []
            return leaderboard.brief(rows) != {row.measure for row in rows}
        if action == "split":
            return loaded is not None and len(loaded.splits) > 1
        if action == "dataset":
            return loaded is not None and len(loaded.datasets) > 1
        if action == "by_field":
            return bool(self._board.groups)
        if action == "texts":
            return loaded is not None and loaded.dataset is not None
        return True

    def help_sections(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        return [("What the table says", leaderboard.EXPLAINED)]

    def action_reload(self) -> None:
        wanted, by_field = self._dataset, self._by_field
        self.ask(lambda: read(self.wb, wanted, by_field), then=self._show, group="results", doing="read the results")

    def action_by_field(self) -> None:
        self._by_field = not self._by_field
        self.action_reload()

    def action_all(self) -> None:
        self._all = not self._all
        if self._loaded is not None:
            self._show(self._loaded)

    def action_measure(self) -> None:
        measures = self._board.measures
        here = measures.index(self._measure) if self._measure in measures else -1
        self._measure = measures[(here + 1) % len(measures)]
        self._paint(cursor=0)

    def action_split(self) -> None:
        assert self._loaded is not None
        splits = self._loaded.splits
        self._split = splits[(splits.index(self._split) + 1) % len(splits)] if self._split in splits else splits[0]
        self._show(self._loaded)

    def action_dataset(self) -> None:
        assert self._loaded is not None
        choices = [Choice(dataset.name, dataset.name, splits_text(dataset)) for dataset in self._loaded.datasets]
        self.app.push_screen(ChooserScreen(self.wb, "Dataset", choices, self._dataset or ""), self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name is not None and name != self._dataset:
            self._dataset, self._split, self._measure = name, "", None
            self.action_reload()

    def action_texts(self) -> None:
        """Open the examples of the split, looked at by the measure of the line under the cursor."""
        if self._loaded is None or self._loaded.dataset is None:
            return
        line = self._line()
        measure = ""
        if line is not None:
            own = line.group.measure
            measure = own.name if own.source == "metric" else HUMAN_TOTAL
            if own.source == "judge":
                measure = f"judge total {own.scorer}"
        self.app.push_screen(DrilldownScreen(self.wb, self._loaded.dataset.name, self._split, measure))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.action_texts()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        line = self._line()
        parts = []
        if line is not None and self._loaded is not None:
            parts.append(Content(leaderboard.sentence(line.group, line.entry)))
            if flaws := degenerate_line(self._loaded.totals, self._split, line.entry.row.system):
                parts.append(Content.styled(flaws, "$text-warning"))
        self.query_one("#sentence", Static).update(Content("\n").join(parts))

    def _line(self) -> Line | None:
        row = self.query_one(RowTable).cursor_row
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def _show(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._dataset = loaded.dataset.name if loaded.dataset else None
        if self._split not in loaded.splits:
            known = list(loaded.dataset.splits) if loaded.dataset else []
            offered = loaded.splits or known
            self._split = "test" if "test" in offered else (offered or [""])[0]
        rows = [row for row in loaded.rows if row.split == self._split]
        only = None if self._all else leaderboard.brief(rows)
        self._board = leaderboard.build(rows, loaded.studies, loaded.by_field, only, loaded.judges)
        if self._measure not in self._board.measures:
            self._measure = next(iter(self._board.measures), None)
        self._paint()

    def _paint(self, cursor: int | None = None) -> None:
        if self._loaded is None:
            return
        shown = self._board
        if self._loaded.by_field and self._measure is not None:
            shown = shown.only(self._measure)
        table = self.query_one(RowTable)
        room = leaderboard.name_room(shown, self.size.width, NARROWEST_BAR)
        self._lines = leaderboard.lines(shown, NARROWEST_BAR, room)
        columns = leaderboard.columns(shown, room)
        bar = self._bar_width(columns)
        rows = [_cells(line, bar) for line in self._lines]
        right = [number for number, column in enumerate(columns) if column.right]
        headings = [Text(column.heading) for column in columns]
        table.show(headings, rows, table.cursor_row if cursor is None else cursor, right)
        there = bool(self._lines)
        for name in ("#board", "#sentence", "#legend"):
            self.query_one(name).display = there
        self.query_one("#nothing").display = not there
        if there and self.focused is None:
            table.focus()
        if not there:
            self.query_one("#nothing", Static).update(self._nothing())
        self._say_where()
        self.refresh_bindings()

    def _bar_width(self, columns: Sequence[Column]) -> int:
        """Return the cells that are left for the bars."""
        table = [tuple(column.heading for column in columns), *(line.cells for line in self._lines)]
        widths = [max(cell_len(cells[number]) for cells in table) + 2 for number in range(len(columns))]
        return min(max(self.size.width - 1 - sum(widths) + widths[-2] - 2, NARROWEST_BAR), WIDEST_BAR)

    def _say_where(self) -> None:
        loaded = self._loaded
        where = self.query_one("#where", StatusLine)
        self.sub_title = ""
        notes: list[str] = []
        if loaded is not None and loaded.dataset is not None and self._lines:
            degenerate = degenerate_note(loaded.totals, self._split, "the selected one's are told below")
            waiting = waiting_note(loaded.waiting, self._split, f"viva score {loaded.dataset.name}")
            notes = [*result_notes(loaded.dataset, loaded.newest), *filter(None, (waiting, degenerate))]
        self.query_one("#notes", Static).update(Content("\n".join(notes)))
        self.query_one("#notes").display = bool(notes)
        if loaded is None or loaded.dataset is None:
            where.text = ""
            return
        where.text = f"{display_line(loaded.dataset.name, 40)} · {split_name(self._split)}"
        if loaded.by_field and self._measure is not None:
            where.text += f" · by field · {self._measure.title}"
        systems = {line.entry.row.system for line in self._lines}
        where.right = f"{len(systems)} systems" if len(systems) > 1 else ""

    def _nothing(self) -> Content:
        assert self._loaded is not None
        dataset = self._loaded.dataset
        steps = leaderboard.steps_to_results(dataset.name if dataset else None, self._split)
        parts: list[Content | str | tuple[str, str]] = [("Nothing is measured or rated here yet\n", "bold")]
        for number, (what, command) in enumerate(steps, 1):
            parts += [f"\n{number}  {what}\n", ("   " + command + "\n", "$muted")]
        parts.append("\nHome (Esc) names the next step and takes it with Enter.")
        if dataset is not None:
            parts.append(" e shows texts that are written already.")
        return Content.assemble(*parts)


def _cells(line: Line, bar: int) -> list[Text]:
    cells = list(line.cells)
    if line.entry.row.mean is not None:
        cells[-2] = line.entry.bar(bar)
    bold = "bold" if line.entry.mark else ""
    return [Text(cell, style=bold) for cell in cells]
