"""Asking about a form while somebody types in it: when it has stayed as it is, one question at a time."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from textual.timer import Timer

from viva.tui.screens.base import VivaScreen

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Settled(Generic[Question, Answer]):
    """Asks what a form asks for, once that has stayed the same for `seconds`; only the newest answer counts.

    `question()` is what the form asks for now, None where that cannot be right. `call(question)` returns what finds the
    answer, in a thread, or None where nothing is to be found out. `then` gets the answer, `otherwise` the error, as in
    `VivaScreen.ask`. Never more than one is under way: what changes meanwhile is asked when it has ended.
    """

    def __init__(
        self,
        screen: VivaScreen[Any],
        question: Callable[[], Question | None],
        call: Callable[[Question | None], Callable[[], Answer] | None],
        then: Callable[[Answer], None],
        otherwise: Callable[[Exception], bool],
        *,
        seconds: float,
        doing: str,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self.about: Question | None = None
        self.under_way = False
        self._screen = screen
        self._question = question
        self._call = call
        self._then = then
        self._otherwise = otherwise
        self._seconds = seconds
        self._doing = doing
        self._ended = ended
        self._timer: Timer | None = None

    def look(self, *, soon: bool = False) -> None:
        """Ask when the form has stayed as it is for a moment, or at once."""
        if self._timer is not None:
            self._timer.stop()
        if soon:
            self._look()
        else:
            self._timer = self._screen.set_timer(self._seconds, self._look)

    def look_again(self) -> None:
        """Ask at once, the same as before too."""
        self.about = None
        self.look(soon=True)

    def _look(self) -> None:
        question = self._question()
        if self.under_way or (question is not None and question == self.about):
            # What is under way is compared with the form when it has come.
            return
        self.about = question
        call = self._call(question)
        if call is not None:
            self.under_way = True
            self._screen.ask(call, then=self._answered, otherwise=self._failed, group="settled", doing=self._doing)

    def _over(self) -> bool:
        """Note that an answer has come; return whether it is out of date, and another was asked for."""
        self.under_way = False
        self._ended()
        stale = self.about is None or self._question() != self.about
        if stale:
            self._look()
        return stale

    def _answered(self, answer: Answer) -> None:
        if not self._over():
            self._then(answer)

    def _failed(self, error: Exception) -> bool:
        return self._over() or self._otherwise(error)
