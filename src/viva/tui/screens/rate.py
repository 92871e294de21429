"""Rating, blind and with single keys: the screen only draws a `RatingState` and forwards keys to it."""

from collections.abc import Sequence
from time import monotonic
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from viva.errors import NotFound, StoreBusy
from viva.present.rating import SKIP_REASONS, RatingState
from viva.present.rubric import rubric_sections
from viva.records.study import RatingItem
from viva.text import display_line
from viva.tui.errors import log_error
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.comment import CommentScreen
from viva.tui.screens.rate_keys import RATING_KEYS
from viva.tui.screens.rate_work import RETRY, Delivery, Texts
from viva.tui.screens.skip import SkipScreen
from viva.tui.widgets.criteria import Criteria, LevelGuide
from viva.tui.widgets.reading import Reading
from viva.tui.widgets.status import StatusLine
from viva.tui.widgets.text_layout import lay_out
from viva.workbench import Workbench


class RateScreen(VivaScreen[None]):
    """One text after the other, until the study's last."""

    TITLE = "Rate"
    CSS_PATH = "../styles/rate.tcss"
    AUTO_FOCUS = ""
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = RATING_KEYS

    def __init__(self, workbench: Workbench, study: str | None = None) -> None:
        super().__init__(workbench)
        self.state: RatingState | None = None
        self._study_name = study
        self._texts = Texts(self, self._draw)
        self._delivery = Delivery(self)
        self._drawn: str | None = None

    def body(self) -> ComposeResult:
        yield Static(id="notice", markup=False)
        yield Reading()
        yield Static(id="closing", markup=False)
        with Vertical(id="bottom"):
            yield Criteria()
            yield StatusLine()
            yield LevelGuide()

    def on_mount(self) -> None:
        self.query_one(StatusLine).text = "Fetching the texts …"
        self._open()
        self._delivery.start()

    def _open(self) -> None:
        self.ask(self._fetch_study, then=self._begin, otherwise=self._refused, group="study")

    def _fetch_study(self) -> tuple[RatingState, list[str], dict[str, RatingItem]]:
        """Fetch the queue and the first texts, in a thread; laying out a word loads what rendering needs."""
        rater = self.wb.settings.rater_name
        name = self._study_name or self._first_study(rater)
        state = RatingState(self.wb.ratings.queue(name, rater), monotonic())
        wanted = state.wanted(())
        items = self.wb.ratings.items(state.study.name, wanted)
        lay_out("word", 40, rendered=True)
        return state, wanted, items

    def _first_study(self, rater: str) -> str:
        found = self.wb.studies.progress(rater)
        if not found:
            raise NotFound("there is no study to rate yet", "`viva study create` makes one")
        return next((progress.study.name for progress in found if progress.left), found[0].study.name)

    def _begin(self, fetched: tuple[RatingState, list[str], dict[str, RatingItem]]) -> None:
        self.state, wanted, items = fetched
        self._texts.add(wanted, items)
        self.title = f"Rate {self.state.study.name}"
        self._draw()

    def _refused(self, error: Exception) -> bool:
        """Wait where the store is busy; leave where the study cannot be opened."""
        if isinstance(error, StoreBusy):
            self.notice(f"{display_line(error.message)}; trying again")
            self.set_timer(RETRY, self._open)
        else:
            self.show_error(error, "open a study")
            self.action_leave()
        return True

    # Drawing

    def notice(self, text: str) -> None:
        """Show a calm line under the title, until it is replaced."""
        notice = self.query_one("#notice", Static)
        notice.update(Content(text))
        notice.set_class(bool(text), "-there")

    def _draw(self) -> None:
        state = self.state
        if state is None:
            return
        self.sub_title = state.progress()
        if self.has_class("-finished") != state.at_end:
            self.set_class(state.at_end, "-finished")
            self.refresh_bindings()
        if state.at_end:
            self._drawn = None
            title, lines = state.closing()
            self.query_one("#closing", Static).update(Content.assemble((title, "bold"), "\n\n", "\n\n".join(lines)))
        else:
            self._draw_item(state)
        self._texts.fetch_ahead(state)

    def _draw_item(self, state: RatingState) -> None:
        item = self._texts.get(state.item_id)
        if self._drawn != (item.item_id if item else None):
            self._drawn = item.item_id if item else None
            self.query_one(Reading).show(item)
            self._texts.prepare(state.upcoming)
        self.query_one(Criteria).show(state.rows())
        self.query_one(LevelGuide).show(state.levels(), max(len(criterion.levels) for criterion in state.criteria))
        status, prompt = self.query_one(StatusLine), state.prompt()
        status.text, status.tone, status.right = prompt.text, prompt.tone, state.marks()
        if item is None:
            gone = self._texts.gone(state.item_id)
            status.text = "This text is no longer in the study: n goes on" if gone else "Fetching the text …"

    def help_sections(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        """Return the level descriptions of the rubric."""
        return () if self.state is None else rubric_sections(self.state.criteria)

    def more_keys(self) -> Sequence[tuple[str, str]]:
        """Return the digits that count here."""
        return (
            () if self.state is None else ((self.state.extent(), "Give the criterion this value and go to the next"),)
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell which keys count: on the page after the last text only those that lead away from it."""
        if self.state is None or not self.state.at_end:
            return True
        if action == "go":
            return parameters == ("back",) or (parameters == ("next_open",) and self.state.left > 0)
        return action not in ("save", "skip", "comment", "entry", "reading", "scroll")

    # Keys

    def _alive(self) -> RatingState | None:
        """Note that somebody is there; return the state where there is a text to rate."""
        if self.state is None:
            return None
        self.state.touch(monotonic())
        return self.state if self._texts.get(self.state.item_id) is not None else None

    def _keep_draft(self) -> None:
        state = self.state
        if state is not None and state.item_id is not None:
            try:
                self.wb.ratings.save_draft(state.study.study_id, state.rater, state.item_id, state.draft())
            except OSError as error:
                self._not_kept(error)
        self._draw()

    def _not_kept(self, error: OSError) -> None:
        """Say that the disk did not take what was entered; the screen stays as it is, and with it what was entered."""
        log_error(self.wb.paths.log, error, "keep what a rater entered")
        self.notice(f"Not saved: {display_line(error.strerror or str(error), 80)}. Leave this open and ask for help")

    def action_entry(self, change: str, *values: int) -> None:
        """Let the state take a change: the name of one of its methods, and its arguments."""
        if state := self._alive():
            getattr(state, change)(*values)
            self._keep_draft()

    def on_criteria_picked(self, message: Criteria.Picked) -> None:
        if state := self._alive():
            state.point_at(message.row)
            if message.value is not None:
                state.set_value(message.value)
            self._keep_draft()

    def action_comment(self) -> None:
        if state := self._alive():
            self.app.push_screen(CommentScreen(state.comment, self._keep_comment))

    def _keep_comment(self, comment: str) -> None:
        if state := self._alive():
            state.set_comment(comment)
            self._keep_draft()

    def action_save(self) -> None:
        state = self._alive()
        if state is None:
            return
        if state.saved is not None and not state.changed:
            self.action_go("forward")
        elif state.missing():
            state.point_to_missing()
            self._draw()
        else:
            self._save(None)

    def action_skip(self) -> None:
        if self._alive():
            self.app.push_screen(SkipScreen(SKIP_REASONS), self._skip)

    def _skip(self, reason: str | None) -> None:
        if reason is not None:
            self._save(reason)

    def _save(self, skipped: str | None) -> None:
        """Put the verdict on disk; only then move on."""
        state = self._alive()
        if state is None or state.item_id is None:
            return
        try:
            event = self.wb.ratings.save(
                state.study, state.item_id, state.rater, {} if skipped else state.values,
                comment=state.comment, flagged=state.flagged, seconds=state.seconds, skipped=skipped,
            )  # fmt: skip
        except OSError as error:
            self._not_kept(error)
            return
        state.record(event)
        self._draw()
        self.call_after_refresh(self._delivery.start)

    def action_go(self, step: Literal["back", "forward", "next_open"]) -> None:
        self._alive()
        if self.state is not None:
            getattr(self.state, step)()
            self._draw()

    def action_reading(self, change: str) -> None:
        """Let the panes take a change: the name of one of their methods."""
        self._alive()
        getattr(self.query_one(Reading), change)()

    def action_scroll(self, move: str) -> None:
        self._alive()
        getattr(self.query_one(Reading).active, move)(animate=False)
