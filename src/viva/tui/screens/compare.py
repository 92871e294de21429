"""Comparing two texts, blind and with single keys: A, B or a tie, Enter, the next pair."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from viva.present.comparing import CompareState
from viva.records.rating import Draft, PreferenceEvent, RatingItem, RatingTask
from viva.records.study import StudyMode
from viva.tui.screens.rate_keys import COMPARING_KEYS
from viva.tui.screens.sitting import SittingScreen
from viva.tui.widgets.criteria import Comparison
from viva.tui.widgets.status import StatusLine


class CompareScreen(SittingScreen[CompareState]):
    """One pair after the other; what is chosen is kept by the side of the text, not by where it stood."""

    TITLE = "Compare"
    MODE = StudyMode.PAIRWISE
    BINDINGS: ClassVar[list[BindingType]] = COMPARING_KEYS
    state_class = CompareState

    def entry_widgets(self) -> Sequence[Widget]:
        return Comparison(), StatusLine()

    def draw_entry(self, state: CompareState) -> None:
        self.query_one(Comparison).show(state.rows())

    def give(self, task: RatingTask, item: RatingItem, entry: Draft, skipped: str | None) -> PreferenceEvent:
        return self.wb.desk.save_preference(
            task, item, {} if skipped else entry.choices,
            comment=entry.comment, flagged=entry.flagged, seconds=entry.seconds, skipped=skipped,
        )  # fmt: skip

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell which keys count now: a strength only where it is asked."""
        if action == "entry" and parameters[0] == "set_strength" and self.state is not None and not self.state.strength:
            return False
        return super().check_action(action, parameters)

    def on_comparison_picked(self, message: Comparison.Picked) -> None:
        if state := self.alive():
            state.point_at(message.row)
            if message.answer is not None:
                state.choose(message.answer)
            elif message.step is not None:
                state.set_strength(message.step)
            self.keep_draft()
