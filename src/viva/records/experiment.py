"""Experiments: what a whole one does, said beforehand in a file, and the tables that come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from viva.records.dataset import Dataset
from viva.records.generating import Grid
from viva.records.histogram import Histogram
from viva.records.judging import JudgeMode, JudgeSettings
from viva.records.results import LeaderboardRow

TUNED = "tuned"
"""Stands among the models that write for the one that the experiment has trained."""

ASKED_FOR = "$judge"
"""Stands among the judges of a file for those that are named when it is run."""


@dataclass(frozen=True)
class TrainStep:
    """A training: `changes` are of the recipe, as `viva train --set` takes them."""

    recipe: str
    model: str
    changes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class GenerateStep:
    """Models that write for a split, in every way that the grid says; a table names the step by `name`."""

    split: str
    models: tuple[str, ...]
    grid: Grid = field(default_factory=Grid)
    name: str = ""
    prompt: str | None = None
    shots: int = 0
    shots_seed: int = 0
    skip_impossible: bool = False


@dataclass(frozen=True)
class ScoreStep:
    """The metrics to compute; an empty model means the one that the settings name."""

    metrics: tuple[str, ...]
    embedding_model: str = ""
    bertscore_model: str = ""


@dataclass(frozen=True)
class JudgeStep:
    """Judges who score texts, or with `pairwise` compare every two systems' texts in both orders.

    `of` names the step whose texts they judge; empty means all of the experiment's.
    """

    judges: tuple[str, ...] = (ASKED_FOR,)
    mode: JudgeMode = JudgeMode.REFERENCE
    pairwise: bool = False
    per_criterion: bool = False
    rubric: str = "default"
    settings: JudgeSettings = field(default_factory=JudgeSettings)
    of: str = ""


@dataclass(frozen=True)
class Shown:
    """A table to show: `measures`, by field where asked, the `histogram` of one, points of a judge, or `pairs`.

    `judge` is the mode in which points were given. `of` names the step whose systems are in it; empty means all of the
    experiment's.
    """

    title: str
    measures: tuple[str, ...] = ()
    by_field: bool = False
    histogram: str = ""
    bins: int | None = None
    of: str = ""
    judge: JudgeMode | None = None
    pairs: bool = False


@dataclass(frozen=True)
class Experiment:
    """A whole experiment; a `bundled` dataset ships with viva. One without metrics computes none."""

    name: str
    title: str
    description: str
    dataset: str
    bundled: bool
    train: TrainStep | None
    generate: tuple[GenerateStep, ...]
    score: ScoreStep
    show: tuple[Shown, ...]
    judge: tuple[JudgeStep, ...] = ()


@dataclass(frozen=True)
class SystemPoints:
    """A system's mean points over `n` of `attempted` examples, each the mean of its texts; None where `n` is 0.

    `half_width` is half the 95% interval of the mean, made as the leaderboard's; None where there is none.
    """

    mean: float | None
    half_width: float | None
    n: int
    attempted: int


@dataclass(frozen=True)
class CriterionPoints:
    """What a judge gave on a criterion, or with `criterion` None in total, out of `weight`; `systems` as in the table.

    Of two systems, `difference` is the second's points less the first's, over the `shared` examples that both have
    points for.
    """

    criterion: str | None
    weight: float
    systems: tuple[SystemPoints, ...]
    difference: float | None = None
    difference_half_width: float | None = None
    shared: int = 0


@dataclass(frozen=True)
class PairCount:
    """How the texts of `system` did against those of `against`, on the whole or on one criterion.

    A verdict is both orders of a judge taken together. `ties` counts the `flips` too, on which the orders disagree.
    Of the `decided` verdicts of single orders, those without a tie, `first` went to the text that was shown first.
    """

    system: str
    against: str
    criterion: str | None
    wins: int
    ties: int
    losses: int
    flips: int
    unscored: int
    decided: int
    first: int

    @property
    def scored(self) -> int:
        return self.wins + self.ties + self.losses

    @property
    def win_rate(self) -> float | None:
        """Return the share of wins, a tie as half of one; None without a verdict."""
        return (self.wins + self.ties / 2) / self.scored if self.scored else None

    @property
    def first_rate(self) -> float | None:
        """Return how often the text shown first won, of all that won; 0.5 without any leaning."""
        return self.first / self.decided if self.decided else None


@dataclass(frozen=True)
class ExperimentTable:
    """A table that an experiment shows: `rows` of measures (and those by field), a histogram, `points`, or `pairs`.

    `judge` gave points or compared, in `mode`. `unscored` are (measure or criterion, reason, how often) of values that
    could not be had; `missing` of `wanted` verdicts the judge was never asked for.
    """

    shown: Shown
    split: str
    systems: tuple[str, ...]
    rows: tuple[LeaderboardRow, ...] = ()
    field_rows: tuple[LeaderboardRow, ...] = ()
    histogram: Histogram | None = None
    unscored: tuple[tuple[str, str, int], ...] = ()
    judge: str = ""
    mode: JudgeMode | None = None
    points: tuple[CriterionPoints, ...] = ()
    pairs: tuple[PairCount, ...] = ()
    missing: int = 0
    wanted: int = 0


@dataclass(frozen=True)
class ExperimentResult:
    """What came of an experiment: the version of the dataset, the model it trained, its systems and tables."""

    experiment: Experiment
    dataset: Dataset
    tuned: str | None
    systems: tuple[str, ...]
    tables: tuple[ExperimentTable, ...]
