"""Rating, blind and with single keys: a digit a criterion, Enter, the next text."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from viva.present.rating import RatingState
from viva.records.rating import Draft, RatingEvent, RatingItem, RatingTask
from viva.records.study import StudyMode
from viva.tui.screens.rate_keys import RATING_KEYS
from viva.tui.screens.sitting import SittingScreen
from viva.tui.widgets.criteria import Criteria, LevelGuide
from viva.tui.widgets.status import StatusLine


class RateScreen(SittingScreen[RatingState]):
    """One text after the other, each with a value on every criterion."""

    TITLE = "Rate"
    MODE = StudyMode.RUBRIC
    BINDINGS: ClassVar[list[BindingType]] = RATING_KEYS
    state_class = RatingState

    def entry_widgets(self) -> Sequence[Widget]:
        return Criteria(), StatusLine(), LevelGuide()

    def draw_entry(self, state: RatingState) -> None:
        self.query_one(Criteria).show(state.rows())
        self.query_one(LevelGuide).show(state.levels(), max(len(criterion.levels) for criterion in state.criteria))

    def give(self, task: RatingTask, item: RatingItem, entry: Draft, skipped: str | None) -> RatingEvent:
        return self.wb.desk.save(
            task, item.item_id, {} if skipped else entry.values,
            comment=entry.comment, flagged=entry.flagged, seconds=entry.seconds, skipped=skipped,
        )  # fmt: skip

    def more_keys(self) -> Sequence[tuple[str, str]]:
        """Return the digits that count here."""
        if self.state is None:
            return ()
        return ((self.state.extent(), "Give the criterion this value and go to the next"),)

    def on_criteria_picked(self, message: Criteria.Picked) -> None:
        if state := self.alive():
            state.point_at(message.row)
            if message.value is not None:
                state.set_value(message.value)
            self.keep_draft()
