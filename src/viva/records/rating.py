"""What a rater is given, and what a rater gives back. Nothing here names a system or holds another's verdict."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from viva.records.rubric import Rubric
from viva.records.study import StudyMode, StudyOptions, StudyState

Side = Literal["a", "b"]
Winner = Literal["a", "b", "tie"]
OVERALL = ""
"""The key of the choice between two texts as a whole, beside those per criterion."""


class Strength(StrEnum):
    """How much better a text is."""

    CLEARLY = "clearly"
    SLIGHTLY = "slightly"


@dataclass(frozen=True)
class RatingTask:
    """A study as its raters see it."""

    study_id: str
    name: str
    mode: StudyMode
    rubric: Rubric
    options: StudyOptions
    state: StudyState
    practice: int = 0


@dataclass(frozen=True)
class TaskProgress:
    """How far a rater is in a study: `left` are the items that still need a verdict that this rater can give.

    `practice_left` are items of the training round that come before. `seconds_each` is the median of this rater's own
    verdicts, of all raters' where they have fewer than three, None where nobody has.
    """

    task: RatingTask
    rated: int
    skipped: int
    left: int
    practice_left: int = 0
    seconds_each: float | None = None


@dataclass(frozen=True)
class RatingItem:
    """What a rater sees of one item. Of a pair, `text` is shown first and `other` second; `shown_first` is its side.

    `practice` marks an item of the training round; an item mixed in as gold looks like any other.
    """

    item_id: str
    question: str
    reference: str
    text: str
    other: str | None = None
    shown_first: Side = "a"
    practice: bool = False


@dataclass(frozen=True)
class Choice:
    """Which of two texts is better, and by how much where that is asked."""

    winner: Winner
    strength: Strength | None = None


@dataclass(frozen=True)
class Draft:
    """What a rater has entered for an item and not yet saved. `choices` are by criterion, `OVERALL` for the whole."""

    values: dict[str, int] = field(default_factory=dict)
    comment: str = ""
    flagged: bool = False
    seconds: float = 0.0
    choices: dict[str, Choice] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not self.values and not self.choices and not self.comment and not self.flagged


@dataclass(frozen=True)
class RatingEvent:
    """One saved verdict of a person on one item: a value per criterion, or the reason for skipping."""

    event_id: str
    study_id: str
    item_id: str
    rater: str
    values: dict[str, int]
    skipped: str | None
    comment: str
    flagged: bool
    seconds: float
    created_at: datetime


@dataclass(frozen=True)
class PreferenceEvent:
    """One saved comparison of a person: which text is better, on the whole and per criterion, or why it was skipped."""

    event_id: str
    study_id: str
    item_id: str
    rater: str
    shown_first: Side
    choices: dict[str, Choice]
    skipped: str | None
    comment: str
    flagged: bool
    seconds: float
    created_at: datetime


@dataclass(frozen=True)
class GuessEvent:
    """Who a rater thinks wrote a text (of a pair the one shown first): a label, or None for "cannot tell"."""

    event_id: str
    study_id: str
    item_id: str
    rater: str
    label: str | None
    created_at: datetime


Verdict = RatingEvent | PreferenceEvent
RaterEvent = RatingEvent | PreferenceEvent | GuessEvent


@dataclass(frozen=True)
class Lease:
    """An item that a rater holds until then (UTC); a sign of life puts it off."""

    item_id: str
    until: datetime


@dataclass(frozen=True)
class Served:
    """What a rater holds now, in the order to be rated.

    `left` counts the items that still need a verdict that this rater can give, those held now among them; `elsewhere`
    are those of them that others hold at the moment. `items` is what there is to see of the items held, by id, where it
    was asked for.
    """

    state: StudyState
    leases: tuple[Lease, ...]
    left: int
    elsewhere: int
    items: dict[str, RatingItem] = field(default_factory=dict)


@dataclass(frozen=True)
class Sitting:
    """What a rater needs to begin or go on: their verdicts, oldest first, what lies half-entered, what they hold."""

    task: RatingTask
    rater: str
    done: tuple[Verdict, ...]
    drafts: dict[str, Draft]
    served: Served


@dataclass(frozen=True)
class KnownAnswer:
    """What was known of an item that the rater has given a verdict on, and why: shown in the training round."""

    item_id: str
    answers: dict[str, int | str]
    given: dict[str, int | str]
    why: str
