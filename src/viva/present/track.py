"""A rater's way through a study, without any UI: own verdicts, the items held, where one is, what has been entered.

The object holds no system, no model, no metric and no other rater's verdict; it does no input or output.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from viva.present import closing as words
from viva.present.closing import Closing, Enter, Page, Prompt, Tone
from viva.present.fetched import Fetched
from viva.present.stopwatch import Stopwatch
from viva.records.rating import Draft, PreferenceEvent, RatingItem, Served, Sitting, Verdict
from viva.records.study import StudyState

MARGIN = timedelta(seconds=1)
"""An item that is held for less than this may be lost while its verdict is saved."""
LOST_DRAFTS = 4
"""Items lost half-entered that are asked for again at a time."""
NOT_ANY_MORE = "The study is closed: verdicts can be looked at, not changed"


class Track(ABC):
    """Own verdicts, oldest first, then the items held; `item_id` is None on the page that stands in for an item.

    The base of `RatingState` and `CompareState`, which say what is entered. `entry` is what stands on the screen,
    its seconds left out.
    """

    NOUN, BACK = "text", "b"
    """What the study hands out, and the key that goes back."""
    keys: tuple[str, ...]
    """What is asked of an item, a line each."""

    def __init__(self, sitting: Sitting, now: float = 0.0) -> None:
        self.task = sitting.task
        self.rater = sitting.rater
        self._done: dict[str, Verdict] = {verdict.item_id: verdict for verdict in sitting.done}
        self._drafts = dict(sitting.drafts)
        self._served = sitting.served
        self._fetched = Fetched()
        self._watch = Stopwatch(now)
        self._saves = self._asked = self._answered = 0
        self._undo: list[tuple[Draft, int]] = []
        self._commenting = False
        self._complaint = ""
        self._looking = False
        self.cursor = 0
        self.entry = Draft()
        self.item_id: str | None = None
        self.serve(sitting.served, now)
        self._load()

    # Where the rater is

    @property
    def at_end(self) -> bool:
        """Whether a page with words stands instead of an item."""
        return self.item_id is None

    @property
    def saved(self) -> Verdict | None:
        """The last verdict saved on this item."""
        return self._done.get(self.item_id) if self.item_id is not None else None

    @property
    def held(self) -> tuple[str, ...]:
        """The items held that have no verdict yet."""
        if self.task.state is StudyState.CLOSED:
            return ()
        return tuple(lease.item_id for lease in self._served.leases if lease.item_id not in self._done)

    @property
    def order(self) -> tuple[str, ...]:
        """Everything that can be gone to; a held item that was lost stays as long as it is on the screen."""
        return tuple(dict.fromkeys([*self._done, *self.held, *([self.item_id] if self.item_id else [])]))

    @property
    def _at(self) -> int:
        order = self.order
        return len(order) if self.item_id is None else order.index(self.item_id)

    @property
    def lost(self) -> bool:
        """Whether the item on the screen has no verdict and is held no more."""
        return self.item_id is not None and self.item_id not in self._done and self.item_id not in self.held

    def holds(self, now: datetime) -> bool:
        """Whether the item on the screen is held for a while yet; `now` is in UTC."""
        return any(lease.item_id == self.item_id and lease.until - now > MARGIN for lease in self._served.leases)

    @property
    def _real(self) -> list[Verdict]:
        """The verdicts that count: those of the training round come before all others."""
        return list(self._done.values())[self.task.practice :]

    @property
    def rated(self) -> int:
        return sum(verdict.skipped is None for verdict in self._real)

    @property
    def skipped(self) -> int:
        return len(self._real) - self.rated

    @property
    def left(self) -> int:
        """How many items still need a verdict of this rater, training left out, as far as is known."""
        left = max(self._served.left - (self._saves - self._answered), len(self.held))
        return max(left - max(self.task.practice - len(self._done), 0), 0)

    def back(self) -> bool:
        """Go to the item before; return whether there is one."""
        if self._at > 0:
            return self._enter(self.order[self._at - 1])
        self._complaint = f"This is the first {self.NOUN}"
        return False

    def forward(self) -> bool:
        """Go to the item after; return whether anything changed. After the last verdict comes the page with words."""
        if self.item_id is None:
            return False
        if self.lost:
            return self._enter(next(iter(self.held), None))
        order, at = self.order, self._at + 1
        if at < len(order):
            return self._enter(order[at])
        return self.item_id not in self.held and self._enter(None)

    def forward_from(self, item_id: str) -> None:
        """Leave an item that others have now; what was entered stays as a draft."""
        leases = tuple(lease for lease in self._served.leases if lease.item_id != item_id)
        self._served = replace(self._served, leases=leases)
        if self.item_id == item_id:
            self.forward()

    @property
    def upcoming(self) -> str | None:
        """The item that saving this one leads to."""
        if self.item_id is None:
            return None
        if self.item_id in self._done:
            order, at = self.order, self._at + 1
            return order[at] if at < len(order) else None
        return next((item_id for item_id in self.held if item_id != self.item_id), None)

    # What comes from the desk

    def ask(self) -> list[str]:
        """Note that items are asked for now; return those that are to be had again where their lease has run out."""
        self._asked = self._saves
        here = [] if self.item_id is None else [self.item_id]
        lost = [item_id for item_id in self._drafts if item_id not in self.held and item_id not in here]
        wanted = dict.fromkeys([*here, *self.held, *lost[-LOST_DRAFTS:]])
        return [item_id for item_id in wanted if item_id not in self._done]

    def serve(self, served: Served, now: float) -> None:
        """Take what is held now; where there was no item, the first of them comes on the screen."""
        self._served = served
        self._answered = self._asked
        self.task = replace(self.task, state=served.state)
        if self.item_id is None and self.held:
            self._watch.begin(now)
            self._enter(self.held[0])
        elif served.state is StudyState.CLOSED and self.item_id is not None and self.item_id not in self._done:
            self._enter(None)

    @property
    def item(self) -> RatingItem | None:
        """What is to be rated; None while it is on its way, or gone."""
        return self._fetched.get(self.item_id)

    def get(self, item_id: str | None) -> RatingItem | None:
        """Return an item that has been fetched."""
        return self._fetched.get(item_id)

    @property
    def coming(self) -> bool:
        """Whether the next item is on its way."""
        if self.item_id is None:
            return self.page is Page.COMING
        return self.item is None and not self._fetched.gone(self.item_id)

    def needed(self) -> list[str]:
        """Return the ids of the items to fetch now, the most urgent first; none while enough of them are here."""
        return self._fetched.needed(self.order, self._at, self.held)

    def take(self, wanted: Sequence[str], items: Mapping[str, RatingItem]) -> None:
        """Take what came of what was asked for."""
        self._fetched.take(wanted, items, self.order, self._at, self.held)

    # What the rater enters

    @abstractmethod
    def missing(self) -> tuple[str, ...]:
        """Return the keys of the lines that still need an entry."""

    @abstractmethod
    def point_to_missing(self) -> None:
        """Put the cursor on the first line that still needs an entry, and say which ones do."""

    def _ready(self) -> bool:
        """Tell whether something can be entered now; where the study is closed, the prompt will say so."""
        self._complaint = NOT_ANY_MORE if self.task.state is StudyState.CLOSED and not self.at_end else ""
        return self.item is not None and not self._complaint

    def move(self, delta: int) -> None:
        """Move the cursor between the lines."""
        self._complaint = ""
        self._looking = True
        self.cursor = min(max(self.cursor + delta, 0), len(self.keys) - 1)

    def point_at(self, row: int) -> None:
        """Put the cursor on a line."""
        self.move(row - self.cursor)

    def toggle_flag(self) -> bool:
        """Flag the item for somebody to look at, or take the flag back."""
        return self._ready() and self._change(replace(self.entry, flagged=not self.entry.flagged))

    def set_comment(self, comment: str) -> bool:
        """Replace the comment on the item; all that is written in one go is one entry for `undo`."""
        if not self._ready():
            return False
        if self._commenting:
            self.entry = replace(self.entry, comment=comment)
            return True
        changed = self._change(replace(self.entry, comment=comment))
        self._commenting = True
        return changed

    def undo(self) -> bool:
        """Take the last entry back; return False where nothing has been entered since the item came up."""
        if not self._ready():
            return False
        self._looking = self._commenting = False
        if self._undo:
            self.entry, self.cursor = self._undo.pop()
            return True
        self._complaint = "Nothing to take back here"
        return False

    def touch(self, now: float) -> None:
        """Count the time since the last sign of life (seconds of a steady clock), unless it was a pause."""
        self._watch.touch(now, self.item.item_id if self.item is not None else None, self.seconds)

    @property
    def seconds(self) -> float:
        """Seconds spent on this item, pauses left out, earlier visits included."""
        if self.item_id is None:
            return 0.0
        earlier = self._drafts.get(self.item_id) or self._done.get(self.item_id)
        return self._watch.seconds(self.item_id, earlier.seconds if earlier else 0.0)

    @property
    def changed(self) -> bool:
        """Whether what stands on the screen differs from what was saved last."""
        return self.entry != self._whole(self.saved)

    def draft(self) -> Draft:
        """Return what has to be kept of this item until it is saved; empty where nothing has."""
        return replace(self.entry, seconds=round(self.seconds, 1)) if self.changed else Draft()

    # Saving

    def enter(self) -> Enter:
        """Take the Enter key; return what is left for the screen to do."""
        if self.item_id is None:
            return Enter.TRY if self.page in (Page.ELSEWHERE, Page.PAUSED) else Enter.NOTHING
        if self.saved is not None and not self.changed:
            self.forward()
        elif self._ready():
            if not self.missing():
                return Enter.SAVE
            self.point_to_missing()
        return Enter.NOTHING

    def record(self, verdict: Verdict) -> bool:
        """Take note of a saved verdict on the item on the screen, which stays there; return whether it is its first."""
        new = verdict.item_id not in self._done
        self._saves += new
        self._done[verdict.item_id] = verdict
        self._drafts.pop(verdict.item_id, None)
        self._watch.forget(verdict.item_id)
        self._load()
        return new

    def go_on(self, new: bool) -> None:
        """Leave a saved item: a new verdict leads to the next item held, a revised one to the one after it."""
        if new:
            self._enter(next(iter(self.held), None))
        else:
            self.forward()

    @property
    def can_guess(self) -> bool:
        """Whether it is asked who wrote the text on the screen."""
        if not self.task.options.guess or self.task.state is StudyState.CLOSED or (self.item and self.item.practice):
            return False
        return self.saved is not None and self.saved.skipped is None

    # What the screen says

    def progress(self) -> str:
        """Return `12 rated · 26 left · about 18 min`; without a time as long as nobody can know it."""
        closed = self.task.state is StudyState.CLOSED
        if len(self._done) < self.task.practice and not closed:
            return words.training_line(len(self._done), self.task.practice, self.left)
        seconds = [verdict.seconds for verdict in self._real if verdict.skipped is None]
        return words.progress_line(self.rated, self.left, seconds, closed=closed)

    def prompt(self) -> Prompt:
        """Return the line that says what to do now."""
        if self.at_end:
            return Prompt("")
        if self.item is None:
            return Prompt("Fetching the text …" if self.coming else "This text is no longer in the study: n goes on")
        if self._complaint:
            return Prompt(self._complaint, Tone.ALERT)
        if self.lost:
            return Prompt("Somebody else may have this text by now. What you entered is kept; n goes on", Tone.QUIET)
        if self.saved is not None and not self.changed and not self._looking:
            return words.saved_prompt(self.saved.skipped, closed=self.task.state is StudyState.CLOSED)
        return self._asks()

    @abstractmethod
    def _asks(self) -> Prompt:
        """Return what is to be entered at the cursor."""

    def marks(self) -> str:
        """Return what is to be known of the item beside its texts: `practice · flagged · comment`."""
        return words.marks_line(self.item, self.entry)

    @property
    def page(self) -> Page:
        """What stands there where there is no item."""
        if self.task.state is StudyState.CLOSED:
            return Page.CLOSED
        if self._saves > self._answered:
            return Page.COMING
        if not self.left:
            return Page.FINISHED if self._done else Page.NOTHING
        return Page.PAUSED if self.task.state is StudyState.PAUSED else Page.ELSEWHERE

    def closing(self) -> Closing:
        """Return the words of the page that stands there where there is no item."""
        return words.closing(self.page, self.rated, self.skipped, self.left, noun=self.NOUN, back=self.BACK)

    # Inside

    def _change(self, entry: Draft, *, cursor: int | None = None) -> bool:
        """Put another entry on the screen, so that `undo` can take it back."""
        if entry != self.entry:
            self._undo.append((self.entry, self.cursor))
        self.entry = entry
        self.cursor = self.cursor if cursor is None else cursor
        self._looking = self._commenting = False
        return True

    def _enter(self, item_id: str | None) -> bool:
        self._remember()
        self.item_id = item_id
        self._load()
        return True

    def _remember(self) -> None:
        """Keep what was entered for the item that is left, as is done on disk."""
        if self.item_id is None:
            return
        draft = self.draft()
        if draft.empty:
            self._drafts.pop(self.item_id, None)
        else:
            self._drafts[self.item_id] = draft

    def _load(self) -> None:
        """Put on the screen what is known of the item: the draft before what was saved."""
        self._complaint = ""
        self._looking = self._commenting = False
        self._undo.clear()
        draft = self._drafts.get(self.item_id) if self.item_id is not None else None
        self.entry = self._known(replace(draft, seconds=0.0)) if draft else self._whole(self.saved)
        self.cursor = next((at for at, key in enumerate(self.keys) if key in self.missing()), 0)

    def _whole(self, verdict: Verdict | None) -> Draft:
        """Return what a verdict would look like if it had just been entered."""
        if verdict is None:
            return Draft()
        if isinstance(verdict, PreferenceEvent):
            entry = Draft(comment=verdict.comment, flagged=verdict.flagged, choices=dict(verdict.choices))
        else:
            entry = Draft(dict(verdict.values), verdict.comment, verdict.flagged)
        return self._known(entry)

    @abstractmethod
    def _known(self, entry: Draft) -> Draft:
        """Return an entry without what this study does not ask."""
