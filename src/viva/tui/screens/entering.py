"""Entering a verdict, key by key: what is typed is on disk at once, what is saved before the screen moves on."""

from abc import abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Generic, Literal, TypeVar

from viva.errors import Outdated, StoreBusy, StoreError, UserError
from viva.present.closing import SKIP_REASONS, Enter
from viva.present.track import Track
from viva.records.ids import utc_now
from viva.records.rating import Draft, RatingItem, RatingTask, Verdict
from viva.records.study import StudyState
from viva.text import display_line
from viva.tui.errors import log_error
from viva.tui.screens.after_saving import AfterSaving
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.comment import CommentScreen
from viva.tui.screens.rate_work import Brought, Claims
from viva.tui.screens.skip import SkipScreen
from viva.tui.widgets.reading import Reading
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

State = TypeVar("State", bound=Track)

PATIENCE = 2.0
"""Seconds that keys wait for the next text; what was typed for a text that comes later than that was a mistake."""
MOST_WAITING = 200
"""Keys that wait at a time."""


class EnteringScreen(VivaScreen[None], Generic[State]):
    """Forwards keys to a `Track`, which says what they do; `draw` shows it, `give` keeps a verdict."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.state: State | None = None
        self.claims = Claims(self)
        self._after = AfterSaving(self)
        self._saving = False
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()
        self._catching_up = False

    @abstractmethod
    def draw(self) -> None:
        """Show where the rater is, and what has been entered; then `catch_up`."""

    @abstractmethod
    def give(self, task: RatingTask, item: RatingItem, entry: Draft, skipped: str | None) -> Verdict:
        """Put the verdict on disk, and return it; may be called in a thread."""

    @abstractmethod
    def brought(self, brought: Brought) -> None:
        """Take what the desk has handed out."""

    @abstractmethod
    def refused(self, error: Exception) -> None:
        """Leave with a line where the study cannot be rated."""

    @abstractmethod
    def notice(self, kind: str, text: str = "") -> None:
        """Show a calm line under the title as long as it holds; no text takes it back."""

    def alive(self) -> State | None:
        """Note that somebody is there; return the state where there is an item to enter something for."""
        state = self.state
        if state is None:
            return None
        state.touch(monotonic())
        self.claims.touch()
        return state if state.item is not None and not self.busy else None

    @property
    def busy(self) -> bool:
        """Whether a verdict is being saved, or something is asked about it: nothing may be entered meanwhile."""
        return self._saving or self._after.busy

    @property
    def _held_up(self) -> bool:
        """Whether keys have to wait: a verdict is being saved, or the text that they are for is on its way."""
        return self._saving or (self.state is not None and self.state.coming)

    def _waits(self, action: Callable[[], None]) -> bool:
        """Put a key off where it has to wait, so that keys act in the order in which they were typed."""
        if not self._held_up:
            return False
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append((monotonic(), action))
        return True

    def catch_up(self) -> None:
        """Let the keys act that waited, as far as there is a text to act on."""
        if self._catching_up:
            return
        self._catching_up = True
        try:
            while self._waiting and not self._held_up:
                typed, action = self._waiting.popleft()
                if self.state is None or self.state.item is None or self.busy or monotonic() - typed > PATIENCE:
                    self._waiting.clear()
                else:
                    action()
        finally:
            self._catching_up = False

    def keep_draft(self) -> None:
        """Put what stands on the screen on disk, and draw it."""
        state = self.state
        if state is not None and state.item_id is not None:
            try:
                self.wb.desk.save_draft(state.task.study_id, state.item_id, state.draft())
            except (OSError, StoreError) as error:
                self.not_kept(error)
        self.draw()

    def not_kept(self, error: OSError | StoreError) -> None:
        """Say that the disk did not take what was entered; the screen stays as it is, and with it what was entered."""
        log_error(self.wb.paths.log, error, "keep what a rater entered")
        reason = error.message if isinstance(error, StoreError) else error.strerror or str(error)
        self.notice("disk", f"Not saved: {display_line(reason, 140)}. Leave this open and ask for help")

    def action_entry(self, change: str, *values: object) -> None:
        """Let the state take a change: the name of one of its methods, and its arguments."""
        if self._waits(lambda: self.action_entry(change, *values)):
            return
        if state := self.alive():
            getattr(state, change)(*values)
            self.keep_draft()

    def action_comment(self) -> None:
        if self._waits(self.action_comment):
            return
        self._waiting.clear()
        if (state := self.alive()) and state.task.state is not StudyState.CLOSED:
            self.app.push_screen(
                CommentScreen(state.entry.comment, self._keep_comment, f"Comment on this {state.NOUN}")
            )

    def _keep_comment(self, comment: str) -> None:
        if state := self.alive():
            state.set_comment(comment)
            self.keep_draft()

    def action_save(self) -> None:
        if self._waits(self.action_save):
            return
        state = self.alive()
        if state is None:
            return
        if state.enter() is Enter.SAVE:
            self._save(None)
        else:
            self.draw()

    def action_look(self) -> None:
        self.alive()
        self.claims.start()

    def action_skip(self) -> None:
        if self._waits(self.action_skip):
            return
        self._waiting.clear()
        if (state := self.alive()) and state.task.state is not StudyState.CLOSED:
            self.app.push_screen(SkipScreen(SKIP_REASONS, state.NOUN), self._skip)

    def _skip(self, reason: str | None) -> None:
        if reason is not None:
            self._save(reason)

    def _save(self, skipped: str | None) -> None:
        """Put the verdict on disk; only then move on. Where the store has to be asked first, a thread does it."""
        state = self.alive()
        if state is None or (item := state.item) is None:
            return
        entry = replace(state.entry, seconds=state.seconds)
        if state.saved is not None or not state.holds(utc_now()):
            self._saving = True
            self.query_one(StatusLine).text = "Saving …"
            self.ask(
                lambda: self.give(state.task, item, entry, skipped),
                then=lambda verdict: self._saved(state, verdict),
                otherwise=lambda error: self._not_saved(state, item, error),
                group="save",
                doing="save a verdict",
            )
            return
        try:
            verdict = self.give(state.task, item, entry, skipped)
        except (OSError, UserError) as error:
            self._not_saved(state, item, error)
        else:
            self._saved(state, verdict)

    def _saved(self, state: State, verdict: Verdict) -> None:
        self._saving = False
        for kind in ("disk", "lost", "note"):
            self.notice(kind)
        self.call_after_refresh(self.claims.start)
        self._after.saved(state, verdict)

    def _not_saved(self, state: State, item: RatingItem, error: Exception) -> bool:
        """Say why a verdict could not be kept: what was entered stays where it is, or as a draft."""
        self._saving = False
        # What was typed after it was meant for the next one.
        self._waiting.clear()
        if isinstance(error, StoreBusy):
            self.notice("store", f"{display_line(error.message)}; press Enter again in a moment")
        elif isinstance(error, OSError | StoreError):
            self.not_kept(error)
        elif isinstance(error, Outdated):
            self.notice("lost", "Another rater has that text by now; what you entered is kept in case it comes back")
            state.forward_from(item.item_id)
            self.claims.start()
        else:
            # Such as a study that was closed a moment ago: what holds now comes with the next look.
            self.show_error(error, "save a verdict")
            self.claims.start()
        self.draw()
        return True

    def action_guess(self) -> None:
        if state := self.alive():
            self._after.guess(state, lambda: None)

    def action_go(self, step: Literal["back", "forward"]) -> None:
        if (self._saving or self._waiting) and self._waits(lambda: self.action_go(step)):
            return
        self.alive()
        if self.state is not None and not self.busy:
            getattr(self.state, step)()
            self.draw()

    def action_reading(self, change: str) -> None:
        """Let the panes take a change: the name of one of their methods."""
        self.alive()
        getattr(self.query_one(Reading), change)()

    def action_scroll(self, move: str) -> None:
        self.alive()
        getattr(self.query_one(Reading).active, move)(animate=False)
