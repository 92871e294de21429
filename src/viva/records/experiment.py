"""Experiments: what a whole one does, said beforehand in a file, and the tables that come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from viva.records.dataset import Dataset
from viva.records.generating import Grid
from viva.records.histogram import Histogram
from viva.records.results import LeaderboardRow

TUNED = "tuned"
"""Stands among the models that write for the one that the experiment has trained."""


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
class Shown:
    """A table to show: either `measures`, by field where asked, or the `histogram` of one.

    `of` names the step whose systems are in it; empty means all of the experiment's.
    """

    title: str
    measures: tuple[str, ...] = ()
    by_field: bool = False
    histogram: str = ""
    bins: int | None = None
    of: str = ""


@dataclass(frozen=True)
class Experiment:
    """A whole experiment; a `bundled` dataset ships with viva."""

    name: str
    title: str
    description: str
    dataset: str
    bundled: bool
    train: TrainStep | None
    generate: tuple[GenerateStep, ...]
    score: ScoreStep
    show: tuple[Shown, ...]


@dataclass(frozen=True)
class ExperimentTable:
    """A table that an experiment shows: for measures the `rows` (and those by field), or a histogram.

    `unscored` are (measure, reason, how often) of values that could not be had.
    """

    shown: Shown
    split: str
    systems: tuple[str, ...]
    rows: tuple[LeaderboardRow, ...] = ()
    field_rows: tuple[LeaderboardRow, ...] = ()
    histogram: Histogram | None = None
    unscored: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True)
class ExperimentResult:
    """What came of an experiment: the version of the dataset, the model it trained, its systems and tables."""

    experiment: Experiment
    dataset: Dataset
    tuned: str | None
    systems: tuple[str, ...]
    tables: tuple[ExperimentTable, ...]
