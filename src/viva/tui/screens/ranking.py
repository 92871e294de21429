"""Ranking from pairs: systems by which of two texts was found better, with intervals, and each two of them."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Static

from viva.present import ranking as words
from viva.present.system_names import short_names
from viva.records.ranking import PairSource
from viva.text import display_line
from viva.tui.ranking_reading import Ranked, read_ranking
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.chooser import Choice, ChooserScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

WIDE = 110
NARROW_NAME, WIDE_NAME = 18, 34
NARROWEST_CHART, WIDEST_CHART = 10, 44


class RankingScreen(VivaScreen[None]):
    """The ranking of one dataset's systems by people or by a judge; `split` None is all splits."""

    TITLE = "Ranking from pairs"
    CSS_PATH = "../styles/ranking.tcss"
    AUTO_FOCUS = "#rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "s", "source", "Whose verdicts", tooltip="Choose whose comparisons: people's or a judge's, and on what"
        ),
        Binding("p", "pairs", "Pairs", tooltip="Show each two systems, or the ranking"),
        Binding("b", "baseline", "Baseline", tooltip="Win rates against the system under the cursor, or against all"),
        Binding("R,f5", "reload", "Refresh", key_display="R", tooltip="Read everything again (also F5)"),
    ]

    def __init__(self, workbench: Workbench, dataset: str, split: str | None = None) -> None:
        super().__init__(workbench)
        self._dataset, self._split = dataset, split
        self._wanted: PairSource | None = None
        self._baseline: str | None = None
        self._by_pair = False
        self._read: Ranked | None = None

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        yield Static(id="notes", markup=False)
        yield RowTable(id="rows")
        yield Static(id="nothing", markup=False)
        yield Static(id="sentence", markup=False)
        yield Static(words.LEGEND, id="legend", markup=False)

    def on_screen_resume(self) -> None:
        self.action_reload()

    def on_resize(self, _event: events.Resize) -> None:
        self._paint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Show the keys of the moment."""
        ranking = self._read.ranking if self._read else None
        if action == "source":
            return self._read is not None and len(self._read.choices) > 1
        if action == "pairs":
            return ranking is not None and bool(ranking.pairs)
        if action == "baseline":
            return ranking is not None and len(ranking.systems) > 2 and not self._by_pair
        return True

    def help_sections(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        return [("What the table says", words.EXPLAINED)]

    def action_reload(self) -> None:
        """Read the ranking anew."""
        wanted, baseline = self._wanted, self._baseline
        self.ask(
            lambda: read_ranking(self.wb, self._dataset, self._split, wanted, baseline), then=self._show,
            group="ranking", doing="read the ranking",
        )  # fmt: skip

    def action_source(self) -> None:
        """Choose whose comparisons are ranked by."""
        assert self._read is not None
        choices = [
            Choice(str(number), words.source_title(of), words.source_detail(of))
            for number, of in enumerate(self._read.choices)
        ]
        current = self._read.ranking.of if self._read.ranking else None
        at = self._read.choices.index(current) if current in self._read.choices else 0
        self.app.push_screen(ChooserScreen(self.wb, "Whose verdicts", choices, str(at)), self._chosen)

    def _chosen(self, number: str | None) -> None:
        if number is not None and self._read is not None:
            self._wanted, self._baseline = self._read.choices[int(number)], None
            self.action_reload()

    def action_pairs(self) -> None:
        """Show each two systems, or the ranking."""
        self._by_pair = not self._by_pair
        self._paint(cursor=0)

    def action_baseline(self) -> None:
        """Hold all systems against the one under the cursor, or against all others again."""
        ranking = self._read.ranking if self._read else None
        row = self.query_one(RowTable).cursor_row
        if ranking is not None and 0 <= row < len(ranking.systems):
            system = ranking.systems[row].system
            self._baseline = None if system == self._baseline else system
            self.action_reload()

    def _show(self, read: Ranked) -> None:
        self._read = read
        self._wanted = read.ranking.of if read.ranking else None
        self._paint()

    def _paint(self, cursor: int | None = None) -> None:
        if self._read is None:
            return
        ranking = self._read.ranking
        there = ranking is not None and bool(ranking.systems)
        for name in ("#rows", "#sentence", "#legend"):
            self.query_one(name).display = there
        self.query_one("#nothing").display = not there
        warnings = words.warnings(ranking) if ranking is not None else []
        notes = self.query_one("#notes", Static)
        notes.update(Content("\n".join(warnings)))
        notes.display = bool(warnings)
        where = self.query_one("#where", StatusLine)
        place = f"{self._dataset} · {self._split}" if self._split else self._dataset
        where.text = display_line(place, 60)
        if ranking is not None:
            where.text += f" · {words.source_title(ranking.of)}"
            where.right = words.basis(ranking)
        if there:
            table = self.query_one(RowTable)
            self._fill(table, table.cursor_row if cursor is None else cursor)
            if self.focused is None:
                table.focus()
        else:
            self.query_one("#nothing", Static).update(Content("\n".join(words.steps(self._dataset))))
        self.refresh_bindings()

    def _fill(self, table: RowTable, cursor: int) -> None:
        ranking = self._read.ranking if self._read else None
        assert ranking is not None
        wide = self.size.width >= WIDE
        systems = [one.system for one in ranking.systems]
        names = short_names(systems, WIDE_NAME if wide else NARROW_NAME).names
        if self._by_pair:
            headings, right = list(words.PAIR_HEADINGS), [2]
            rows = [[cell or words.NONE for cell in words.pair_cells(one, names)] for one in ranking.pairs]
        else:
            headings = words.headings(ranking)
            right = [headings.index("strength"), headings.index(words.RECORD)]
            rows = [
                [cell or words.NONE for cell in words.system_cells(ranking, one, names[one.system])]
                for one in ranking.systems
            ]
            taken = sum(max(cell_len(cells[at]) for cells in (headings, *rows)) + 2 for at in range(len(headings)))
            room = min(self.size.width - taken - 3, WIDEST_CHART)
            drawn = words.drawn(ranking, room)
            if room >= NARROWEST_CHART and any(drawn):
                headings = [*headings, words.CHART[:room]]
                rows = [[*cells, line] for cells, line in zip(rows, drawn, strict=True)]
        table.show([Text(each) for each in headings], [[Text(cell) for cell in cells] for cells in rows], cursor, right)
        self._say()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._say()

    def _say(self) -> None:
        ranking, row = self._read.ranking if self._read else None, self.query_one(RowTable).cursor_row
        said = ""
        if ranking is not None and self._by_pair and 0 <= row < len(ranking.pairs):
            said = words.pair_sentence(ranking, ranking.pairs[row])
        elif ranking is not None and not self._by_pair and 0 <= row < len(ranking.systems):
            said = words.sentence(ranking, ranking.systems[row])
        self.query_one("#sentence", Static).update(Content(said))
        self.query_one("#legend", Static).update(words.PAIR_LEGEND if self._by_pair else words.LEGEND)
