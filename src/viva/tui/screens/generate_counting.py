"""What the form that lets models write comes to: counted by itself while one types."""

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from viva.errors import UserError
from viva.present import generating as words
from viva.records.generating import GenerationPlan, GenerationRequest
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

SECONDS = 0.3
"""How long a form has to stay as it is before it is counted."""


class CountingScreen(VivaScreen[None]):
    """A form with `#comes-to`, `#problem` and `#estimate` below it. `request()` says what is counted, if anything.

    Never more than one count is under way: what changes meanwhile is looked at when it has ended.
    """

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._about: GenerationRequest | None = None
        self._looking = False
        self._timer: Timer | None = None

    def request(self) -> GenerationRequest | None:
        """Return what the form asks for; None where that cannot be right."""
        raise NotImplementedError

    def planned(self, plan: GenerationPlan) -> None:
        """Show what the request comes to."""
        raise NotImplementedError

    def look(self, *, soon: bool = False) -> None:
        """Count when the form has stayed as it is for a moment, or at once."""
        if self._timer is not None:
            self._timer.stop()
        if soon:
            self._look()
        else:
            self._timer = self.set_timer(SECONDS, self._look)

    def look_again(self) -> None:
        """Count at once, the same as before too."""
        self._about = None
        self.look(soon=True)

    def _look(self) -> None:
        request = self.request()
        if self._looking or (request is not None and request == self._about):
            # What is being counted is compared with the form when it has come.
            return
        self._about = request
        if request is None:
            self.show_estimate(Content())
            return
        self._looking = True
        self.doing(words.LOOKING)
        self.ask(
            lambda: self.wb.generation.plan(request),
            then=self._planned,
            otherwise=self._not_planned,
            group="plan",
            doing="count what this comes to",
        )

    def _ended(self) -> bool:
        """Note that a count has come; return whether it is out of date, and another was asked for."""
        self._looking = False
        self.doing("")
        stale = self._about is None or self.request() != self._about
        if stale:
            self._look()
        return stale

    def _planned(self, plan: GenerationPlan) -> None:
        if not self._ended():
            self.planned(plan)

    def _not_planned(self, error: Exception) -> bool:
        if self._ended():
            return True
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
