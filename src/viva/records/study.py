"""Studies, what a rater is given, and what a rater gives back."""

from dataclasses import dataclass, field
from datetime import datetime

from viva.records.rubric import Rubric


@dataclass(frozen=True)
class Study:
    """Which examples × which systems are rated, with which rubric, by how many raters an item."""

    study_id: str
    name: str
    dataset: str
    split: str
    rubric: Rubric
    raters_per_item: int
    items: int
    created_at: datetime


@dataclass(frozen=True)
class RatingItem:
    """What a rater sees of one item. It carries no system, no model, no metric and no other rater's verdict."""

    item_id: str
    position: int
    question: str
    reference: str
    text: str


@dataclass(frozen=True)
class Draft:
    """What a rater has entered for an item and not yet saved."""

    values: dict[str, int] = field(default_factory=dict)
    comment: str = ""
    flagged: bool = False
    seconds: float = 0.0

    @property
    def empty(self) -> bool:
        return not self.values and not self.comment and not self.flagged


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
class RatingQueue:
    """A rater's way through a study: item ids in serving order, and what has been done with some of them."""

    study: Study
    rater: str
    item_ids: tuple[str, ...]
    done: dict[str, RatingEvent]
    drafts: dict[str, Draft]


@dataclass(frozen=True)
class StudyProgress:
    """How far a rater is: items in all, rated, skipped."""

    study: Study
    rated: int
    skipped: int

    @property
    def left(self) -> int:
        return self.study.items - self.rated - self.skipped
