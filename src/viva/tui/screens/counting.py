"""A form with what it comes to below it: counted by itself while one types."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
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
    """A form, a note on the field that has the focus, and below them what the form comes to, or what is wrong with it.

    `read_workspace()` reads what the form has to know, and shows it then, or `show_empty`. `request()` says what is
    counted, if anything; `count` counts it, in a thread; `planned` shows what came.
    """

    NOTES: ClassVar[Mapping[str, str]] = {}
    """What is said of each field, by its id."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.counted: Settled[Any, Any] = Settled(
            self, self.request, self._counting, self.planned, self._not_planned,
            seconds=SECONDS, doing="count what this comes to", ended=lambda: self.doing(""),
        )  # fmt: skip

    def body(self) -> ComposeResult:
        yield VerticalScroll(id="form", can_focus=False)
        yield Static(id="note", markup=False)
        yield StatusLine(id="comes-to")
        yield Static(id="problem", markup=False)
        yield Static(id="estimate", markup=False)

    def on_mount(self) -> None:
        self.query_one("#comes-to", StatusLine).text = "What it comes to"
        # Shown only when its keys work: what is typed before that would be lost.
        self.add_class("-reading")
        self.read_workspace()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self.query_one("#note", Static).update(Content(self.NOTES.get(event.widget.id or "", "")))

    @abstractmethod
    def read_workspace(self) -> None:
        """Read what the form has to know."""

    def show_empty(self, text: str) -> None:
        """Say in place of the form what must be there first."""
        self.query_one("#form").mount(Static(text, id="no-dataset", markup=False))
        self.remove_class("-reading")
        self.add_class("-empty")

    @abstractmethod
    def request(self) -> Any:
        """Return what the form asks for; None where that cannot be right."""

    @abstractmethod
    def count(self, request: Any) -> Any:
        """Return what a request comes to; called in a thread."""

    @abstractmethod
    def planned(self, plan: Any) -> None:
        """Show what the request comes to."""

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
