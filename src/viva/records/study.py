"""Studies, as those who run them see them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from viva.records.rubric import Rubric


class StudyMode(StrEnum):
    """What a rater does with an item: give a text values on the rubric, or say which of two texts is better."""

    RUBRIC = "rubric"
    PAIRWISE = "pairwise"


class StudyState(StrEnum):
    """Whether a study hands out items: a paused one will again, a closed one is finished and can be looked at."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class Stream(StrEnum):
    """Why an item is in a study.

    `calibration` items are a random sample with known inclusion probabilities, on which statistics rest; `useful` ones
    were chosen because they tell most; `practice` ones have known answers and come first, `gold` ones have known
    answers and lie among the others without being told apart.
    """

    CALIBRATION = "calibration"
    USEFUL = "useful"
    PRACTICE = "practice"
    GOLD = "gold"


class Stratify(StrEnum):
    """By what questions are sorted into layers before they are drawn."""

    NONE = "none"
    FIELD = "field"
    JUDGE = "judge"


@dataclass(frozen=True)
class StudyOptions:
    """How a study asks. Nothing here may name a system: raters get all of it.

    `strength` asks in pairs whether a text is clearly or slightly better, `per_criterion` asks for each criterion.
    `guess` are the labels from which a rater may choose who wrote a text; empty means that it is not asked.
    `gold_every` mixes a gold item in after so many others (0: none). `note` is what raters are told before they begin.
    """

    strength: bool = False
    per_criterion: bool = False
    guess: tuple[str, ...] = ()
    gold_every: int = 0
    note: str = ""


@dataclass(frozen=True)
class Study:
    """Which examples × which systems are rated, with which rubric, by how many raters an item, and by whom.

    `items` counts what is to be rated (practice and gold left out), `raters` who may rate (None: everybody). An
    `imported` study holds verdicts that were given elsewhere: nothing can be drawn for it, and nobody rates in it.
    """

    study_id: str
    name: str
    dataset: str
    version: int
    split: str
    mode: StudyMode
    rubric: Rubric
    raters_per_item: int
    items: int
    created_at: datetime
    state: StudyState = StudyState.OPEN
    options: StudyOptions = field(default_factory=StudyOptions)
    raters: tuple[str, ...] | None = None
    systems: tuple[str, ...] = ()
    imported: bool = False


@dataclass(frozen=True)
class StudyRequest:
    """What a study is to be.

    `questions` is how many questions are drawn (None: all), `calibration` the share of them that is a random sample,
    0 to 1; the rest are those on which the systems differ most. `labels` says by system what raters may guess (empty:
    labels of viva's own where `guess` asks for it). `practice` and `gold` are files of items with known answers.
    """

    name: str
    dataset: str
    split: str
    systems: tuple[str, ...]
    mode: StudyMode = StudyMode.RUBRIC
    rubric: str = "default"
    raters_per_item: int = 1
    seed: int = 0
    questions: int | None = None
    stratify: Stratify = Stratify.FIELD
    calibration: float = 1.0
    raters: tuple[str, ...] | None = None
    strength: bool = False
    per_criterion: bool = False
    guess: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    practice: str | None = None
    gold: str | None = None
    gold_every: int = 10
    note: str = ""


@dataclass(frozen=True)
class StudyPlan:
    """What making or extending a study would bring, before it is done.

    `identical` counts pairs left out because both texts are the same, `missing` the questions for which a system has
    no text. `verdicts` is items × raters per item; `seconds_each` what a verdict usually takes here, where known.
    """

    questions: int
    of_questions: int
    items: int
    calibration: int
    useful: int
    practice: int
    gold: int
    verdicts: int
    identical: int
    missing: int
    strata: dict[str, tuple[int, int]]
    seconds_each: float | None


@dataclass(frozen=True)
class StudyItem:
    """One item of a study. Of a pair, `generation_id` < `generation_b`; items with known answers have neither.

    `probability` is the chance with which its question came into the calibration stream, None outside of it.
    """

    item_id: str
    position: int
    stream: Stream
    generation_id: str | None = None
    generation_b: str | None = None
    known_id: str | None = None
    stratum: str = ""
    probability: float | None = None
    usefulness: float | None = None


@dataclass(frozen=True)
class KnownItem:
    """A text, or two, with answers that are known: for practice, or mixed in as gold.

    `answers` holds a value per criterion, or under `""` (and per criterion) which text is better: `a`, `b` or `tie`.
    """

    known_id: str
    question: str
    reference: str
    text: str
    text_b: str | None
    answers: dict[str, int | str]
    why: str = ""


@dataclass(frozen=True)
class StudyChange:
    """Something that was changed of a study after it was made: state, raters, raters per item, items."""

    kind: str
    content: dict[str, object]
    person: str
    created_at: datetime


@dataclass(frozen=True)
class RaterProgress:
    """How far one rater is: verdicts given, items passed over, median seconds a verdict, when last; flags raised.

    `known` is how many items with known answers they did, `off` by how much their values missed the known ones on
    average, in steps of the scale (pairs: the share missed), None where there are none.
    """

    rater: str
    rated: int
    skipped: int
    flagged: int
    seconds_each: float | None
    last_at: datetime | None
    known: int = 0
    off: float | None = None


@dataclass(frozen=True)
class StudyProgress:
    """How far a study is: `complete` items have as many verdicts as they shall have; `held` are out with raters now.

    `given` counts verdicts that count toward `wanted` = items × raters per item. `seconds_left` is what is still to be
    given × the usual time of a verdict, all raters together.
    """

    study: Study
    complete: int
    given: int
    wanted: int
    held: int
    skipped: int
    flagged: int
    raters: tuple[RaterProgress, ...]
    seconds_left: float | None
