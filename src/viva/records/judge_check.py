"""Is a judge any good? What was measured of it against people, and what it may be used for."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from viva.records.judging import JudgeMode


class Standing(StrEnum):
    """What a judge's word on a criterion may be used for."""

    ALONE = "alone"
    WITH_PEOPLE = "with people"
    NOT_AT_ALL = "not at all"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class AltTest:
    """The alternative annotator test (Calderon, Reichart & Dror 2025, arXiv 2501.10970) of one criterion.

    `winning_rate` is the share of people whom the judge replaces well (ω), `advantage` the average probability that it
    does (ρ); it passes at ω ≥ .5. `raters` took part, each with texts for at least `fewest` questions.
    """

    winning_rate: float
    advantage: float
    passed: bool
    raters: int
    fewest: int
    epsilon: float


@dataclass(frozen=True)
class Agreement:
    """A judge beside people on one criterion (or `total`) over the `n` generations that both scored, in points.

    `judged` and `rated` count what each scored. `bias` is the mean of judge − people, `error` the mean of its absolute
    value; `pearson_low`/`pearson_high` bound a 95% interval that takes texts for one question as one cluster. `alpha`
    is Krippendorff's α of the judge and all people, each a rater of their own, for ordered values. `length_slope` is
    what the judge's error gains per 100 words of text. Where a number does not exist (no spread, too few items) it is
    None.
    """

    criterion: str
    n: int
    judged: int
    rated: int
    pearson: float | None
    pearson_low: float | None
    pearson_high: float | None
    spearman: float | None
    kendall: float | None
    kappa: float | None
    alpha: float | None
    bias: float | None
    bias_low: float | None
    bias_high: float | None
    error: float | None
    length_slope: float | None
    length_low: float | None
    length_high: float | None
    self_preference: float | None
    self_low: float | None
    self_high: float | None
    alt_test: AltTest | None
    standing: Standing
    reason: str


@dataclass(frozen=True)
class PairHabits:
    """What a judge does when it compares: over `pairs` shown in both orders, how often the swap flipped it.

    A flip is another text in each order; `inconsistent` are a text in one and a tie in the other, `ties` one in both.
    `first_rate` is the share of decided verdicts (no ties) that went to the text shown first; .5 is fair.
    `with_people` counts the pairs on which it agrees with the majority of people, of `shared` that both compared.
    `judge` is whose habits they are where a panel is checked: those of the judge whom a swap flips most.
    """

    pairs: int
    flips: int
    ties: int
    decided: int
    first: int
    unscored: int
    shared: int
    with_people: int
    inconsistent: int = 0
    judge: str | None = None

    @property
    def flip_rate(self) -> float | None:
        return self.flips / self.pairs if self.pairs else None

    @property
    def first_rate(self) -> float | None:
        return self.first / self.decided if self.decided else None


@dataclass(frozen=True)
class Consistency:
    """How alike a judge's repeated verdicts on the same item are: `items` with at least two samples.

    `same` is the share of pairs of samples with equal values, `sd` the mean standard deviation in levels of the scale.
    """

    criterion: str
    items: int
    same: float
    sd: float


@dataclass(frozen=True)
class JudgeCheck:
    """All that is known about a judge in one mode on a dataset; `expired` says what has changed since, if anything.

    `basis` identifies what it rests on: protocol, dataset version, rubric and the ratings. `criteria` end with `total`.
    """

    dataset: str
    version: int
    split: str | None
    judge: str
    mode: JudgeMode
    rubric: str
    protocol_id: str
    basis: str
    criteria: tuple[Agreement, ...]
    pairs: PairHabits | None
    consistency: tuple[Consistency, ...]
    baseline: dict[str, float] = field(default_factory=dict)
    created_at: datetime | None = None
    expired: str | None = None


@dataclass(frozen=True)
class InjectionEffect:
    """What attempts at injection did to a judge: the mean change in points over `n` texts, per attack.

    `low`/`high` bound its 95% interval; `unscored` verdicts could not be had; `worst` is the largest gain.
    """

    attack: str
    n: int
    unscored: int
    change: float | None
    low: float | None
    high: float | None
    worst: float | None
