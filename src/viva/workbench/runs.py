"""Runs: every training and every sweep of the workspace as a row to sort and compare."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva.errors import BadInput
from viva.jobs.directory import JobDirectory
from viva.records.job import Curve, Job, JobKind
from viva.records.recipe import Recipe, differences
from viva.records.training import Run
from viva.workbench import names, sweeps

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

KINDS = {JobKind.TRAIN, JobKind.SWEEP}


@dataclass(frozen=True)
class Course:
    """What the events of a training tell of how it went; `values` are those that a sweep's best trial was given."""

    steps: int = 0
    total: int = 0
    seconds: float | None = None
    loss: float | None = None
    best_loss: float | None = None
    best_step: int | None = None
    tokens_per_second: float | None = None
    peak_memory: int | None = None
    device: str = ""
    values: dict[str, Any] = field(default_factory=dict)


class Runs:
    """List and compare runs; what was read of a job's events is kept until they grow."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._courses: dict[Path, tuple[int, Course]] = {}

    def list(self) -> list[Run]:
        """Return the runs, newest first: each training, and each sweep with the numbers of its best trial.

        A training whose recipe was written by another viva, in another form, is left out: `unreadable` counts them.
        """
        runs = (self._run(job) for job in self._jobs())
        return [run for run in runs if run is not None]

    def unreadable(self) -> int:
        """Return how many trainings are not among the runs, because their recipe has another form."""
        return sum(1 for job in self._jobs() if _recipe(job) is None)

    def get(self, ref: str) -> Run:
        """Return the run of a job, named by its id, its start, or the model it makes (of several the newest).

        Raises `NotFound`, and `BadInput` where its recipe has another form.
        """
        jobs = self._jobs()
        matching = [job for job in jobs if job.job_id == ref]
        matching = matching or [job for job in jobs if job.spec.arguments.get("name") == ref][:1]
        matching = matching or [job for job in jobs if ref and job.job_id.startswith(ref)]
        if len(matching) != 1:
            known = {str(job.spec.arguments.get("name") or job.job_id) for job in jobs}
            raise names.missing("run", ref, known, "train a model first: viva train --help")
        run = self._run(matching[0])
        if run is None:
            hint = f"viva job show {matching[0].job_id} has what it was asked to do"
            raise BadInput("the recipe of this training was written by another version of viva", hint)
        return run

    def curves(self, refs: Sequence[str]) -> dict[str, Curve]:
        """Return the curves of runs by the names of their models, or their jobs' ids where two have the same name.

        That of a sweep is its best trial's, empty before there is one. Raises `NotFound`, `BadInput`.
        """
        runs = list({run.job_id: run for run in map(self.get, refs)}.values())
        models = [run.model for run in runs]
        return {run.model if models.count(run.model) == 1 else run.job_id: self._curve(run) for run in runs}

    def compare(self, a: str, b: str) -> dict[str, tuple[Any, Any]]:
        """Return in what the recipes of two runs differ, key by key. Raises `NotFound`, `BadInput`."""
        return differences(self.get(a).recipe, self.get(b).recipe)

    def _jobs(self) -> Sequence[Job]:
        return [job for job in self._workbench.jobs.list() if job.spec.kind in KINDS]

    def _run(self, job: Job) -> Run | None:
        recipe = _recipe(job)
        if recipe is None:
            return None
        course, arguments = self._course(job), job.spec.arguments
        searched = job.spec.kind is JobKind.SWEEP
        return Run(
            job_id=job.job_id,
            status=job.status,
            created_at=job.created_at,
            dataset=str(arguments.get("dataset", "")),
            base=str(arguments.get("model", "")),
            model=str(arguments.get("name", "")),
            recipe=replace(recipe, sweep=None, **course.values) if searched else recipe,
            steps=course.steps,
            total=course.total,
            seconds=course.seconds,
            loss=course.loss,
            best_loss=course.best_loss,
            best_step=course.best_step,
            tokens_per_second=course.tokens_per_second,
            peak_memory=course.peak_memory,
            device=course.device,
            sweep=job.job_id if searched else None,
        )

    def _course(self, job: Job) -> Course:
        directory = JobDirectory(self._workbench.paths.jobs / job.job_id)
        path = directory.events_file
        size = path.stat().st_size if path.exists() else 0
        known = self._courses.get(path)
        if known is not None and known[0] == size:
            return known[1]
        events, end = directory.events()
        read = sweep_course(events) if job.spec.kind is JobKind.SWEEP else course(events)
        # A line that is being written is read next time: what counts is how far was read, not how long the file is.
        self._courses[path] = (end, read)
        return read

    def _curve(self, run: Run) -> Curve:
        if run.sweep is None:
            return self._workbench.training.curve(run.job_id)
        best = self._workbench.sweeps.best(run.sweep)
        return Curve({}) if best is None else self._workbench.sweeps.curves(run.sweep)[best.number]


def course(events: Sequence[Mapping[str, Any]]) -> Course:
    """Return how a training went; of a step that was told twice, since it was resumed, the last time counts."""
    points: dict[str, dict[int, float]] = {}
    start: Mapping[str, Any] = {}
    for event in events:
        if event["event"] == "start":
            start = event
        elif event["event"] == "log":
            for name, value in event["values"].items():
                if math.isfinite(value):
                    points.setdefault(name, {})[int(event["step"])] = float(value)
    losses, evaluations = points.get("loss", {}), points.get("eval_loss", {})
    best = min(evaluations, key=lambda step: (evaluations[step], step), default=None)
    paces, memory = points.get("tokens_per_second", {}).values(), points.get("memory", {}).values()
    return Course(
        steps=max((step for line in points.values() for step in line), default=0),
        total=int(start.get("total") or 0),
        seconds=seconds(events),
        loss=losses[max(losses)] if losses else None,
        best_loss=evaluations[best] if best is not None else None,
        best_step=best,
        tokens_per_second=sum(paces) / len(paces) if paces else None,
        peak_memory=int(max(memory)) if memory else None,
        device=str(start.get("device") or ""),
    )


def sweep_course(events: Sequence[Mapping[str, Any]]) -> Course:
    """Return how a sweep's best trial went, and how long the whole sweep took."""
    found = sweeps.best(sweeps.trials(events, ended=False))
    if found is None:
        return Course(seconds=seconds(events))
    told = next(e for e in reversed(events) if e["event"] == "trial" and e["number"] == found.number)
    went = course([event for event in events if event["event"] == "log" and event.get("trial") == found.number])
    return replace(
        went,
        steps=int(told.get("steps") or went.steps),
        total=int(told.get("total") or 0),
        device=str(told.get("device") or ""),
        best_loss=found.loss,
        best_step=found.step,
        seconds=seconds(events),
        values=found.values,
    )


def seconds(events: Sequence[Mapping[str, Any]]) -> float | None:
    """Return how long a job has worked, what lay between two of its processes left out; None where it says no times.

    A process works from its `start` to the last event before the next one's.
    """
    spent, begun, last = 0.0, None, None
    for event in events:
        if event["event"] == "start":
            spent += last - begun if begun is not None and last is not None else 0.0
            begun = event.get("time")
        last = event.get("time", last)
    if begun is None or last is None:
        return None
    return round(max(float(spent + last - begun), 0.0), 2)


def _recipe(job: Job) -> Recipe | None:
    """Return the recipe of a training's job, None where it was written in another form."""
    value = job.spec.arguments.get("recipe")
    if not isinstance(value, Mapping):
        return None
    try:
        return Recipe.from_json(value)
    except (KeyError, TypeError):
        return None
