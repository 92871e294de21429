"""Experiments: run from beginning to end as a file says; what is there already is not done again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from viva.errors import BadInput, JobError
from viva.paths import shipped
from viva.records.dataset import Dataset
from viva.records.experiment import (
    TUNED,
    Experiment,
    ExperimentResult,
    ExperimentTable,
    GenerateStep,
    Shown,
    TrainStep,
)
from viva.records.generating import GenerationRequest
from viva.records.job import Job, JobKind, JobStatus
from viva.records.recipe import Recipe
from viva.records.results import LeaderboardRow
from viva.store import measured
from viva.text import plural
from viva.workbench import names
from viva.workbench.experiment_files import load_experiment
from viva.workbench.experiment_judging import Asked, JudgeSteps

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

Wait = Callable[[Job], Job]
"""Waits for a job and returns it as it ended; raises where that was not well."""
Tell = Callable[[str], None]
"""Is told in a line what is done next, or was there already."""


class Experiments:
    """Read and run experiments; a file in the workspace's `data/experiments/` comes before a shipped one."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def get(self, name: str) -> Experiment:
        """Return the experiment `name`, or the one in the TOML file of that path. Raises `NotFound`, `BadInput`."""
        if name.endswith(".toml"):
            return self._load(Path(name).expanduser())
        files = self._files()
        if name not in files:
            raise names.missing("experiment", name, set(files), "")
        return self._load(files[name])

    def list(self) -> Sequence[Experiment]:
        """Return all experiments by name; a file of the workspace that is none is left out, see `problems`."""
        return self._read()[0]

    def problems(self) -> tuple[BadInput, ...]:
        """Return what is wrong with those files of the workspace that are no experiments."""
        return tuple(self._read()[1])

    def run(
        self, name: str, wait: Wait | None = None, tell: Tell = lambda _: None, asked: Asked | None = None
    ) -> ExperimentResult:
        """Do what an experiment says and has not been done yet; return its tables. `asked` says who judges.

        Raises `NotFound`, `BadInput`, `UsageError` before anything is started, and what `wait` raises: `JobError`
        where it is not given.
        """
        return _Run(self._workbench, self.get(name), wait or self._wait, tell, asked or Asked()).result()

    def _wait(self, job: Job) -> Job:
        ended = self._workbench.jobs.wait(job.job_id)
        if ended.status is not JobStatus.DONE:
            raise JobError(f"{ended.spec.kind} {ended.job_id} {ended.status}: {ended.error or 'no reason is known'}")
        return ended

    def _load(self, path: Path) -> Experiment:
        return load_experiment(path, self._workbench.training.settings)

    def _read(self) -> tuple[Sequence[Experiment], Sequence[BadInput]]:
        experiments, problems = [], []
        for _, path in sorted(self._files().items()):
            try:
                experiments.append(self._load(path))
            except BadInput as error:
                problems.append(error)
        return experiments, problems

    def _files(self) -> dict[str, Path]:
        folders = (shipped("experiments"), self._workbench.paths.experiments)
        return {path.stem: path for folder in folders for path in folder.glob("*.toml")}


class _Run:
    """One run of an experiment."""

    def __init__(self, workbench: "Workbench", experiment: Experiment, wait: Wait, tell: Tell, asked: Asked) -> None:
        settings, score = workbench.settings, experiment.score
        settings = replace(
            settings,
            embedding_model=score.embedding_model or settings.embedding_model,
            bertscore_model=score.bertscore_model or settings.bertscore_model,
        )
        self._workbench = type(workbench)(settings)
        self._experiment = experiment
        self._wait = wait
        self._tell = tell
        # Judges have no models of their own to compute with but those of the settings.
        self._judging = JudgeSteps(workbench, experiment, asked, wait, tell)

    def result(self) -> ExperimentResult:
        experiment = self._experiment
        dataset = self._dataset()
        self._check(dataset)
        tuned = None if experiment.train is None else self._train(dataset, experiment.train)
        systems = [self._generate(dataset, step, tuned) for step in experiment.generate]
        if experiment.score.metrics:
            for split in dict.fromkeys(step.split for step in experiment.generate):
                self._score(dataset, split)
        self._judging.run(dataset, lambda name: self._written(systems, name))
        tables = [table for shown in experiment.show for table in self._tables(dataset, shown, systems)]
        every = tuple(dict.fromkeys(name for found in systems for name in found))
        return ExperimentResult(experiment, dataset, tuned, every, tuple(tables))

    def _dataset(self) -> Dataset:
        datasets, name = self._workbench.datasets, self._experiment.dataset
        there = name in {dataset.name for dataset in datasets.list()}
        if self._experiment.bundled and not there:
            datasets.import_bundled(name)
        found = datasets.get(name)
        came = "is there" if there else "imported"
        self._tell(f"dataset {name} {came}: version {found.version}, {plural(found.size, 'example')}")
        return found

    def _check(self, dataset: Dataset) -> None:
        """Raise what stands against the generations before a model is trained for them: its base stands for it."""
        train = self._experiment.train
        if train is not None:
            self._workbench.models.local(train.model)
        for step in self._experiment.generate:
            self._workbench.generation.plan(_request(dataset, step, None if train is None else train.model))
        self._judging.check(dataset)

    def _train(self, dataset: Dataset, step: TrainStep) -> str:
        """Return the model that this training has made, earlier or now."""
        workbench = self._workbench
        recipe = workbench.training.settings(step.recipe, step.changes)
        there = {model.name for model in workbench.models.list()}
        for job in sorted(self._trainings(dataset, step, recipe), key=lambda job: job.status is not JobStatus.DONE):
            if job.status is JobStatus.DONE:
                if job.result.get("model") in there:
                    self._tell(f"model {job.result['model']} is there: job {job.job_id} has trained it")
                    return str(job.result["model"])
                continue
            if job.status.resumable:
                self._tell(f"train: job {job.job_id} goes on, it was {job.status}")
                job = workbench.jobs.resume(job.job_id)
            else:
                self._tell(f"train: job {job.job_id} is at it")
            return str(self._wait(job).result["model"])
        self._tell(f"train {step.model} on {dataset.name} with the recipe {step.recipe}")
        job = workbench.training.start(dataset.name, step.model, step.recipe, overrides=step.changes)
        return str(self._wait(job).result["model"])

    def _trainings(self, dataset: Dataset, step: TrainStep, recipe: Recipe) -> Iterable[Job]:
        """Yield the jobs that train the same model on the same examples in the same way, the newest first."""
        for job in self._workbench.jobs.list():
            said = job.spec.arguments
            if job.spec.kind not in {JobKind.TRAIN, JobKind.SWEEP}:
                continue
            if (said.get("dataset_id"), said.get("model")) == (dataset.dataset_id, step.model):
                written = said.get("recipe")
                if isinstance(written, Mapping) and _recipe(written) == recipe:
                    yield job

    def _generate(self, dataset: Dataset, step: GenerateStep, tuned: str | None) -> tuple[str, ...]:
        """Return the systems of a step when they have written."""
        generation = self._workbench.generation
        request = _request(dataset, step, tuned)
        plan = generation.plan(request)
        for job in generation.writing(dataset, step.split, [one.system for one in plan.systems]):
            self._tell(f"generate: job {job.job_id} is at it")
            self._wait(job)
            plan = generation.plan(request)
        for reason in plan.left_out:
            self._tell(f"left out: {reason}")
        words = f"{plural(len(plan.systems), 'system')} for {dataset.name}/{step.split}"
        named = f"generate {step.name}" if step.name else "generate"
        if plan.texts:
            self._tell(f"{named}: {words}, {plural(plan.texts, 'text')} to write")
            self._wait(generation.start(request))
        else:
            self._tell(f"{named}: {words}, all texts are there")
        return tuple(one.system.name for one in generation.plan(request).systems)

    def _score(self, dataset: Dataset, split: str) -> None:
        for job in self._workbench.jobs.list():
            same = job.spec.arguments.get("dataset") == dataset.name
            if job.spec.kind is JobKind.SCORE and not job.status.ended and same:
                self._tell(f"score: job {job.job_id} is at it")
                self._wait(job)
        metrics = self._experiment.score.metrics
        self._tell(f"score {dataset.name}/{split}: {', '.join(metrics)}")
        self._wait(self._workbench.scoring.start(dataset.name, split, metrics))

    def _written(self, systems: Sequence[tuple[str, ...]], name: str) -> dict[str, Sequence[str]]:
        """Return the systems that wrote for each split: those of the step of that name, of all where it is empty."""
        parts: dict[str, list[str]] = {}
        for step, written_by in zip(self._experiment.generate, systems, strict=True):
            if name in {"", step.name}:
                parts.setdefault(step.split, []).extend(written_by)
        return {split: list(dict.fromkeys(there)) for split, there in parts.items()}

    def _tables(self, dataset: Dataset, shown: Shown, systems: Sequence[tuple[str, ...]]) -> list[ExperimentTable]:
        """Return a table for each split that its systems wrote for, and for each judge."""
        if shown.judge is not None or shown.pairs:
            return list(self._judging.tables(dataset, shown, lambda name: self._written(systems, name)))
        written = self._written(systems, shown.of)
        return [self._table(dataset, shown, split, there) for split, there in written.items()]

    def _table(self, dataset: Dataset, shown: Shown, split: str, systems: Sequence[str]) -> ExperimentTable:
        if shown.histogram:
            found = self._workbench.histograms.get(dataset.name, shown.histogram, split, shown.bins, systems)
            return ExperimentTable(shown, split, tuple(systems), histogram=found)
        results = self._workbench.results

        def rows(by_field: bool) -> list[LeaderboardRow]:
            return [
                row
                for row in results.leaderboard(dataset.name, split, "field" if by_field else None)
                if row.source == "metric" and row.system in systems and row.measure in shown.measures
            ]

        with self._workbench.store.read() as connection:
            reasons = measured.reasons(connection, dataset.name, dataset.version, split, systems, shown.measures)
        by_field = rows(by_field=True) if shown.by_field else []
        return ExperimentTable(
            shown, split, tuple(systems), tuple(rows(by_field=False)), tuple(by_field), unscored=tuple(reasons)
        )


def _request(dataset: Dataset, step: GenerateStep, tuned: str | None) -> GenerationRequest:
    models = tuple(dict.fromkeys(tuned if model == TUNED and tuned else model for model in step.models))
    return GenerationRequest(
        dataset.name, step.split, models, step.grid, step.prompt, step.shots, step.shots_seed, step.skip_impossible
    )


def _recipe(written: Mapping[str, object]) -> Recipe | None:
    """Return a recipe that was written into a job, None where it has another form."""
    try:
        return Recipe.from_json(written)
    except (KeyError, TypeError):
        return None
