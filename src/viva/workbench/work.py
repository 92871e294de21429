"""What each kind of job does with its worker program's reports."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from viva.jobs.directory import JobDirectory
from viva.metrics.registry import METRICS
from viva.records.generation import Generation, Score
from viva.records.model import Decoding, System
from viva.store import datasets, generations, models
from viva.workbench.workbench import Workbench

BATCH_SIZE = 32


class Run(Protocol):
    """Runs a worker program, in several processes where asked, and returns its `done` event."""

    def __call__(
        self, module: str, config: Path, on_event: Callable[[dict[str, Any]], None], processes: int = 1
    ) -> dict[str, Any]: ...


@dataclass(frozen=True)
class JobWork:
    """A job at work: `run(module, config file, on event)` runs a worker program and returns its `done` event."""

    workbench: Workbench
    directory: JobDirectory
    arguments: dict[str, Any]
    run: Run

    def config(self, value: dict[str, Any]) -> Path:
        path = self.directory.path / "config.json"
        path.write_text(json.dumps(value, indent=1), "utf-8")
        return path

    def rows(self, name: str, rows: Iterable[dict[str, Any]]) -> str:
        path = self.directory.path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        return str(path)


def generate(job: JobWork) -> dict[str, Any]:
    """Let each system write for the examples it has not written for; every batch is stored as it comes."""
    workbench, arguments = job.workbench, job.arguments
    dataset = workbench.datasets.with_split(arguments["dataset"], arguments["split"], arguments.get("version"))
    decoding = Decoding(**arguments["decoding"])
    systems = []
    names = []
    for name in arguments["models"]:
        model = workbench.models.get(name)
        system = workbench.generation.system(model, decoding, arguments["prompt"])
        names.append(system.name)
        systems.append((system, *workbench.models.weights(model)))
    plans = [_plan(job, dataset.dataset_id, *system) for system in systems]
    plans = [plan for plan in plans if plan is not None]

    def on_event(event: dict[str, Any]) -> None:
        if event["event"] == "generations":
            with workbench.store.write() as connection:
                generations.add(connection, [Generation(**row) for row in event["rows"]])
        else:
            job.directory.add_event(event)

    if plans:
        config = job.config({"systems": plans, "batch_size": BATCH_SIZE})
        job.run("viva.generate.program", config, on_event)
    if arguments["study"] and arguments["study"] not in {study.name for study in workbench.studies.list()}:
        workbench.studies.create(arguments["study"], dataset.name, arguments["split"], names)
    return {"systems": names, "study": arguments["study"]}


def score(job: JobWork) -> dict[str, Any]:
    """Compute each metric for what it has not scored yet; every batch is stored as it comes."""
    workbench, arguments = job.workbench, job.arguments
    dataset = workbench.results.version(arguments["dataset"])
    tasks = []
    for name in arguments["metrics"]:
        info = METRICS[name]
        settings = info.settings(arguments["embedding_model"])
        with workbench.store.read() as connection:
            rows = generations.unscored(
                connection, dataset.dataset_id, arguments["split"], info.measures[0], info.version, settings
            )
        if rows:
            tasks.append({"metric": name, "rows": job.rows(name, rows)})

    def on_event(event: dict[str, Any]) -> None:
        if event["event"] == "scores":
            with workbench.store.write() as connection:
                generations.add_scores(connection, [Score(**row) for row in event["rows"]])
        else:
            job.directory.add_event(event)

    if tasks:
        config = job.config({"tasks": tasks, "embedding_model": arguments["embedding_model"]})
        job.run("viva.metrics.program", config, on_event)
    return {"metrics": arguments["metrics"]}


def _plan(job: JobWork, dataset_id: str, system: System, location: str, base: str | None) -> dict[str, Any] | None:
    """Return what the worker needs for one system, None where nothing is left to write; register the system."""
    with job.workbench.store.write() as connection:
        models.add_system(connection, system)
        written = generations.generated_examples(connection, system.system_id)
        examples = datasets.examples(connection, dataset_id, job.arguments["split"])
    left = [{"example_id": e.example_id, "question": e.question} for e in examples if e.example_id not in written]
    if not left:
        return None
    return {
        "system": system.to_json(),
        "location": location,
        "base": base,
        "examples": job.rows(f"examples-{system.system_id}", left),
    }
