"""How sure a study is by now, and how many more rated questions would settle it."""

from dataclasses import dataclass

from viva.records.estimate import Estimate
from viva.records.study import Study

FEWEST = 5
"""Rated questions below which nothing is told of what more would bring: how values spread is hardly known from them."""


@dataclass(frozen=True)
class Projection:
    """What is known of a mean or a difference, and what more rated questions would make of it.

    `half` is half the 95% interval now, `at_end` what it would be with every question of the split rated. `to_margin`
    and `to_zero` are how many further questions bring `half` to the margin, and the interval off zero if the estimate
    stays where it is; None: not within this split. `reason` says why there is no interval, or why nothing is foretold
    from it; what follows is None then.
    """

    estimate: Estimate
    n: int
    half: float | None = None
    at_end: float | None = None
    to_margin: int | None = None
    to_zero: int | None = None
    reason: str = ""

    @property
    def foretold(self) -> bool:
        """Whether it is told what more questions would bring."""
        return self.half is not None and not self.reason


@dataclass(frozen=True)
class SecondRaters:
    """Whether more raters of the same questions buy more than new questions: both for the same number of verdicts.

    `between` and `within` are the standard deviations between questions and between raters of a question, of which
    `shared` questions have two or more; `raters` is how many a question has on average. `more_raters` is half the
    interval with one rater more for each rated question, `more_questions` with as many verdicts on new ones, and
    `at_end` with every question of the split rated by one rater more.
    """

    shared: int
    raters: float
    between: float
    within: float
    more_raters: float
    more_questions: float
    at_end: float


@dataclass(frozen=True)
class StratumNeed:
    """A layer of the split: its questions, how many are rated, how values spread in it, and where the next belong.

    `deviation` is None where fewer than two are rated. Of the next questions `proportional` go here when they are drawn
    in proportion to the sizes, as a study draws them, and `best` where the layers' spread counts too.
    """

    name: str
    questions: int
    rated: int
    deviation: float | None
    proportional: int
    best: int


@dataclass(frozen=True)
class PrecisionRow:
    """One system's mean, or where `second` is given its difference to that system's: by people, and with a judge.

    `judge` is None where no judge has judged. `raters` is None where no question has two raters. `strata` is empty
    where the study was drawn in one layer.
    """

    first: str
    second: str | None
    people: Projection
    judge: Projection | None = None
    raters: SecondRaters | None = None
    strata: tuple[StratumNeed, ...] = ()

    @property
    def best(self) -> Projection:
        """What people and judge say together where that is narrower, else what people say."""
        both = self.judge
        if both is None or both.half is None or self.people.half is None:
            return self.people
        return both if both.half < self.people.half else self.people


@dataclass(frozen=True)
class PrecisionPlan:
    """How sure a study is of each system and each pair of systems on one measure.

    `margin` is half the interval that is wished for, on a scale that ends at `highest`. Of the split's `population`
    questions `drawn` are the study's random sample, `rated` of these have a rating, and `complete` ones have one for
    each of their texts, or pairs. `useful` ones are in the study too but picked, and do not count. `scorer` is the
    judge with its mode, empty where none has judged. `following` is how many questions the layers' shares are for.
    `seconds_each` is what a verdict usually takes, None where that is not known.

    A `blind` plan is for somebody who may rate: it has letters for systems, no estimates, widths of two digits, and
    leaves out of its rows what that person said.
    """

    study: Study
    measure: str
    margin: float
    highest: float
    population: int
    drawn: int
    rated: int
    complete: int
    useful: int
    rows: tuple[PrecisionRow, ...]
    scorer: str
    following: int
    seconds_each: float | None
    blind: bool = False

    @property
    def pairs(self) -> tuple[PrecisionRow, ...]:
        return tuple(row for row in self.rows if row.second is not None)

    @property
    def waiting(self) -> int:
        """How many questions of the random sample are drawn and not rated yet, or not with all their texts."""
        return self.drawn - self.complete
