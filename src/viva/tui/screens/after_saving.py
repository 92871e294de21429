"""What comes between a saved verdict and the next item: who wrote it, and in the training round what is known of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from viva.errors import StoreBusy, StoreError, UserError
from viva.present.track import Track
from viva.records.rating import KnownAnswer, RatingItem, Verdict

if TYPE_CHECKING:
    from viva.tui.screens.entering import EnteringScreen
    from viva.workbench.desk import Desk

Known = tuple[KnownAnswer | None, list[KnownAnswer]]
"""What is known of the item just rated, and of all the training items rated so far."""


class AfterSaving:
    """Leads from a saved verdict to the next item; `busy` while nothing may be entered."""

    def __init__(self, screen: "EnteringScreen[Any]") -> None:
        self._screen = screen
        self.busy = False

    def saved(self, state: Track, verdict: Verdict) -> None:
        """Take note of a verdict on the item on the screen, ask and show what is due, and go on."""
        item = state.item
        new = state.record(verdict)

        def go_on() -> None:
            self.busy = False
            state.go_on(new)
            self._screen.draw()

        if not new or item is None:
            go_on()
        elif item.practice:
            self._show_known(state, item, verdict, go_on)
        elif state.can_guess:
            self.guess(state, go_on)
        else:
            go_on()

    def guess(self, state: Track, then: Callable[[], None]) -> None:
        """Ask who wrote the text on the screen, and keep the answer."""
        from viva.tui.screens.guess import Guess, GuessScreen

        item_id = state.item_id

        def answered(guess: Guess | None) -> None:
            if guess is not None and item_id is not None:
                try:
                    self._screen.wb.desk.save_guess(state.task, item_id, guess.label)
                except (OSError, StoreError) as error:
                    self._screen.not_kept(error)
                except UserError as error:
                    self._screen.show_error(error, "save a guess")
            then()

        self.busy = True
        self._screen.draw()
        asked = [] if state.item is None or state.item.other is None else ["Who do you think wrote text A?"]
        self._screen.app.push_screen(GuessScreen(state.task.options.guess, *asked), answered)

    def _show_known(self, state: Track, item: RatingItem, verdict: Verdict, go_on: Callable[[], None]) -> None:
        """Show what is known of a training item, and after the last one how far off one was."""
        self.busy = True
        wb, study_id = self._screen.wb, state.task.study_id

        def found(known: Known) -> None:
            answer, report = known
            following = state.get(state.upcoming)
            over = not following.practice if following is not None else len(report) >= state.task.practice

            def spread() -> None:
                if over and report:
                    self._show_report(state, report, go_on)
                else:
                    go_on()

            if answer is None or verdict.skipped is not None:
                spread()
                return
            from viva.tui.screens.known import KnownScreen

            self._screen.app.push_screen(KnownScreen(answer, state.task, item.shown_first), lambda _: spread())

        def failed(error: Exception) -> bool:
            go_on()
            return isinstance(error, StoreBusy)

        self._screen.draw()
        self._screen.ask(
            lambda: _known(wb.desk, study_id, item.item_id), then=found, otherwise=failed, group="known",
            doing="look up what is known",
        )  # fmt: skip

    def _show_report(self, state: Track, report: list[KnownAnswer], go_on: Callable[[], None]) -> None:
        from viva.tui.screens.practice_report import PracticeReportScreen

        self._screen.app.push_screen(PracticeReportScreen(report, state.task), lambda _: go_on())


def _known(desk: "Desk", study_id: str, item_id: str) -> Known:
    return desk.known_answer(study_id, item_id), desk.practice_report(study_id)
