"""Training: start a fine-tune, follow its curve."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from viva.errors import UsageError
from viva.records.job import Curve, Job, JobKind, JobSpec
from viva.records.model import ModelKind
from viva.train.recipes import apply_overrides
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

TRAIN, VALIDATION, TEST = "train", "validation", "test"


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

        With `examine`, base and tuned model then write for the split `test`, both are scored, and a study of
        their texts is made. Raises `NotFound`, `UsageError`.
        """
        found = self._workbench.datasets.with_split(dataset, TRAIN)
        base = self._workbench.models.local(model)
        if base.kind is ModelKind.ADAPTER:
            raise UsageError(f"{model} is an adapter itself", f"train over its base: --model {base.base}")
        settings = apply_overrides(self._workbench.recipes.get(recipe), overrides or {})
        taken = [known.name for known in self._workbench.models.list()] + self._names_in_use()
        if name is not None and name in taken:
            raise UsageError(f"there is a model {name} already", "choose another name")
        tuned = names.checked("model", name) if name else names.unused(f"{model}-{dataset}", taken)
        then = None
        if examine:
            if TEST not in found.splits:
                raise UsageError(f"{dataset} has no split {TEST} to examine the models on", "train without --examine")
            then = self._workbench.generation.examination(dataset, TEST, [model, tuned])
        spec = JobSpec(
            JobKind.TRAIN,
            f"{recipe}: {model} on {dataset}",
            {
                "dataset": dataset, "dataset_id": found.dataset_id, "model": base.name,
                "name": tuned, "recipe": asdict(settings),
            },
            then,
        )  # fmt: skip
        return self._workbench.jobs.start(spec)

    def curve(self, job_id: str) -> Curve:
        """Return the loss curves of a training so far. Raises `NotFound`."""
        events, _ = self._workbench.jobs.events(job_id)
        return curve(events)

    def _names_in_use(self) -> list[str]:
        jobs = self._workbench.jobs.list()
        return [job.spec.arguments["name"] for job in jobs if job.spec.kind is JobKind.TRAIN and not job.status.ended]


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
