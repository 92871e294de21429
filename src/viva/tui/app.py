"""The workbench in a terminal: which screens there are, how one gets from one to another, and how it ends."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import Theme

from viva.errors import Forbidden, UserError
from viva.records.person import Role
from viva.tui.errors import error_text, fault_line, log_error
from viva.tui.line_filter import HarmlessText
from viva.tui.screens.base import VivaScreen
from viva.workbench import Workbench

PLACES = {
    "home": "viva.tui.screens.home:HomeScreen",
    "datasets": "viva.tui.screens.datasets:DatasetsScreen",
    "train": "viva.tui.screens.train:TrainScreen",
    "generate": "viva.tui.screens.generate:GenerateScreen",
    "judge": "viva.tui.screens.judge:JudgeScreen",
    "runs": "viva.tui.screens.runs:RunsScreen",
    "models": "viva.tui.screens.models:ModelsScreen",
    "jobs": "viva.tui.screens.jobs:JobsScreen",
    "results": "viva.tui.screens.results:ResultsScreen",
    "sql": "viva.tui.screens.sql:SqlScreen",
    "rate": "viva.tui.screens.rate:RateScreen",
    "compare": "viva.tui.screens.compare:CompareScreen",
    "desk": "viva.tui.screens.desk:DeskScreen",
    "studies": "viva.tui.screens.studies:StudiesScreen",
    "study-form": "viva.tui.screens.study_form:StudyFormScreen",
}
"""Where each screen lives; imported when it is first gone to."""
OPEN_TO = {"rate": Role.RATER, "compare": Role.RATER, "desk": Role.RATER, "studies": Role.LEAD}
"""The least role that may go to a place; all others are for engineers. What may be done, the workbench decides."""

DARK = Theme(
    name="viva-dark",
    primary="#7fb2d9",
    secondary="#9aa7b4",
    accent="#7fb2d9",
    warning="#e2b95b",
    error="#e88378",
    success="#8fc08a",
    foreground="#dfe3e8",
    background="#14171b",
    surface="#1b1f25",
    panel="#22272e",
    dark=True,
    variables={
        "muted": "#98a2ad",
        "pane-line": "#4a525c",
        "footer-key-foreground": "#7fb2d9",
        "scrollbar": "#4a525c",
        "scrollbar-background": "#14171b",
        "scrollbar-background-hover": "#14171b",
        "scrollbar-background-active": "#14171b",
    },
)
LIGHT = Theme(
    name="viva-light",
    primary="#1f5f8f",
    secondary="#5a6673",
    accent="#1f5f8f",
    warning="#8a5a00",
    error="#a3281c",
    success="#2f6b2a",
    foreground="#1d2126",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e8e5de",
    dark=False,
    variables={
        "muted": "#66645c",
        "pane-line": "#b9b4a8",
        "footer-key-foreground": "#1f5f8f",
        "scrollbar": "#b9b4a8",
        "scrollbar-background": "#fbfaf7",
        "scrollbar-background-hover": "#fbfaf7",
        "scrollbar-background-active": "#fbfaf7",
    },
)


class VivaApp(App[None]):
    """viva on a terminal; `start` is a place, or `rate:STUDY`."""

    TITLE = "viva"
    CSS_PATH = "styles/base.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit viva", show=False, priority=True, tooltip="End viva; nothing entered is lost"),
        Binding("ctrl+t", "switch_theme", "Colours", show=False, tooltip="Switch between dark and light"),
    ]

    def __init__(self, workbench: Workbench, start: str | None = None) -> None:
        self._harmless = HarmlessText()
        super().__init__()
        self.wb = workbench
        self._start = start
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name
        if os.environ.get("SSH_CONNECTION"):
            self.animation_level = "none"

    @property
    def first_place(self) -> str:
        """Where whoever is here begins: Home for engineers, their desk for leads and raters."""
        return "home" if self.wb.person.role.includes(Role.ENGINEER) else "desk"

    def get_default_screen(self) -> Screen[Any]:
        return screen_class(self.first_place)(self.wb)

    def on_mount(self) -> None:
        if self._start and self._start != self.first_place:
            place, _, name = self._start.partition(":")
            self.go(place, **({"study": name} if name else {}))

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return Textual's filters and, last, the one that makes control characters harmless."""
        return [*super().get_line_filters(), self._harmless]

    def go(self, place: str, **named: Any) -> None:
        """Show a place: the one that is open already, where nothing more is named, else a new one on top.

        A place that is not for whoever is here is refused with a line.
        """
        if place not in PLACES:
            raise ValueError(f"no such place: {place}")
        try:
            self.wb.require(OPEN_TO.get(place, Role.ENGINEER), f"go to {place.replace('-', ' ')}")
        except Forbidden as error:
            self.notify(error_text(error), severity="warning", timeout=8, markup=False)
            return
        kind = screen_class(place)
        if not named:
            for screen in reversed(self.screen_stack):
                if type(screen) is kind:
                    self._back_to(screen)
                    return
        self.push_screen(kind(self.wb, **named))

    def leave(self, screen: Screen[Any]) -> None:
        """Go back to the screen below `screen`; the first one stays."""
        if screen is self.screen and len(self.screen_stack) > 1:
            self.pop_screen()

    def _back_to(self, screen: Screen[Any]) -> None:
        while self.screen is not screen:
            self.pop_screen()

    def get_key_display(self, binding: Binding) -> str:
        """Return a key as it is written on a keyboard: `Esc`, `Ctrl+S`."""
        shown = super().get_key_display(binding)
        if len(shown) > 1 and shown.startswith("^"):
            return f"Ctrl+{shown[1:].upper()}"
        if len(shown) > 1:
            return {"pgdn": "PgDn", "pgup": "PgUp"}.get(shown, shown[:1].upper() + shown[1:])
        return shown

    def action_help(self) -> None:
        """Show the sheet of all keys of the screen."""
        from viva.tui.screens.help import HelpScreen

        if isinstance(self.screen, VivaScreen):
            self.push_screen(HelpScreen.of(self.screen))

    def action_switch_theme(self) -> None:
        """Switch between dark and light."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def get_system_commands(self, screen: Screen[Any]) -> Iterator[Any]:  # noqa: ARG002
        """Offer none: the palette would allow screenshots, which write files on the server."""
        yield from ()

    def deliver_screenshot(self, *args: Any, **named: Any) -> None:
        """Do nothing: over SSH this would write on the server."""

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Do nothing: over SSH a browser would open on the server."""

    def action_suspend_process(self) -> None:
        """Do nothing: over SSH nobody could bring the process back."""

    def _handle_exception(self, error: Exception) -> None:
        # Textual would print a traceback with local variables, which hold people's texts, to the terminal.
        log_error(self.wb.paths.log, error, "the workbench ended")
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()

    def panic(self, *renderables: Any) -> None:  # noqa: ARG002
        """End the app; what went wrong is in the log."""
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        if self._exception is None:
            super()._print_error_renderables()
            return
        self._exit_renderables.clear()
        if isinstance(self._exception, UserError):
            sys.stderr.write(f"viva: {error_text(self._exception)}\n")
        else:
            sys.stderr.write(f"viva ended: {fault_line(self._exception)}\nhint: details in {self.wb.paths.log}\n")


def screen_class(place: str) -> Callable[..., Screen[Any]]:
    """Return the class of a screen, importing its module."""
    module, name = PLACES[place].split(":")
    found: Callable[..., Screen[Any]] = getattr(import_module(module), name)
    return found
