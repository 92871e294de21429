"""The workbench: one object that reaches everything in a workspace, as far as one's role goes."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from viva.paths import WorkspacePaths
from viva.records.person import Person, Role
from viva.settings import Settings, load
from viva.workbench import access
from viva.workbench.access import service

if TYPE_CHECKING:
    from viva.records.overview import NextStep, Overview
    from viva.store import Store
    from viva.workbench.adjudication import Adjudication
    from viva.workbench.benchmarks import Benchmarks
    from viva.workbench.calibration import Calibration
    from viva.workbench.capsules import Capsules
    from viva.workbench.comparisons import Comparisons
    from viva.workbench.datasets import Datasets
    from viva.workbench.desk import Desk
    from viva.workbench.estimates import Estimates
    from viva.workbench.experiments import Experiments
    from viva.workbench.exports import Exports
    from viva.workbench.frames import Frames
    from viva.workbench.generation import Generations
    from viva.workbench.histograms import Histograms
    from viva.workbench.jobs import Jobs
    from viva.workbench.judge_checks import JudgeChecks
    from viva.workbench.judging import Judging
    from viva.workbench.judgment_files import JudgmentFiles
    from viva.workbench.models import Models
    from viva.workbench.outputs import Outputs
    from viva.workbench.overview import Taken
    from viva.workbench.precision import Precision
    from viva.workbench.ranking import RankingFromPairs
    from viva.workbench.rater_agreement import RaterAgreement
    from viva.workbench.raters import Raters
    from viva.workbench.rating_files import RatingFiles
    from viva.workbench.recipes import Recipes
    from viva.workbench.reports import Reports
    from viva.workbench.results import Results
    from viva.workbench.rubrics import Rubrics
    from viva.workbench.runs import Runs
    from viva.workbench.scoring import Scoring
    from viva.workbench.sql import Sql
    from viva.workbench.studies import Studies
    from viva.workbench.sweeps import Sweeps
    from viva.workbench.synthesis import Synthesis
    from viva.workbench.training import Training
    from viva.workbench.weights import Weights


class Workbench:
    """What can be done in one workspace. Making one reads nothing and loads no database library.

    A part that is not for one's role raises `Forbidden` when it is asked for: `viva.workbench.access` has the table.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @classmethod
    def open(cls, workspace: str | Path | None = None) -> "Workbench":
        """Return the workbench of a directory, with the settings that hold there."""
        return cls(load({"workspace": workspace}))

    @property
    def paths(self) -> WorkspacePaths:
        return self.settings.paths

    @property
    def person(self) -> Person:
        """Who is at the keyboard; what they may do is theirs for as long as the workbench lives."""
        return self.settings.person

    def require(self, role: Role, doing: str) -> None:
        """Raise `Forbidden` where whoever is at the keyboard may do less than `role`; `doing` says what was asked."""
        access.require(self.person, role, doing)

    @cached_property
    def store(self) -> "Store":
        from viva.store import Store

        return Store(self.paths.store, self.paths.store_lock, self.settings.lock_timeout)

    @property
    def looked_in_vain(self) -> bool:
        """Whether the store has been asked for, and there is none."""
        return "store" in vars(self) and not self.store.exists

    @service
    def datasets(self) -> "Datasets":
        from viva.workbench.datasets import Datasets

        return Datasets(self)

    @service
    def synthesis(self) -> "Synthesis":
        from viva.workbench.synthesis import Synthesis

        return Synthesis(self)

    @service
    def models(self) -> "Models":
        from viva.workbench.models import Models

        return Models(self)

    @service
    def recipes(self) -> "Recipes":
        from viva.workbench.recipes import Recipes

        return Recipes(self)

    @service
    def training(self) -> "Training":
        from viva.workbench.training import Training

        return Training(self)

    @service
    def generation(self) -> "Generations":
        from viva.workbench.generation import Generations

        return Generations(self)

    @service
    def scoring(self) -> "Scoring":
        from viva.workbench.scoring import Scoring

        return Scoring(self)

    @service
    def studies(self) -> "Studies":
        from viva.workbench.studies import Studies

        return Studies(self)

    @service
    def desk(self) -> "Desk":
        from viva.workbench.desk import Desk

        return Desk(self)

    @service
    def raters(self) -> "Raters":
        from viva.workbench.raters import Raters

        return Raters(self)

    @service
    def rating_files(self) -> "RatingFiles":
        from viva.workbench.rating_files import RatingFiles

        return RatingFiles(self)

    @service
    def rater_agreement(self) -> "RaterAgreement":
        from viva.workbench.rater_agreement import RaterAgreement

        return RaterAgreement(self)

    @service
    def results(self) -> "Results":
        from viva.workbench.results import Results

        return Results(self)

    @service
    def sql(self) -> "Sql":
        from viva.workbench.sql import Sql

        return Sql(self)

    @service
    def jobs(self) -> "Jobs":
        from viva.workbench.jobs import Jobs

        return Jobs(self)

    @service
    def estimates(self) -> "Estimates":
        from viva.workbench.estimates import Estimates

        return Estimates(self)

    @service
    def exports(self) -> "Exports":
        from viva.workbench.exports import Exports

        return Exports(self)

    @service
    def runs(self) -> "Runs":
        from viva.workbench.runs import Runs

        return Runs(self)

    @service
    def benchmarks(self) -> "Benchmarks":
        from viva.workbench.benchmarks import Benchmarks

        return Benchmarks(self)

    @service
    def sweeps(self) -> "Sweeps":
        from viva.workbench.sweeps import Sweeps

        return Sweeps(self)

    @service
    def outputs(self) -> "Outputs":
        from viva.workbench.outputs import Outputs

        return Outputs(self)

    @service
    def histograms(self) -> "Histograms":
        from viva.workbench.histograms import Histograms

        return Histograms(self)

    @service
    def experiments(self) -> "Experiments":
        from viva.workbench.experiments import Experiments

        return Experiments(self)

    @service
    def rubrics(self) -> "Rubrics":
        from viva.workbench.rubrics import Rubrics

        return Rubrics(self)

    @service
    def judging(self) -> "Judging":
        from viva.workbench.judging import Judging

        return Judging(self)

    @service
    def judge_checks(self) -> "JudgeChecks":
        from viva.workbench.judge_checks import JudgeChecks

        return JudgeChecks(self)

    @service
    def judgment_files(self) -> "JudgmentFiles":
        from viva.workbench.judgment_files import JudgmentFiles

        return JudgmentFiles(self)

    @service
    def comparisons(self) -> "Comparisons":
        from viva.workbench.comparisons import Comparisons

        return Comparisons(self)

    @service
    def ranking(self) -> "RankingFromPairs":
        from viva.workbench.ranking import RankingFromPairs

        return RankingFromPairs(self)

    @service
    def weights(self) -> "Weights":
        from viva.workbench.weights import Weights

        return Weights(self)

    @service
    def calibration(self) -> "Calibration":
        from viva.workbench.calibration import Calibration

        return Calibration(self)

    @service
    def precision(self) -> "Precision":
        from viva.workbench.precision import Precision

        return Precision(self)

    @service
    def adjudication(self) -> "Adjudication":
        from viva.workbench.adjudication import Adjudication

        return Adjudication(self)

    @service
    def reports(self) -> "Reports":
        from viva.workbench.reports import Reports

        return Reports(self)

    @service
    def capsules(self) -> "Capsules":
        from viva.workbench.capsules import Capsules

        return Capsules(self)

    @service
    def frames(self) -> "Frames":
        from viva.workbench.frames import Frames

        return Frames(self)

    def overview(self) -> "Overview":
        """Return the state of the workspace, and the next sensible step for whoever asks. Raises `Forbidden`."""
        from viva.workbench.overview import overview

        access.check(self.person, "overview")
        return overview(self)

    def take(self, step: "NextStep") -> "Taken":
        """Take a step that needs no form; return what came of it. Raises `Forbidden`."""
        from viva.workbench.overview import take

        access.check(self.person, "take")
        return take(self, step)
