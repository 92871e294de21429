"""Where the leaderboard leads: down to the texts, and on to what else is known of the same systems."""

from abc import abstractmethod
from dataclasses import replace

from textual.screen import Screen
from textual.widgets import DataTable

from viva.present import results as words
from viva.present.leaderboard import Leaderboard
from viva.present.leaderboard_table import Line
from viva.present.results import View
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.drilldown import DrilldownScreen


class ResultsOnward(VivaScreen[None]):
    """The keys that open another screen; each of these is imported when it is wanted."""

    view: View
    """What is looked at."""

    @property
    @abstractmethod
    def board(self) -> Leaderboard:
        """What stands on the screen."""

    @abstractmethod
    def line(self) -> Line | None:
        """Return the line under the cursor."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Offer a way only where it leads somewhere."""
        if action == "compare":
            return len({entry.row.system for group in self.board.groups for entry in group.entries}) > 1
        if action in {"verdict", "ranking", "weights", "report"}:
            return bool(self.board.groups)
        if action == "texts":
            return self.view.dataset is not None
        return True

    def action_texts(self) -> None:
        """Open the examples of the line under the cursor, those of its field too, looked at by its measure."""
        if self.view.dataset is not None:
            line, narrowed = self.line(), self.view.narrowed
            measure = words.browsed_measure(line.group.measure) if line is not None else ""
            if line is not None:
                field, subfield = self.view.part_of(line.group)
                narrowed = replace(narrowed, field=field, subfield=subfield)
            self.app.push_screen(DrilldownScreen(self.wb, self.view.dataset, self.view.split, measure, narrowed))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.action_texts()

    def action_compare(self) -> None:
        """Compare the system under the cursor with the best other one, on the questions of its line."""
        line = self.line()
        pair = words.rivals(self.board, line.group, line.entry) if line is not None else None
        if line is not None and pair is not None:
            from viva.tui.screens.system_compare import SystemCompareScreen

            field, subfield = self.view.part_of(line.group)
            screen = SystemCompareScreen(
                self.wb, self._dataset(), self.view.split, *pair, field=field, subfield=subfield
            )  # fmt: skip
            self._open(screen)

    def action_verdict(self) -> None:
        """Put people and judge together, of the study under the cursor where there is one."""
        from viva.tui.screens.calibrated import CalibratedScreen

        line = self.line()
        study = line.group.measure.study if line is not None else None
        self._open(CalibratedScreen(self.wb, self._dataset(), self.view.split, study))

    def action_ranking(self) -> None:
        from viva.tui.screens.ranking import RankingScreen

        self._open(RankingScreen(self.wb, self._dataset(), self.view.split))

    def action_weights(self) -> None:
        from viva.tui.screens.weights import WeightsScreen

        self._open(WeightsScreen(self.wb, self._dataset(), self.view.split))

    def action_report(self) -> None:
        from viva.tui.screens.report import ReportScreen

        self._open(ReportScreen(self.wb, self._dataset(), self.view.split))

    def _dataset(self) -> str:
        assert self.view.dataset is not None
        return self.view.dataset

    def _open(self, screen: Screen[None]) -> None:
        self.app.push_screen(screen)
