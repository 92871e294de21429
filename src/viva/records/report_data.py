"""What a report is made of: results as the workbench has them, each there or with the reason why not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from viva.records.calibration import CalibratedVerdict
from viva.records.comparison import Comparison
from viva.records.dataset import Dataset
from viva.records.histogram import Histogram
from viva.records.judge_check import Agreement
from viva.records.leaderboard import MeasureRanks
from viva.records.ranking import Ranking
from viva.records.rater_agreement import StudyAgreement
from viva.records.report import ReportRequest
from viva.records.results import LeaderboardRow
from viva.records.rubric import Rubric
from viva.records.study import Study
from viva.records.weights import WeightSensitivity

T = TypeVar("T")


@dataclass(frozen=True)
class Part(Generic[T]):
    """A result, or in `why` the reason that it cannot be had."""

    value: T | None = None
    why: str = ""


@dataclass(frozen=True)
class SystemFacts:
    """A system of the report: what it is made of, and how many texts it wrote; `failed` of them could not be had."""

    name: str
    model: str
    kind: str
    base: str | None
    prompt: str
    decoding: str
    texts: int
    failed: int


@dataclass(frozen=True)
class ScoredText:
    """A text that people and a judge have both given a total, in points."""

    example: str
    system: str
    human: float
    judge: float


@dataclass(frozen=True)
class JudgeBesidePeople:
    """A judge held against people: criterion by criterion, and text by text."""

    judge: str
    mode: str
    rubric: Rubric
    criteria: tuple[Agreement, ...]
    texts: tuple[ScoredText, ...]


@dataclass(frozen=True)
class RunCurves:
    """A training's curves: (step, value) points by name."""

    job: str
    model: str
    lines: dict[str, tuple[tuple[int, float], ...]]


@dataclass(frozen=True)
class ReportFacts:
    """How much there is: texts, people's and judges' values, and when the first and the last of all came.

    `study_raters` and `study_ratings` are those of the report's study.
    """

    texts: int
    raters: int
    ratings: int
    judgments: int
    study_raters: int
    study_ratings: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True)
class ReportData:
    """All that a report says, as records; `split` is the one that was taken."""

    request: ReportRequest
    version: str
    dataset: Dataset
    split: str
    facts: ReportFacts
    systems: tuple[SystemFacts, ...]
    study: Study | None
    judge: tuple[str, str] | None
    rows: tuple[LeaderboardRow, ...]
    by_field: tuple[LeaderboardRow, ...]
    studies: tuple[Study, ...]
    judges: dict[str, Rubric]
    histograms: tuple[Histogram, ...]
    ranks: tuple[MeasureRanks, ...]
    agreement: Part[StudyAgreement]
    beside_people: Part[JudgeBesidePeople]
    comparisons: Part[tuple[Comparison, ...]]
    rankings: Part[tuple[Ranking, ...]]
    verdict: Part[CalibratedVerdict]
    weights: Part[WeightSensitivity]
    curves: tuple[RunCurves, ...]
