"""What the screens for rating and for comparing share: one item after the other, until nothing is left to rate."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from viva.errors import NotFound, StoreBusy
from viva.present.closing import Page
from viva.present.rubric import rubric_sections
from viva.records.rating import RatingTask
from viva.records.study import StudyMode, StudyState
from viva.text import display_line
from viva.tui.screens.entering import EnteringScreen, State
from viva.tui.screens.leaving import Leaving
from viva.tui.screens.rate_work import RETRY, Brought, Texts
from viva.tui.widgets.reading import Reading
from viva.tui.widgets.status import StatusLine
from viva.tui.widgets.text_layout import lay_out
from viva.tui.widgets.text_pane import TextPane
from viva.workbench import Workbench

NOTICES = ("disk", "lost", "store", "note")
"""What can be said under the title, the most urgent first."""


def screen_for(task: RatingTask) -> "type[SittingScreen[Any]]":
    """Return the screen on which a study is rated."""
    if task.mode is StudyMode.PAIRWISE:
        from viva.tui.screens.compare import CompareScreen

        return CompareScreen
    from viva.tui.screens.rate import RateScreen

    return RateScreen


class SittingScreen(EnteringScreen[State]):
    """Draws a `Track` and forwards keys to it; `study` is the first one with something left where it is not named."""

    CSS_PATH = "../styles/rate.tcss"
    AUTO_FOCUS = ""
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]
    MODE: ClassVar[StudyMode]
    state_class: Callable[..., State]

    def __init__(self, workbench: Workbench, study: str | None = None) -> None:
        super().__init__(workbench)
        self._study_name = study
        self._texts = Texts(self)
        self._leaving = Leaving(self)
        self._notices: dict[str, str] = {}
        self._drawn: tuple[str, ...] | None = None
        self._keys: tuple[object, ...] = ()

    def body(self) -> ComposeResult:
        yield Static(id="notice", markup=False)
        yield Reading(pair=self.MODE is StudyMode.PAIRWISE)
        yield Static(id="closing", markup=False)
        with Vertical(id="bottom"):
            yield from self.entry_widgets()

    # What the two screens have of their own

    @abstractmethod
    def entry_widgets(self) -> Sequence[Widget]:
        """Return what stands below the texts, a `StatusLine` among it."""

    @abstractmethod
    def draw_entry(self, state: State) -> None:
        """Draw what has been entered."""

    # Beginning and leaving

    def on_mount(self) -> None:
        self.query_one(StatusLine).text = "Fetching the texts …"
        for pane in self.query(TextPane):
            # Who reads with the wheel of a mouse is there, too.
            self.watch(pane, "scroll_y", self._scrolled, init=False)
        self._leaving.watch()
        self._open()

    def _scrolled(self) -> None:
        self.alive()

    def _open(self) -> None:
        self.ask(self._fetch, then=self._begin, otherwise=self._not_opened, group="study", doing="open a study")

    def _fetch(self) -> tuple[RatingTask, State | None]:
        """Sit down, and fetch the first texts, in a thread; laying out a word loads what rendering needs."""
        desk = self.wb.desk
        sitting = desk.sit_down(self._study_name or self._first_study())
        if sitting.task.mode is not self.MODE:
            return sitting.task, None
        state = self.state_class(sitting, monotonic())
        state.take([lease.item_id for lease in sitting.served.leases], sitting.served.items)
        if wanted := state.needed():
            state.take(wanted, desk.items(state.task.study_id, wanted))
        lay_out("word", 40, rendered=True)
        return state.task, state

    def _first_study(self) -> str:
        found = self.wb.desk.tasks()
        if not found:
            raise NotFound("there is no study to rate yet", "whoever runs the studies has to let you in")
        waiting = (each for each in found if each.left and each.task.state is StudyState.OPEN)
        return next(waiting, found[0]).task.name

    def _begin(self, fetched: tuple[RatingTask, State | None]) -> None:
        task, state = fetched
        if state is None:
            self.app.switch_screen(screen_for(task)(self.wb, task.name))
            return
        self.state = state
        self.title = f"{self.TITLE} {display_line(task.name)}"
        self.notice("store")
        self.notice("note", "" if state.rated or state.skipped else display_line(task.options.note, 400))
        self.claims.watch()
        self.draw()

    def _not_opened(self, error: Exception) -> bool:
        if isinstance(error, StoreBusy):
            self.notice("store", f"{display_line(error.message)}; trying again")
            self.set_timer(RETRY, self._open)
            return True
        self.refused(error)
        return True

    def refused(self, error: Exception) -> None:
        """Leave with a line where the study cannot be rated."""
        self.show_error(error, "open a study")
        self.action_leave()

    async def on_unmount(self) -> None:
        await self._leaving.release()

    # Drawing

    def notice(self, kind: str, text: str = "") -> None:
        """Show a calm line under the title as long as it holds, the most urgent first; no text takes it back."""
        self._notices[kind] = text
        said = next((self._notices[known] for known in NOTICES if self._notices.get(known)), "")
        notice = self.query_one("#notice", Static)
        notice.update(Content(said))
        notice.set_class(bool(said), "-there")

    def brought(self, brought: Brought) -> None:
        """Take what the desk has handed out."""
        if self.state is not None:
            served, wanted, items = brought
            self.state.take(wanted, items)
            self.state.serve(served, monotonic())
            self.draw()

    def draw(self) -> None:
        """Show where the rater is, and what has been entered."""
        state = self.state
        if state is None:
            return
        self.sub_title = state.progress()
        self.set_class(state.at_end, "-finished")
        if state.at_end:
            page = state.closing()
            words = Content.assemble((page.title, "bold"), "\n\n", "\n\n".join(page.lines))
            self.query_one("#closing", Static).update(words)
        else:
            self.draw_entry(state)
            prompt, status = state.prompt(), self.query_one(StatusLine)
            status.text, status.tone, status.right = prompt.text, prompt.tone, state.marks()
        drawn = (state.item_id or "", state.item.item_id if state.item else "", state.page if state.at_end else "")
        if drawn != self._drawn:
            self._drawn = drawn
            self.query_one(Reading).show(state.item)
        self._texts.prepare(state.upcoming)
        keys = (state.at_end, state.page, state.can_guess, bool(state.order))
        if keys != self._keys:
            self._keys = keys
            self.refresh_bindings()
        self._texts.fetch()
        self.catch_up()

    def help_sections(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        """Return what raters were told, and the level descriptions of the rubric."""
        if self.state is None:
            return ()
        note = self.state.task.options.note
        about = [("About this study", [("", display_line(note))])] if note.strip() else []
        return (*about, *rubric_sections(self.state.task.rubric.criteria))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell which keys count now: on a page without an item only those that lead away from it."""
        state = self.state
        if action == "look":
            return state is not None and state.at_end and state.page in (Page.ELSEWHERE, Page.PAUSED)
        if action == "guess":
            return state is not None and state.can_guess
        if state is None or not state.at_end or state.coming:
            return True
        if action == "go":
            return parameters == ("back",) and bool(state.order)
        return action not in ("save", "skip", "comment", "entry", "reading", "scroll")
