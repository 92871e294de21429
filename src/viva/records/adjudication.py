"""Items on which raters disagree, what each said, and what was settled. Nothing here names a system."""

from dataclasses import dataclass
from datetime import datetime

from viva.records.study import Study


@dataclass(frozen=True)
class Decision:
    """What somebody settled of an item: a value, or of a pair a side, by criterion (`OVERALL` for a pair as a whole).

    The sides `a` and `b` are the same texts for everybody: those of `Dispute.text` and `Dispute.other`.
    """

    values: dict[str, float | str]
    note: str
    adjudicator: str
    created_at: datetime


@dataclass(frozen=True)
class Voice:
    """What one rater said of an item that counts: a value, or of a pair a side, by criterion; why it was skipped."""

    rater: str
    values: dict[str, float | str]
    comment: str = ""
    flagged: bool = False
    skipped: str | None = None


@dataclass(frozen=True)
class Disagreement:
    """An item that several raters rated, and how far they are apart.

    `number` is its place in the study, from 1. `apart` is what two of its raters are apart on average, in points,
    the differences of all criteria added up (0 to 100); of pairs the share of the largest difference there can be,
    0 to 1, a tie standing halfway. `widest` is the criterion on which they are furthest apart. `settled` tells whether
    there is a decision.
    """

    item: str
    number: int
    question: str
    raters: int
    apart: float
    widest: str
    flagged: int = 0
    settled: bool = False


@dataclass(frozen=True)
class Dispute:
    """All that there is to decide an item by: the texts, what each rater said, and what was decided last.

    Of a pair `text` is side a and `other` side b, whichever a rater was shown first.
    """

    study: Study
    item: str
    number: int
    question: str
    reference: str
    text: str
    other: str | None
    voices: tuple[Voice, ...]
    decision: Decision | None = None


@dataclass(frozen=True)
class Disputes:
    """The items of a study that can be decided, furthest apart first; `waiting` counts those that still want raters.

    `withheld` counts those that the person who asks may not see before the study `sealed_by` is closed, this one or
    another of such texts, as somebody who may rate in it.
    """

    study: Study
    items: tuple[Disagreement, ...]
    waiting: int = 0
    withheld: int = 0
    sealed_by: str = ""
