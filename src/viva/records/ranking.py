"""Systems ranked by comparisons in pairs, and how often one is found better than another."""

from dataclasses import dataclass

from viva.records.estimate import Estimate


@dataclass(frozen=True)
class PairSource:
    """Comparisons that belong together: those of a study's people, or of a judge in one of its modes.

    `source` is `human` or `judge`; `study` names people's study (empty for none), `scorer` and `mode` the judge.
    `criterion` is None on the whole. `systems` of them were compared; of `attempted` comparisons of two systems on a
    question `scored` have a verdict.
    """

    source: str
    study: str
    scorer: str
    mode: str
    criterion: str | None
    systems: int
    scored: int
    attempted: int


@dataclass(frozen=True)
class RankedSystem:
    """One system. What counts is a question with each other system: won, tied or lost by the mean of its verdicts.

    `group` numbers the systems that are connected by comparisons, from 0; ranks, from `first` to `last`, and `strength`
    (in logits, mean 0) hold within it. `end` is 1 where it lost no point to the others of its group, −1 where it won
    none. `rate` is the win rate over `questions` against the baseline, else against all others; `se` its standard
    error. `controlled` is the rate at equal lengths, `why_not` why there is none; both are None of the baseline itself,
    and without one.
    """

    system: str
    group: int
    first: int
    last: int
    strength: Estimate
    end: int
    questions: int
    won: int
    tied: int
    lost: int
    rate: Estimate
    se: float | None
    controlled: Estimate
    why_not: str | None = None


@dataclass(frozen=True)
class RankedPair:
    """Two systems on the questions on which they were compared; all rates, 0 to 1, are the first one's.

    `rate` is the mean score, a tie being half a win, `se` its standard error; `expected` what the ranking's strengths
    say, `controlled` the rate at equal lengths or `why_not` there is none, `longer` by how many characters the first
    one's texts are longer on average.
    """

    first: str
    second: str
    questions: int
    won: int
    tied: int
    lost: int
    rate: Estimate
    se: float | None
    expected: Estimate
    controlled: Estimate
    why_not: str | None
    longer: float


@dataclass(frozen=True)
class Ranking:
    """Systems, the strongest first within each group, by the comparisons of one source; pairs in the same order.

    `verdicts` were given on `scored` comparisons of two systems on `questions` questions; `attempted` counts those
    without a verdict too. Of a judge, `flipped` of its comparisons went to another text in each order and
    `inconsistent` were a tie in one order only: ties, all of them. `alone` verdicts are on two texts of one system and
    do not count. `separated` tells that strengths without an end were held back by a tie added to each pair. `choices`
    are all sources there are, `of` among them.
    """

    dataset: str
    version: int
    split: str | None
    of: PairSource
    baseline: str | None
    seed: int
    systems: tuple[RankedSystem, ...]
    pairs: tuple[RankedPair, ...]
    questions: int
    scored: int
    attempted: int
    verdicts: int
    flipped: int
    inconsistent: int
    alone: int
    separated: bool
    choices: tuple[PairSource, ...] = ()

    @property
    def groups(self) -> int:
        """How many groups of systems there are between which nothing connects."""
        return len({one.group for one in self.systems})
