"""What a generation job does: it gives the program what each system has still to write, and stores what comes."""

import time
from typing import Any

from viva.records.dataset import Dataset
from viva.records.generation import Generation
from viva.records.model import Decoding, ModelKind, System
from viva.store import datasets, generations, models
from viva.text import plural
from viva.workbench.synthesis import chat_config
from viva.workbench.work import JobWork

BATCH_SIZE = 32
SHOWN = 2000
"""Characters of the newest text that are kept for whoever watches."""
PAUSE_SECONDS = 0.5
"""Progress is noted no more often: every look at a job reads all its notes."""


def generate(job: JobWork) -> dict[str, Any]:
    """Let each system write for the examples it has not written for; every batch is stored as it comes."""
    workbench, arguments = job.workbench, job.arguments
    dataset = workbench.datasets.with_split(arguments["dataset"], arguments["split"], arguments.get("version"))
    systems = _systems(job)
    tasks = [task for system in systems if (task := _task(job, dataset, system)) is not None]
    done: dict[str, Any] = {}
    if tasks:
        config = job.config({"systems": tasks, "batch_size": BATCH_SIZE})
        done = job.run("viva.generate.program", config, _Taking(job, {s.system_id: s.name for s in systems}))
    names = [system.name for system in systems]
    study = arguments.get("study")
    if study and study not in {known.name for known in workbench.studies.list()}:
        workbench.studies.create(study, dataset.name, arguments["split"], names)
    if failed := done.get("failed"):
        job.directory.add_event({"event": "message", "message": f"{plural(failed, 'text')} could not be had"})
    return {"systems": names, "study": study, **done}


class _Taking:
    """Stores what the program writes, and notes how far it is."""

    def __init__(self, job: JobWork, names: dict[str, str]) -> None:
        self._job = job
        self._names = names
        self._noted = 0.0

    def __call__(self, event: dict[str, Any]) -> None:
        if event["event"] == "generations":
            written = [Generation(**row) for row in event["rows"]]
            with self._job.workbench.store.write() as connection:
                generations.add(connection, written)
            self._show(written)
        elif event["event"] != "progress" or self._due(event):
            self._job.directory.add_event(event)

    def _due(self, event: dict[str, Any]) -> bool:
        now = time.monotonic()
        if now - self._noted < PAUSE_SECONDS and event["done"] < event["total"]:
            return False
        self._noted = now
        return True

    def _show(self, written: list[Generation]) -> None:
        if not written:
            return
        last = next((one for one in reversed(written) if one.failed is None), written[-1])
        with self._job.workbench.store.read() as connection:
            found = datasets.example(connection, last.example_id)
        question = "" if found is None else found[0].question
        self._job.directory.set_latest(
            {
                "system": self._names.get(last.system_id, ""),
                "question": question[:SHOWN],
                "text": last.text[:SHOWN],
                "failed": last.failed,
            }
        )


def _systems(job: JobWork) -> list[System]:
    """Return the systems that the job is about: as it was started, or those of its models as they are now."""
    if "systems" in job.arguments:
        return [System.from_json(system) for system in job.arguments["systems"]]
    generation, decoding = job.workbench.generation, job.arguments.get("decoding")
    return [
        generation.system(
            job.workbench.models.get(name), Decoding(**decoding) if decoding else None, job.arguments.get("prompt")
        )
        for name in job.arguments["models"]
    ]


def _task(job: JobWork, dataset: Dataset, system: System) -> dict[str, Any] | None:
    """Return what the program needs for one system, None where nothing is left to write; register the system."""
    workbench = job.workbench
    with workbench.store.write() as connection:
        models.add_system(connection, system)
    with workbench.store.read() as connection:
        left = generations.to_write(
            connection, system.system_id, dataset.dataset_id, job.arguments["split"], system.decoding.samples
        )
        examples, count = job.rows(f"examples-{system.system_id}", left)
    if not count:
        return None
    model = workbench.models.get(system.model)
    task: dict[str, Any] = {"system": system.to_json(), "examples": examples}
    if model.kind is ModelKind.ENDPOINT:
        return {**task, **chat_config(workbench, model), "takes": model.settings.get("takes") or {}}
    location, base = workbench.models.weights(model)
    return {**task, "location": location, "base": base}
