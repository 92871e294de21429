"""Training: start a fine-tune, follow its curve."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva.errors import UsageError
from viva.records.job import Curve, Job, JobKind, JobSpec
from viva.records.model import Model, ModelKind
from viva.records.recipe import Format, Recipe
from viva.records.training import Probe
from viva.train.recipes import apply_overrides
from viva.workbench import names
from viva.workbench.training_config import TEST, TRAIN, training_config

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


class Training:
    """Start trainings and read their curves."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def start(
        self,
        dataset: str,
        model: str,
        recipe: str,
        name: str | None = None,
        overrides: Mapping[str, str] | None = None,
        examine: bool = False,
    ) -> Job:
        """Start fine-tuning `model` on the split `train` of a dataset; the result is the model `name`.

        A recipe with a sweep starts the search, whose best training becomes the model.

        With `examine`, base and tuned model then write for the split `test`, both are scored, and a study of
        their texts is made. Raises `NotFound`, `UsageError`.
        """
        found = self._workbench.datasets.with_split(dataset, TRAIN)
        base = self._base(model)
        settings = self.settings(recipe, overrides)
        if name is not None:
            names.checked("model", name)
            self._check_free(name)
        if examine:
            if TEST not in found.splits:
                raise UsageError(f"{dataset} has no split {TEST} to examine the models on", "train without --examine")
            if settings.format == Format.BASE:
                raise UsageError("the format base trains no model to examine", "choose another format")
        tuned = self._reserved(name, f"{model}-{dataset}")
        then = self._workbench.generation.examination(dataset, TEST, [model, tuned]) if examine else None
        spec = JobSpec(
            JobKind.SWEEP if settings.sweep else JobKind.TRAIN,
            f"{tuned}: {settings.name}, {model} on {dataset}",
            {
                "dataset": dataset, "dataset_id": found.dataset_id, "model": base.name,
                "name": tuned, "recipe": settings.to_json(),
            },
            then,
        )  # fmt: skip
        return self._workbench.jobs.start(spec)

    def settings(self, recipe: str, overrides: Mapping[str, str] | None = None) -> Recipe:
        """Return a recipe with changes, each value as text. Raises `NotFound`, `BadInput`, `UsageError`."""
        return apply_overrides(self._workbench.recipes.get(recipe), overrides or {})

    def config(self, dataset: str, model: str, settings: Recipe, folder: Path) -> dict[str, Any]:
        """Return what the training programs are told, the rows in files in `folder`. Raises `NotFound`, `UsageError`.

        `output`, `resume` and `pause` are not in it.
        """
        found = self._workbench.datasets.with_split(dataset, TRAIN)
        return training_config(self._workbench, found.dataset_id, self._base(model).name, settings, folder)

    def curve(self, job_id: str) -> Curve:
        """Return the loss curves of a training so far. Raises `NotFound`."""
        events, _ = self._workbench.jobs.events(job_id)
        return curve(events)

    def probes(self, job_id: str) -> list[Probe]:
        """Return what the model wrote for the probe questions so far, in the order of the steps. Raises `NotFound`."""
        events, _ = self._workbench.jobs.events(job_id)
        return probes(events)

    def _base(self, model: str) -> Model:
        base = self._workbench.models.local(model)
        if base.kind is ModelKind.ADAPTER:
            raise UsageError(f"{model} is an adapter itself", f"train over its base: --model {base.base}")
        return base

    def _check_free(self, name: str) -> None:
        """Raise `UsageError` where a model has this name, or an unfinished job will give it."""
        if name in {model.name for model in self._workbench.models.list()}:
            raise UsageError(f"there is a model {name} already", "choose another name")
        if job_id := self._unfinished().get(name):
            raise UsageError(
                f"job {job_id} makes a model {name}", f"choose another name, or go on: viva job resume {job_id}"
            )

    def _reserved(self, name: str | None, usual: str) -> str:
        """Return the name of the new model, having made its folder: of two who want it at once only one gets it."""
        taken = {*(model.name for model in self._workbench.models.list()), *self._unfinished()}
        while True:
            tuned = name or names.unused(usual, taken)
            folder = self._workbench.paths.models / names.checked("model", tuned)
            try:
                folder.mkdir(parents=True)
            except FileExistsError as error:
                if name is not None:
                    raise UsageError(f"there is a folder {folder} already", "choose another name") from error
                taken.add(tuned)
            else:
                return tuned

    def _unfinished(self) -> dict[str, str]:
        """Return the names that unfinished jobs will give, with the jobs: those that wait to be resumed too."""
        kinds = {JobKind.TRAIN, JobKind.SWEEP, JobKind.EXPORT}
        jobs = [job for job in self._workbench.jobs.list() if job.spec.kind in kinds]
        return {job.spec.arguments["name"]: job.job_id for job in jobs if not job.status.ended or job.status.resumable}


def curve(events: list[dict[str, Any]]) -> Curve:
    """Return the curves that a training's events describe; a step reported twice counts as last reported."""
    points: dict[str, dict[int, float]] = {}
    best = None
    for event in events:
        if event["event"] == "log":
            for name, value in event["values"].items():
                points.setdefault(name, {})[int(event["step"])] = float(value)
        elif event["event"] == "best":
            best = int(event["step"])
    return Curve({name: sorted(values.items()) for name, values in points.items()}, best)


def probes(events: list[dict[str, Any]]) -> list[Probe]:
    """Return the probes among a training's events; a step reported twice counts as last reported."""
    found: dict[tuple[int, str], Probe] = {}
    for event in events:
        if event["event"] == "probe":
            values = {key: event[key] for key in ("step", "source", "question", "text", "repetition")}
            found[int(event["step"]), str(event["source"])] = Probe(**values)
    return sorted(found.values(), key=lambda probe: probe.step)
