"""A rater's way through a study, without any UI: where they are, what they have entered, what the screen says of it.

The object holds no system, no model, no metric and no other rater's verdict; it does no input or output.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from viva.present.rubric import CriterionRow, Level, criterion_name, criterion_rows, extent, level_text, levels
from viva.records.rubric import Criterion
from viva.records.study import Draft, RatingEvent, RatingQueue
from viva.text import display_line, plural

IDLE = 60.0
"""Seconds without a key after which a rater is taken to be elsewhere: such a gap does not count."""
WINDOW = 8
"""How many items are fetched ahead."""
NEAR = 4
"""When fewer than these are there, the next window is fetched."""
SKIP_REASONS = ("not my field", "text is broken or empty", "need more context")


class Tone(StrEnum):
    """How a line is meant."""

    QUIET = "quiet"
    NORMAL = "normal"
    READY = "ready"
    ALERT = "alert"


@dataclass(frozen=True)
class Prompt:
    """What the rater is told to do now."""

    text: str
    tone: Tone = Tone.NORMAL


class RatingState:
    """The state of the rating screen. `index` equals the number of items on the closing page."""

    def __init__(self, queue: RatingQueue, now: float = 0.0) -> None:
        self.study = queue.study
        self.rater = queue.rater
        self.criteria: tuple[Criterion, ...] = queue.study.rubric.criteria
        self.item_ids = queue.item_ids
        known = set(queue.item_ids)
        self._done = {item_id: event for item_id, event in queue.done.items() if item_id in known}
        self._drafts = {item_id: draft for item_id, draft in queue.drafts.items() if item_id in known}
        self._seconds: dict[str, float] = {}
        self._seen = now
        self._complaint = ""
        self._looking = False
        self.cursor = 0
        self.values: dict[str, int] = {}
        self.comment = ""
        self.flagged = False
        self.index = self._open_from(0)
        self._load()

    # Where the rater is

    @property
    def item_id(self) -> str | None:
        """The item on the screen; None on the closing page."""
        return self.item_ids[self.index] if self.index < len(self.item_ids) else None

    @property
    def at_end(self) -> bool:
        return self.item_id is None

    @property
    def saved(self) -> RatingEvent | None:
        """The last verdict saved on this item."""
        return self._done.get(self.item_id) if self.item_id is not None else None

    @property
    def rated(self) -> int:
        return sum(event.skipped is None for event in self._done.values())

    @property
    def skipped(self) -> int:
        return len(self._done) - self.rated

    @property
    def left(self) -> int:
        return len(self.item_ids) - len(self._done)

    def back(self) -> bool:
        """Go to the item before; return whether there is one."""
        return self._step(-1)

    def forward(self) -> bool:
        """Go to the item after, from the last one to the closing page; return whether anything changed."""
        return self._step(1)

    def next_open(self) -> None:
        """Go to the next item that is neither rated nor skipped, the closing page where none is left."""
        self._enter(self._open_from(self.index + 1))

    @property
    def upcoming(self) -> str | None:
        """The item that saving this one would lead to."""
        index = self.index + 1 if self.saved is not None else self._open_from(self.index + 1)
        return self.item_ids[index] if index < len(self.item_ids) else None

    def wanted(self, known: Collection[str]) -> list[str]:
        """Return the ids of items to fetch now, the most urgent first; none while enough of them are known."""
        around = [self.index, self.index + 1, self.index - 1]
        count = len(self.item_ids)
        ahead = [(self.index + offset) % count for offset in range(1, count)] if count else []
        unrated = [index for index in ahead if self.item_ids[index] not in self._done][:WINDOW]
        ids = dict.fromkeys(self.item_ids[index] for index in [*around, *unrated] if 0 <= index < count)
        missing = [item_id for item_id in ids if item_id not in known]
        urgent = {self.item_ids[index] for index in [*around, *unrated[:NEAR]] if 0 <= index < count}
        return missing if urgent.intersection(missing) else []

    # What the rater enters

    @property
    def criterion(self) -> Criterion:
        """The criterion under the cursor."""
        return self.criteria[self.cursor]

    def set_value(self, value: int) -> bool:
        """Give the current criterion a value and move on; return False where its scale has no such value."""
        if self.at_end:
            return False
        if not self.criterion.accepts(value):
            self._complaint = f"{criterion_name(self.criterion)} goes from {extent(self.criterion)}, not {value}"
            return False
        self.values = {**self.values, self.criterion.name: value}
        self.move(1)
        self._looking = False
        return True

    def nudge(self, delta: int) -> bool:
        """Raise or lower the current criterion's value by one and stay there."""
        if self.at_end:
            return False
        criterion = self.criterion
        start = criterion.lowest - 1 if delta > 0 else criterion.highest + 1
        value = self.values.get(criterion.name, start) + delta
        if not criterion.accepts(value):
            return False
        self.values = {**self.values, criterion.name: value}
        self._complaint = ""
        return True

    def clear(self) -> None:
        """Take the current criterion's value back; where it has none, that of the criterion above."""
        if self.at_end:
            return
        self._complaint = ""
        if self.criterion.name not in self.values and self.cursor > 0:
            self.cursor -= 1
        self.values = {name: value for name, value in self.values.items() if name != self.criterion.name}

    def move(self, delta: int) -> None:
        """Move the cursor between the criteria."""
        self._complaint = ""
        self._looking = True
        self.cursor = min(max(self.cursor + delta, 0), len(self.criteria) - 1)

    def point_at(self, row: int) -> None:
        """Put the cursor on a criterion."""
        self.move(row - self.cursor)

    def toggle_flag(self) -> None:
        """Flag the item for somebody to look at, or take the flag back."""
        self._complaint = ""
        self.flagged = not self.flagged

    def set_comment(self, comment: str) -> None:
        """Replace the comment on the item."""
        self._complaint = ""
        self.comment = comment

    def touch(self, now: float) -> None:
        """Count the time since the last sign of life (seconds of a steady clock), unless it was a pause."""
        gap, self._seen = now - self._seen, now
        if self.item_id is not None and 0 < gap <= IDLE:
            self._seconds[self.item_id] = self.seconds + gap

    @property
    def seconds(self) -> float:
        """Seconds spent on this item, pauses left out, earlier visits included."""
        if self.item_id is None:
            return 0.0
        earlier = self._drafts.get(self.item_id) or self._done.get(self.item_id)
        return self._seconds.get(self.item_id, earlier.seconds if earlier else 0.0)

    def missing(self) -> tuple[str, ...]:
        """Return the names of the criteria that have no value yet."""
        return tuple(criterion.name for criterion in self.criteria if criterion.name not in self.values)

    @property
    def changed(self) -> bool:
        """Whether what stands on the screen differs from what was saved last."""
        entered = (self.values, self.comment, self.flagged)
        event = self.saved
        return entered != ((event.values, event.comment, event.flagged) if event else ({}, "", False))

    def draft(self) -> Draft:
        """Return what has to be kept of this item until it is saved; empty where nothing has."""
        if not self.changed:
            return Draft()
        return Draft(dict(self.values), self.comment, self.flagged, round(self.seconds, 1))

    # Saving

    def point_to_missing(self) -> None:
        """Put the cursor on the first criterion without a value, and say which ones have none."""
        missing = self.missing()
        if not missing:
            return
        self.cursor = next(i for i, criterion in enumerate(self.criteria) if criterion.name == missing[0])
        names = ", ".join(criterion_name(criterion) for criterion in self.criteria if criterion.name in missing)
        self._complaint = f"Still missing: {names} (s skips the whole item)"

    def record(self, event: RatingEvent) -> None:
        """Take note of a saved verdict on this item, and go on: a revised item leads to the one after it,
        a new verdict to the next that is open."""
        revised = event.item_id in self._done
        self._done[event.item_id] = event
        self._drafts.pop(event.item_id, None)
        self._seconds.pop(event.item_id, None)
        self._load()
        if revised:
            self.forward()
        else:
            self.next_open()

    # What the screen says

    def progress(self) -> str:
        """Return `12 of 38 · 11 rated · 1 skipped`."""
        where = plural(len(self.item_ids), "item") if self.at_end else f"{self.index + 1:,} of {len(self.item_ids):,}"
        parts = [where, f"{self.rated:,} rated"]
        if self.skipped:
            parts.append(f"{self.skipped:,} skipped")
        return " · ".join(parts)

    def prompt(self) -> Prompt:
        """Return the line that says what to do now."""
        if self.at_end:
            return Prompt("")
        if self._complaint:
            return Prompt(self._complaint, Tone.ALERT)
        value = self.values.get(self.criterion.name)
        if self._looking and value is not None and (level := level_text(self.criterion, value)):
            return Prompt(f"{criterion_name(self.criterion)} {value}: {level}")
        event = self.saved
        if event is not None and not self.changed:
            if event.skipped is not None:
                return Prompt(f"Skipped: {display_line(event.skipped, 60)}. Rate it to take that back", Tone.QUIET)
            return Prompt("Saved. Change what you like, Enter goes on", Tone.QUIET)
        if not self.missing():
            what = "save the change" if event is not None else "save"
            return Prompt(f"Enter: {what} and go on", Tone.READY)
        return Prompt(
            f"{criterion_name(self.criterion)}, type {extent(self.criterion)}: {display_line(self.criterion.question)}"
        )

    def marks(self) -> str:
        """Return what else has been attached to the item: `flagged · comment`."""
        return " · ".join(
            mark for mark, there in (("flagged", self.flagged), ("comment", bool(self.comment.strip()))) if there
        )

    def rows(self) -> tuple[CriterionRow, ...]:
        """Return the criteria, a line each."""
        return criterion_rows(self.criteria, self.values, self.cursor)

    def levels(self) -> tuple[Level, ...]:
        """Return the described values of the current criterion, highest first."""
        return levels(self.criterion, self.values.get(self.criterion.name))

    def extent(self) -> str:
        """Return the values that the criteria take: `0–5`."""
        return " ".join(dict.fromkeys(extent(criterion) for criterion in self.criteria))

    def closing(self) -> tuple[str, tuple[str, ...]]:
        """Return the headline and the lines of the page after the last item."""
        if not self.item_ids:
            return "There is nothing to rate here", ("This study holds no texts yet.", "Esc leaves.")
        done = f"You rated {plural(self.rated, 'text')}" + (f" and skipped {self.skipped:,}." if self.skipped else ".")
        if self.left:
            return f"{plural(self.left, 'text')} still to rate", (done, "Enter goes to the first of them.")
        return "That was the last one. Thank you.", (
            done,
            "Every rating is saved. To change one, go back to it with b, enter the new value and press Enter.",
            "Esc leaves.",
        )

    # Inside

    def _step(self, delta: int) -> bool:
        target = min(max(self.index + delta, 0), len(self.item_ids))
        if target == self.index:
            return False
        self._enter(target)
        return True

    def _open_from(self, start: int) -> int:
        """Return the index of the first open item from `start` on, then of those before it, else the closing page."""
        count = len(self.item_ids)
        order = [*range(min(start, count), count), *range(min(start, count))]
        return next((index for index in order if self.item_ids[index] not in self._done), count)

    def _enter(self, index: int) -> None:
        self._remember()
        self.index = index
        self._load()

    def _remember(self) -> None:
        """Keep what was entered for the item that is left, as `save_draft` does on disk."""
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
        self._looking = False
        item_id = self.item_id
        source = (self._drafts.get(item_id) or self._done.get(item_id)) if item_id is not None else None
        names = {criterion.name for criterion in self.criteria}
        entered = source.values if source else {}
        self.values = {name: value for name, value in entered.items() if name in names}
        self.comment = source.comment if source else ""
        self.flagged = source.flagged if source else False
        unset = [i for i, criterion in enumerate(self.criteria) if criterion.name not in self.values]
        self.cursor = unset[0] if unset else 0
