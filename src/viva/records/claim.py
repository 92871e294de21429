"""What decides which items a rater is given next. Nothing here says what a text is or who wrote it."""

from dataclasses import dataclass
from datetime import datetime

from viva.records.study import Stream, StudyState


@dataclass(frozen=True)
class Place:
    """An item's place in a study.

    `question` and `system` are numbers that are equal where the question, or the system or pair of systems, is the
    same; they mean nothing else. Items with known answers have no system that could be meant.
    """

    item_id: str
    position: int
    stream: Stream
    question: int
    system: int

    @property
    def known(self) -> bool:
        """Whether its answers are known: every rater is given it, and it has no quota."""
        return self.stream is Stream.PRACTICE or self.stream is Stream.GOLD


@dataclass(frozen=True)
class Mark:
    """What has become of an item, as one rater stands to it; an item without a mark has not been touched.

    Of others `verdicts` have given one that counts, `held` hold it or have only just passed it over. `skipped` is None
    where the rater has said nothing, else whether they passed it over, at `answered_at`. They hold it from
    `claimed_at` until `until`, where these are not None.
    """

    verdicts: int = 0
    held: int = 0
    skipped: bool | None = None
    answered_at: datetime | None = None
    claimed_at: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Candidate:
    """An item that a rater could be given; fields as in `Place`, `load` is how many others have rated or hold it."""

    item_id: str
    position: int
    stream: Stream
    question: int
    system: int
    load: int = 0


@dataclass(frozen=True)
class Had:
    """An item that a rater has given a verdict on, passed over, or holds; fields as in `Place`."""

    stream: Stream
    question: int
    system: int


@dataclass(frozen=True)
class Standing:
    """How a study stands for one rater.

    `had` is oldest first; `candidates` are the ordinary items of lowest load and then position, practice and gold
    items all. Of the ordinary items `needed` still need a verdict that this rater can give, `elsewhere` of them are
    with others; `gold` items have no verdict of theirs yet. `left` are all the items that the rater still has before
    them, as far as the others leave them: practice, ordinary ones and the gold among them, those held now included.
    """

    had: tuple[Had, ...]
    candidates: tuple[Candidate, ...]
    needed: int
    elsewhere: int
    gold: int
    left: int


@dataclass(frozen=True)
class Terms:
    """On what terms a study is open to a rater, and how many items it has in all."""

    state: StudyState
    raters_per_item: int
    gold_every: int
    items: int


@dataclass(frozen=True)
class Counts:
    """How far one rater is in a study: verdicts given and items passed over, those with known answers included.

    `needed` and `gold` as in `Standing`; `practice_left` are the items of the training round without a verdict of the
    rater's. `gold_had` says of their verdicts after practice, oldest first, which were on gold items. Seconds are
    medians over verdicts, None without any.
    """

    rated: int
    skipped: int
    needed: int
    practice_left: int
    gold: int
    gold_had: tuple[bool, ...]
    own_seconds: float | None
    own_verdicts: int
    all_seconds: float | None
