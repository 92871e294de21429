"""How far the raters of a study agree, and whether they can tell who wrote a text."""

from dataclasses import dataclass

from viva.records.study import Study


@dataclass(frozen=True)
class CriterionAgreement:
    """How far raters agree on one criterion; of pairs also on the whole, which has the name `OVERALL`.

    `items` have a value, `shared` of them from two raters or more, `raters` gave one, `values` counts all. `alpha` is
    Krippendorff's: of ratings for ordered values, of pairs for unordered ones. `same` is the share of equal pairs of
    values of an item, each shared item counting alike. `spread` is the mean standard deviation of an item's values, in
    steps of the scale; `ties` the share of ties among the values of pairs. What does not exist is None.
    """

    criterion: str
    items: int
    shared: int
    raters: int
    values: int
    alpha: float | None
    same: float | None
    spread: float | None = None
    ties: float | None = None


@dataclass(frozen=True)
class GuessAgreement:
    """Guesses at who wrote a text beside chance: see `viva.stats.guessing`.

    Of `n` guesses `correct` were right, `expected` would be by chance, `p` is the probability of that many or more.
    `least` is the smallest p that so many guesses could have had. `unsure` said that they cannot tell.
    """

    n: int
    unsure: int
    correct: int
    expected: float
    p: float
    least: float


@dataclass(frozen=True)
class RaterStanding:
    """One rater: items rated and passed over; known answers done, and by how much they were missed on average.

    `off` is in steps of the scale, of pairs the share that was missed; None where nothing is known. Of `guesses`
    `correct` were right, `expected` would be by chance; `unsure` were none.
    """

    rater: str
    rated: int
    skipped: int
    known: int
    off: float | None
    guesses: int
    unsure: int
    correct: int
    expected: float | None


@dataclass(frozen=True)
class StudyAgreement:
    """All that is known of the raters of a study; `guesses` is None where there are none."""

    study: Study
    criteria: tuple[CriterionAgreement, ...]
    raters: tuple[RaterStanding, ...]
    guesses: GuessAgreement | None
    unsure: int = 0
