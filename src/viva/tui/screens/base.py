"""What every screen has: the workbench, work in threads, one way of showing errors, a title line and a footer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message_pump import MessagePump
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.worker import Worker, WorkerState

from viva.errors import UserError
from viva.records.person import Role
from viva.tui.errors import error_text, log_error
from viva.tui.widgets.status import KeysFooter, TitleLine
from viva.workbench import Workbench

if TYPE_CHECKING:
    from viva.tui.app import VivaApp

T = TypeVar("T")


@dataclass
class _Call:
    """A call under way: its group, its number in that group, and who gets the result."""

    group: str
    number: int
    doing: str
    then: Callable[[Any], None] | None
    otherwise: Callable[[Exception], bool | None] | None


class AsksWorkbench(MessagePump):
    """Calls the workbench in threads; mixed into screens."""

    wb: Workbench

    def _prepare(self, workbench: Workbench) -> None:
        self.wb = workbench
        self._latest: dict[str, int] = {}
        self._calls: dict[Worker[Any], _Call] = {}

    def ask(
        self,
        call: Callable[..., T],
        *args: Any,
        then: Callable[[T], None] | None = None,
        otherwise: Callable[[Exception], bool | None] | None = None,
        group: str = "load",
        doing: str = "",
        **named: Any,
    ) -> Worker[T]:
        """Run a call of the workbench in a thread and hand its result to `then`, on the event loop.

        A later call of the same group makes the result of an earlier one stale: it is dropped, and so is its
        error. `otherwise` may deal with an error and return True; any other error is shown and logged.
        Name a workbench call by a lambda where reaching it would load the database library:
        `self.ask(lambda: self.wb.datasets.list(), then=self.show)`.
        """
        number = self._latest.get(group, 0) + 1
        self._latest[group] = number
        node = cast("Screen[Any]", self)
        worker: Worker[T] = node.run_worker(
            partial(call, *args, **named),
            name=group,
            group=group,
            description=doing or group,
            thread=True,
            exit_on_error=False,
        )
        self._calls[worker] = _Call(group, number, doing or group, then, otherwise)
        return worker

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Hand over what a call brought, unless a later call has made it stale."""
        if event.state in (WorkerState.PENDING, WorkerState.RUNNING):
            return
        call = self._calls.pop(event.worker, None)
        if call is None or self._latest.get(call.group) != call.number:
            return
        if event.state is WorkerState.SUCCESS:
            if call.then is not None:
                call.then(event.worker.result)
            return
        error = event.worker.error
        if event.state is WorkerState.ERROR and isinstance(error, Exception):
            dealt_with = call.otherwise is not None and call.otherwise(error)
            if not dealt_with:
                self.show_error(error, call.doing)

    def show_error(self, error: Exception, doing: str = "") -> None:
        """Show an error as one line with its hint; what viva did not expect also goes to the log."""
        expected = isinstance(error, UserError)
        if not expected:
            log_error(self.wb.paths.log, error, doing)
        self.app.notify(error_text(error), severity="warning" if expected else "error", timeout=8, markup=False)

    def say(self, text: str) -> None:
        """Show a line for a few seconds; `text` is never read as markup."""
        self.app.notify(text, timeout=4, markup=False)


class VivaScreen(AsksWorkbench, Screen[ScreenResultType]):
    """A full screen: `body()` is what stands between the title line and the footer.

    `TITLE` names the screen; `self.sub_title` is what the title line says at its right end.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", tooltip="Close this and go back"),
        Binding("question_mark", "app.help", "Help", key_display="?", tooltip="This sheet: all keys of the screen"),
    ]

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self._prepare(workbench)

    @property
    def viva(self) -> "VivaApp":
        """The app, by its own type."""
        return cast("VivaApp", self.app)

    def compose(self) -> ComposeResult:
        # A folder's name may tell what is compared in it.
        named = self.wb.person.role.includes(Role.LEAD)
        yield TitleLine((self.wb.paths.root.name or str(self.wb.paths.root)) if named else "")
        yield from self.body()
        yield KeysFooter()

    def body(self) -> ComposeResult:
        """Yield the widgets of this screen."""
        yield from ()

    def help_sections(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        """Return what the help sheet says below the keys: titles, each with lines in two columns."""
        return ()

    def more_keys(self) -> Sequence[tuple[str, str]]:
        """Return keys for the head of the help sheet that cannot be read from the bindings."""
        return ()

    def action_leave(self) -> None:
        """Go back to the screen below, if there is one."""
        self.viva.leave(self)


class VivaModal(AsksWorkbench, ModalScreen[ScreenResultType]):
    """A small window over a screen."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self._prepare(workbench)
