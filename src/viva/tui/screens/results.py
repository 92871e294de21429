"""Results: which system is better, by people and by metrics, with intervals; from here down to the texts."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Static

from viva.present import leaderboard, leaderboard_table
from viva.present import results as words
from viva.present.datasets import splits_text
from viva.present.degenerate import degenerate_line
from viva.present.leaderboard import Leaderboard
from viva.present.leaderboard_table import NARROWEST_SHORT, Line
from viva.present.results import Narrowed, View
from viva.records.leaderboard import MeasureRanks
from viva.tui.results_reading import Loaded, read, read_ranks
from viva.tui.screens.results_filter import ResultsFilterScreen
from viva.tui.screens.results_onward import ResultsOnward
from viva.tui.widgets.chooser import Choice, ChooserScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench


class ResultsScreen(ResultsOnward):
    """The leaderboard of one split of one dataset."""

    TITLE = "Results"
    CSS_PATH = "../styles/results.tcss"
    AUTO_FOCUS = "#board"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,enter", "texts", "Texts", key_display="⏎", tooltip="Go down to the examples and texts (also e)"),
        Binding("c", "compare", "Compare", tooltip="Compare this system with the best other, on the same questions"),
        Binding("g", "by_part", "By field", tooltip="Show one measure by field, by subfield, or all measures"),
        Binding("m", "measure", "Measure", tooltip="By field: show the next measure"),
        Binding("f", "filter", "Filter", tooltip="Show one field, one subfield or some systems only"),
        Binding("v", "verdict", "Verdict", tooltip="Put people's ratings and a judge's together into one verdict"),
        Binding("k", "ranking", "Ranking", tooltip="Rank systems by which of two texts was found better"),
        Binding("w", "weights", "Weights", tooltip="See whether the best stays so when criteria weigh differently"),
        Binding("x", "report", "Report", tooltip="Write a report of these results"),
        Binding("a", "all", "All measures", tooltip="Show every measure, or the main ones"),
        Binding("s", "split", "Split", tooltip="Show the next split that has results"),
        Binding("d", "dataset", "Dataset", tooltip="Choose a dataset"),
        Binding("R,f5", "reload", "Refresh", key_display="R", tooltip="Read everything again (also F5)"),
    ]

    def __init__(self, workbench: Workbench, dataset: str | None = None, split: str | None = None) -> None:
        super().__init__(workbench)
        self.view = View(dataset, split or "")
        self._loaded: Loaded | None = None
        self._ranks: tuple[MeasureRanks, ...] = ()
        self._ranking = False
        self._board = Leaderboard(())
        self._lines: list[Line] = []

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        yield Static(id="notes", markup=False)
        yield RowTable(id="board")
        yield Static(id="nothing", markup=False)
        yield Static(id="sentence", markup=False)
        yield Static(id="legend", markup=False)

    def on_screen_resume(self) -> None:
        self.action_reload()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        self._paint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Show the keys of the moment."""
        loaded = self._loaded
        if action == "measure":
            return self.view.by is not None and len(self._board.measures) > 1
        if action == "all":
            rows = [row for row in loaded.rows if row.split == self.view.split] if loaded else []
            return leaderboard.brief(rows) != {row.measure for row in rows}
        if action == "split":
            return loaded is not None and len(loaded.splits) > 1
        if action == "dataset":
            return loaded is not None and len(loaded.datasets) > 1
        if action == "by_part":
            return bool(self._board.groups)
        if action == "filter":
            return bool(self._board.groups or self.view.narrowed)
        return super().check_action(action, parameters)

    def help_sections(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        return [("What the table says", leaderboard_table.EXPLAINED)]

    def action_reload(self) -> None:
        view = self.view
        self.query_one("#where", StatusLine).right = "reading…"
        self.ask(read, self.wb, view, then=self._show, otherwise=self._unread, group="results", doing="read results")

    def action_by_part(self) -> None:
        assert self._loaded is not None
        self.view = self.view.turned(self._loaded.parts)
        self.action_reload()

    def action_all(self) -> None:
        self._look(every=not self.view.every)

    def action_measure(self) -> None:
        self.view = self.view.measured(self._board, 1)
        self._ask_ranks()
        self._paint(cursor=0)

    def action_split(self) -> None:
        assert self._loaded is not None
        self.view = self.view.in_split(self._loaded.splits, (), 1)
        self._look()

    def action_dataset(self) -> None:
        assert self._loaded is not None
        choices = [Choice(dataset.name, dataset.name, splits_text(dataset)) for dataset in self._loaded.datasets]
        self.app.push_screen(ChooserScreen(self.wb, "Dataset", choices, self.view.dataset or ""), self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name is not None and name != self.view.dataset:
            self.view = self.view.of(name)
            self.action_reload()

    def action_filter(self) -> None:
        """Ask what to narrow the results down to."""
        assert self._loaded is not None
        window = ResultsFilterScreen(self.wb, self._loaded.parts, self.view.narrowed)
        self.app.push_screen(window, self._narrow)

    def _narrow(self, narrowed: Narrowed | None) -> None:
        if narrowed is not None:
            self.view = self.view.narrowed_to(narrowed)
            self.action_reload()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._say_sentence()

    @property
    def board(self) -> Leaderboard:
        return self.view.shown(self._board)

    def line(self) -> Line | None:
        """Return the line under the cursor."""
        row = self.query_one(RowTable).cursor_row
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def _show(self, loaded: Loaded) -> None:
        before = self._loaded
        if before is None or (before.view.dataset, before.view.narrowed) != (loaded.view.dataset, loaded.view.narrowed):
            self._ranks = ()
        self._loaded, self.view = loaded, loaded.view
        self._look()

    def _look(self, *, every: bool | None = None) -> None:
        """Show what the view asks for of what was read, at first with the ranks of before: new ones take longer."""
        loaded = self._loaded
        if loaded is None:
            return
        known = list(loaded.dataset.splits) if loaded.dataset else []
        self.view = self.view.in_split(loaded.splits, known).showing(every)
        self._build(loaded)
        self.view = self.view.measured(self._board)
        self._ask_ranks()
        self._paint()

    def _build(self, loaded: Loaded) -> None:
        view = self.view
        rows = [row for row in loaded.rows if row.split == view.split]
        only = None if view.every else leaderboard.brief(rows)
        self._board = leaderboard.build(rows, loaded.studies, view.by, only, loaded.judges, self._ranks)

    def _ask_ranks(self) -> None:
        view, keys = self.view, {measure.key for measure in self.board.measures}
        self._ranking = bool(keys)
        if keys:
            self.ask(
                read_ranks, self.wb, view, keys, then=self._rank, otherwise=self._unread, group="ranks",
                doing="rank the systems",
            )  # fmt: skip

    def _unread(self, _error: Exception) -> bool:
        self._ranking = False
        self._say_where()
        return False

    def _rank(self, ranks: list[MeasureRanks]) -> None:
        # What is being read anew is ranked when it is there.
        if self._loaded is not None and self._loaded.view.reads_as(self.view):
            self._ranks, self._ranking = tuple(ranks), False
            self._build(self._loaded)
            self._paint()

    def _paint(self, cursor: int | None = None) -> None:
        if self._loaded is None:
            return
        shown, table, width = self.board, self.query_one(RowTable), self.size.width
        columns, self._lines, fill = leaderboard_table.on_screen(shown, width)
        rows = [[Text(cell, style="bold" if line.entry.mark else "") for cell in line.cells] for line in self._lines]
        right = [number for number, column in enumerate(columns) if column.right]
        at = table.cursor_row if cursor is None else cursor
        table.show([Text(column.heading) for column in columns], rows, at, right, fill, NARROWEST_SHORT)
        there = bool(self._lines)
        for name in ("#board", "#sentence", "#legend"):
            self.query_one(name).display = there
        self.query_one("#nothing").display = not there
        self.query_one("#legend", Static).update(leaderboard_table.legend(shown))
        if not there:
            self.query_one("#nothing", Static).update(self._nothing())
        elif self.focused is None:
            table.focus()
        self._say_where()
        self._say_sentence()
        self.refresh_bindings()

    def _say_sentence(self) -> None:
        line, parts = self.line(), []
        if line is not None and self._loaded is not None:
            parts.append(Content(words.sentence(line.group, line.entry, self.view.by)))
            if flaws := degenerate_line(self._loaded.totals, self.view.split, line.entry.row.system):
                parts.append(Content.styled(flaws, "$text-warning"))
        self.query_one("#sentence", Static).update(Content("\n").join(parts))

    def _say_where(self) -> None:
        loaded, where = self._loaded, self.query_one("#where", StatusLine)
        notes = loaded.notes(self.view.split) if loaded and self._lines else []
        self.query_one("#notes", Static).update(Content("\n".join(notes)))
        self.query_one("#notes").display = bool(notes)
        where.text = self.view.where(loaded.dataset.name) if loaded and loaded.dataset else ""
        systems = {line.entry.row.system for line in self._lines}
        where.right = words.count_text(len(systems), ranking=self._ranking)

    def _nothing(self) -> Content:
        heading, steps, end = words.nothing(self.view, self._loaded.dataset if self._loaded else None)
        parts: list[Content | str | tuple[str, str]] = [(f"{heading}\n", "bold")]
        for number, (what, command) in enumerate(steps, 1):
            parts += [f"\n{number}  {what}\n", ("   " + command + "\n", "$muted")]
        return Content.assemble(*parts, f"\n{end}")
