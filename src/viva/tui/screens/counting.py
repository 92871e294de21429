"""A form with what it comes to below it: counted by itself while one types."""

from typing import Any

from textual.content import Content
from textual.widgets import Static

from viva.errors import UserError
from viva.present import generating as words
from viva.tui.screens.base import VivaScreen
from viva.tui.settled import Settled
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

SECONDS = 0.3
"""How long a form has to stay as it is before it is counted."""


class CountingScreen(VivaScreen[None]):
    """A form with `#comes-to`, `#problem` and `#estimate` below it.

    `request()` says what is counted, if anything; `count` counts it, in a thread; `planned` shows what came.
    """

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.counted: Settled[Any, Any] = Settled(
            self, self.request, self._counting, self.planned, self._not_planned,
            seconds=SECONDS, doing="count what this comes to", ended=lambda: self.doing(""),
        )  # fmt: skip

    def request(self) -> Any:
        """Return what the form asks for; None where that cannot be right."""
        raise NotImplementedError

    def count(self, request: Any) -> Any:
        """Return what a request comes to; called in a thread."""
        raise NotImplementedError

    def planned(self, plan: Any) -> None:
        """Show what the request comes to."""
        raise NotImplementedError

    def _counting(self, request: Any) -> Any:
        if request is None:
            self.show_estimate(Content())
            return None
        self.doing(words.LOOKING)
        return lambda: self.count(request)

    def _not_planned(self, error: Exception) -> bool:
        self.show_estimate(Content())
        return self.refused(error)

    def doing(self, text: str) -> None:
        """Say what is under way; nothing when it has ended."""
        self.query_one("#comes-to", StatusLine).right = text

    def show_estimate(self, shown: Content) -> None:
        """Set what the form comes to."""
        self.query_one("#estimate", Static).update(shown)

    def refused(self, error: Exception) -> bool:
        """Show an error that the person can mend on the form; return whether it was one."""
        if isinstance(error, UserError):
            self.complain(words.refusal(error))
        return isinstance(error, UserError)

    def complain(self, text: str) -> None:
        """Set the line for problems; it stands where else the facts are, so that nothing moves."""
        self.query_one("#problem", Static).update(Content.styled(text, "bold $warning"))
        self.set_class(bool(text), "-problem")
