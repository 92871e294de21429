"""Trainings and sweeps as they lie on disk, with what their programs have said."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.fakes.jobs_on_disk import add_job
from viva.jobs.directory import JobDirectory
from viva.paths import shipped
from viva.records.job import JobKind, JobStatus
from viva.records.recipe import Recipe, Span, Sweep
from viva.train.recipes import load_recipe
from viva.workbench import Workbench

SEARCH = Sweep(3, 1, True, {"rank": Span(choices=(4, 8)), "dropout": Span(low=0.0, high=0.2)})


def starter(**values: Any) -> Recipe:
    return replace(load_recipe(shipped("recipes") / "starter-lora.toml"), **values)


def add_run(
    workbench: Workbench, job_id: str, name: str, events: Sequence[dict[str, Any]], **values: Any
) -> JobDirectory:
    """Put a training (or, by `kind`, a sweep) that makes the model `name` into the workspace."""
    given = {"kind": JobKind.TRAIN, "status": JobStatus.DONE, "recipe": starter(), "dataset": "vad", **values}
    recipe = given.pop("recipe")
    arguments = {
        "dataset": given.pop("dataset"),
        "dataset_id": "d1",
        "model": "starter",
        "name": name,
        "recipe": recipe.to_json() if isinstance(recipe, Recipe) else recipe,
    }
    return add_job(workbench, job_id, events=events, arguments=arguments, **given)


def log(step: int, **values: float) -> dict[str, Any]:
    return {"event": "log", "step": step, "epoch": 0.0, "values": values}


def training(losses: dict[int, float], total: int = 40, done: int = 0) -> list[dict[str, Any]]:
    """Return what a training says: a start, and at each step a loss and a validation loss of a half more."""
    events: list[dict[str, Any]] = [
        {"event": "start", "total": total, "unit": "step", "done": done, "device": "cpu", "train": 93}
    ]
    for step, loss in losses.items():
        events.append(log(step, loss=loss, tokens_per_second=100.0 + step, memory=1e6 * step))
        events.append(log(step, eval_loss=loss + 0.5))
    return events


def trial(number: int, state: str, loss: float | None = None, **values: Any) -> dict[str, Any]:
    """Return what a sweep says of a trial of 40 steps when its state changes."""
    given = {"rank": 4 * (number + 1), "dropout": 0.1, **values.pop("values", {})}
    return {
        "event": "trial", "number": number, "state": state, "values": given, "loss": loss,
        "step": None if loss is None else 40, "seconds": 2.0, "error": "", "steps": 40, "total": 40,
        "device": "cpu", **values,
    }  # fmt: skip


def evaluation(number: int, step: int, loss: float) -> dict[str, Any]:
    values = {"eval_loss": loss, "loss": loss - 0.5, "tokens_per_second": 50.0, "memory": 2e6}
    return {"event": "log", "step": step, "trial": number, "values": values}


def sweep() -> list[dict[str, Any]]:
    """Return what a sweep of three trials has said: the second is the best, the third still runs."""
    return [
        {"event": "start", "total": 3, "unit": "trial", "done": 0},
        trial(0, "running", seconds=0.0),
        evaluation(0, 20, 2.5),
        evaluation(0, 40, 2.25),
        trial(0, "complete", 2.25),
        {"event": "best", "trial": 0, "value": 2.25, "step": 40},
        trial(1, "running", seconds=0.0),
        evaluation(1, 20, 1.5),
        evaluation(1, 40, 1.75),
        trial(1, "complete", 1.5, step=20),
        {"event": "best", "trial": 1, "value": 1.5, "step": 20},
        {"event": "progress", "done": 2, "total": 3, "message": "trial 1: validation loss 1.5"},
        trial(2, "running", seconds=0.0, steps=0, total=0),
        evaluation(2, 20, 2.0),
        evaluation(2, 40, 3.0),
    ]
