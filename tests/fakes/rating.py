"""A small study with a rubric of two unlike criteria, and verdicts on it."""

from datetime import datetime

from viva.present.rating import RatingState
from viva.records.rubric import Criterion, Rubric
from viva.records.study import Draft, RatingEvent, RatingQueue, Study

LEVELS = {0: "useless", 3: "fair", 5: "perfect"}
RUBRIC = Rubric(
    "two",
    "Two criteria",
    (
        Criterion("accuracy", 60, "Is it right?", 0, 5, LEVELS),
        Criterion("brevity", 40, "Is it short?", 1, 3, {1: "long", 3: "short"}),
    ),
)
NOW = datetime(2026, 1, 1)


def study(rubric: Rubric = RUBRIC, items: int = 4) -> Study:
    return Study("study-1", "falls", "wards", "test", rubric, 1, items, NOW)


def event(item: str, values: dict[str, int] | None = None, skipped: str | None = None, **named: object) -> RatingEvent:
    given = {"comment": "", "flagged": False, "seconds": 7.0, **named}
    return RatingEvent(f"event-{item}", "study-1", item, "ann", values or {}, skipped, created_at=NOW, **given)  # type: ignore[arg-type]


RATED = {"accuracy": 4, "brevity": 2}


def state(
    items: int = 4,
    done: dict[str, RatingEvent] | None = None,
    drafts: dict[str, Draft] | None = None,
    rubric: Rubric = RUBRIC,
    now: float = 0.0,
) -> RatingState:
    ids = tuple("abcdefghijklmnopqrstuvwxyz"[:items])
    return RatingState(RatingQueue(study(rubric, items), "ann", ids, done or {}, drafts or {}), now)


def save(rating: RatingState, skipped: str | None = None) -> None:
    assert rating.item_id is not None
    values = {} if skipped else rating.values
    rating.record(
        event(rating.item_id, values, skipped, comment=rating.comment, flagged=rating.flagged, seconds=rating.seconds)
    )
