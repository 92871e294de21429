"""How far the raters of a study agree, and whether they can tell who wrote a text."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from viva.records.adjudication import Disagreement
from viva.records.study import Study


@dataclass(frozen=True)
class CriterionAgreement:
    """How far raters agree on one criterion; of pairs also on the whole, which has the name `OVERALL`.

    `items` have a value, `shared` of them from two raters or more, `raters` gave one, `values` counts all. `alpha` is
    Krippendorff's: of ratings for ordered values, of pairs for unordered ones; `alpha_low` and `alpha_high` bound its
    95% interval. `kappa` is Cohen's, of ratings with quadratic weights, the mean over the `kappa_pairs` pairs of raters
    that have one, each weighing as many items as the two share. `same` is the share of equal pairs of values of an
    item, each shared item counting alike. `spread` is the mean standard deviation of an item's values, in steps of the
    scale; `ties` the share of ties among the values of pairs. What does not exist is None.
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
    alpha_low: float | None = None
    alpha_high: float | None = None
    kappa: float | None = None
    kappa_pairs: int = 0


@dataclass(frozen=True)
class RaterPair:
    """Two raters on one criterion: the items that both gave a value, and Cohen's κ of them (None: there is none)."""

    criterion: str
    first: str
    second: str
    shared: int
    kappa: float | None


def mean_kappa(pairs: Iterable[RaterPair]) -> float | None:
    """Return the mean κ of pairs of raters that have one, each weighing as many items as the two share."""
    told = [(pair.kappa, pair.shared) for pair in pairs if pair.kappa is not None]
    return math.fsum(kappa * shared for kappa, shared in told) / sum(shared for _, shared in told) if told else None


@dataclass(frozen=True)
class TotalAgreement:
    """How far raters agree on the total, by a model in which items and raters both vary (see `viva.stats.mixed_model`).

    `item_variance`, `rater_variance` and `rest_variance` are in squared points. `single` is the ICC for absolute
    agreement of one rater's total, `mean` that of the mean of `k` raters, as many as shared items have in the median.
    """

    items: int
    raters: int
    values: int
    item_variance: float
    rater_variance: float
    rest_variance: float
    single: float
    mean: float
    k: int


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

    `shared` items were rated by somebody else too. `severity` is by how many points a rater's totals are lower than
    they would be from the mean of all raters, shrunk toward 0 as far as few ratings say little, with its standard error
    `severity_error`. `correlation` is Pearson's r of a rater's totals and the mean of the others', `spread` the
    standard deviation of the rater's totals over that of the others' totals on the same items. `kappa` is Cohen's with
    the other raters, mean over criteria and raters. `outlying` says in which ways this rater is unlike the others:
    `severe`, `lenient`, `another order`, `narrow`, `wide`, `against the others`.
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
    shared: int = 0
    severity: float | None = None
    severity_error: float | None = None
    correlation: float | None = None
    spread: float | None = None
    kappa: float | None = None
    outlying: tuple[str, ...] = ()


@dataclass(frozen=True)
class StudyAgreement:
    """All that is known of the raters of a study; `guesses` is None where there are none, `total` where no model fits.

    `pairs` has each pair of raters that share items, for each criterion. `disagreements` are the items with all their
    ratings on which raters are furthest apart. Intervals were drawn with `seed`.
    """

    study: Study
    criteria: tuple[CriterionAgreement, ...]
    raters: tuple[RaterStanding, ...]
    guesses: GuessAgreement | None
    unsure: int = 0
    total: TotalAgreement | None = None
    pairs: tuple[RaterPair, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    seed: int = 0

    def kappa(self, first: str, second: str) -> float | None:
        """Return κ of two raters, the mean over criteria; None where they have none."""
        return mean_kappa(one for one in self.pairs if {one.first, one.second} == {first, second})
