"""The workbench: one object that reaches everything in a workspace."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from viva.paths import WorkspacePaths
from viva.settings import Settings, load

if TYPE_CHECKING:
    from viva.records.overview import NextStep, Overview
    from viva.store import Store
    from viva.workbench.benchmarks import Benchmarks
    from viva.workbench.datasets import Datasets
    from viva.workbench.estimates import Estimates
    from viva.workbench.experiments import Experiments
    from viva.workbench.exports import Exports
    from viva.workbench.generation import Generations
    from viva.workbench.histograms import Histograms
    from viva.workbench.jobs import Jobs
    from viva.workbench.judge_checks import JudgeChecks
    from viva.workbench.judging import Judging
    from viva.workbench.judgment_files import JudgmentFiles
    from viva.workbench.models import Models
    from viva.workbench.outputs import Outputs
    from viva.workbench.overview import Taken
    from viva.workbench.ratings import Ratings
    from viva.workbench.recipes import Recipes
    from viva.workbench.results import Results
    from viva.workbench.rubrics import Rubrics
    from viva.workbench.runs import Runs
    from viva.workbench.scoring import Scoring
    from viva.workbench.sql import Sql
    from viva.workbench.studies import Studies
    from viva.workbench.sweeps import Sweeps
    from viva.workbench.synthesis import Synthesis
    from viva.workbench.training import Training


class Workbench:
    """What can be done in one workspace. Making one reads nothing and loads no database library."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @classmethod
    def open(cls, workspace: str | Path | None = None) -> "Workbench":
        """Return the workbench of a directory, with the settings that hold there."""
        return cls(load({"workspace": workspace}))

    @property
    def paths(self) -> WorkspacePaths:
        return self.settings.paths

    @cached_property
    def store(self) -> "Store":
        from viva.store import Store

        return Store(self.paths.store, self.paths.store_lock, self.settings.lock_timeout)

    @cached_property
    def datasets(self) -> "Datasets":
        from viva.workbench.datasets import Datasets

        return Datasets(self)

    @cached_property
    def synthesis(self) -> "Synthesis":
        from viva.workbench.synthesis import Synthesis

        return Synthesis(self)

    @cached_property
    def models(self) -> "Models":
        from viva.workbench.models import Models

        return Models(self)

    @cached_property
    def recipes(self) -> "Recipes":
        from viva.workbench.recipes import Recipes

        return Recipes(self)

    @cached_property
    def training(self) -> "Training":
        from viva.workbench.training import Training

        return Training(self)

    @cached_property
    def generation(self) -> "Generations":
        from viva.workbench.generation import Generations

        return Generations(self)

    @cached_property
    def scoring(self) -> "Scoring":
        from viva.workbench.scoring import Scoring

        return Scoring(self)

    @cached_property
    def studies(self) -> "Studies":
        from viva.workbench.studies import Studies

        return Studies(self)

    @cached_property
    def ratings(self) -> "Ratings":
        from viva.workbench.ratings import Ratings

        return Ratings(self)

    @cached_property
    def results(self) -> "Results":
        from viva.workbench.results import Results

        return Results(self)

    @cached_property
    def sql(self) -> "Sql":
        from viva.workbench.sql import Sql

        return Sql(self)

    @cached_property
    def jobs(self) -> "Jobs":
        from viva.workbench.jobs import Jobs

        return Jobs(self)

    @cached_property
    def estimates(self) -> "Estimates":
        from viva.workbench.estimates import Estimates

        return Estimates(self)

    @cached_property
    def exports(self) -> "Exports":
        from viva.workbench.exports import Exports

        return Exports(self)

    @cached_property
    def runs(self) -> "Runs":
        from viva.workbench.runs import Runs

        return Runs(self)

    @cached_property
    def benchmarks(self) -> "Benchmarks":
        from viva.workbench.benchmarks import Benchmarks

        return Benchmarks(self)

    @cached_property
    def sweeps(self) -> "Sweeps":
        from viva.workbench.sweeps import Sweeps

        return Sweeps(self)

    @cached_property
    def outputs(self) -> "Outputs":
        from viva.workbench.outputs import Outputs

        return Outputs(self)

    @cached_property
    def histograms(self) -> "Histograms":
        from viva.workbench.histograms import Histograms

        return Histograms(self)

    @cached_property
    def experiments(self) -> "Experiments":
        from viva.workbench.experiments import Experiments

        return Experiments(self)

    @cached_property
    def rubrics(self) -> "Rubrics":
        from viva.workbench.rubrics import Rubrics

        return Rubrics(self)

    @cached_property
    def judging(self) -> "Judging":
        from viva.workbench.judging import Judging

        return Judging(self)

    @cached_property
    def judge_checks(self) -> "JudgeChecks":
        from viva.workbench.judge_checks import JudgeChecks

        return JudgeChecks(self)

    @cached_property
    def judgment_files(self) -> "JudgmentFiles":
        from viva.workbench.judgment_files import JudgmentFiles

        return JudgmentFiles(self)

    def overview(self, rater: str) -> "Overview":
        """Return the state of the workspace and the next sensible step for `rater`."""
        from viva.workbench.overview import overview

        return overview(self, rater)

    def take(self, step: "NextStep") -> "Taken":
        """Take a step that needs no form; return what came of it."""
        from viva.workbench.overview import take

        return take(self, step)
