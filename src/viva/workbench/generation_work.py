"""What a generation job does: it gives the program what each system has still to write, and stores what comes."""

import json
import time
from typing import Any

from viva.records.dataset import Dataset
from viva.records.generation import Generation
from viva.records.model import Decoding, ModelKind, System
from viva.records.study import StudyRequest
from viva.store import datasets, generations, models
from viva.text import plural
from viva.workbench.synthesis import chat_config
from viva.workbench.work import JobWork

BATCH_SIZE = 32
SHOWN = 2000
"""Characters of the newest text that are kept for whoever watches."""
SPENT = "spent.json"
"""The file of a job in which it is added up what its texts took."""
PAUSE_SECONDS = 0.5
"""Progress is noted no more often: every look at a job reads all its notes."""


def generate(job: JobWork) -> dict[str, Any]:
    """Let each system write for the examples it has not written for; every batch is stored as it comes."""
    workbench, arguments = job.workbench, job.arguments
    dataset = workbench.datasets.with_split(arguments["dataset"], arguments["split"], arguments.get("version"))
    systems = _systems(job)
    there = _there(job, dataset, systems)
    tasks = [task for system in systems if (task := _task(job, dataset, system)) is not None]
    taking = _Taking(job, {system.system_id: system.name for system in systems}, there)
    if tasks:
        job.run("viva.generate.program", job.config({"systems": tasks, "batch_size": BATCH_SIZE}), taking)
    names = [system.name for system in systems]
    study = arguments.get("study")
    if study and study not in {known.name for known in workbench.studies.list()}:
        workbench.studies.create(StudyRequest(study, dataset.name, arguments["split"], tuple(names)))
    if taking.failed:
        job.directory.add_event({"event": "message", "message": f"{plural(taking.failed, 'text')} could not be had"})
    said = f"{plural(taking.written, 'text')} by {plural(len(names), 'system')}"
    return {"systems": names, "study": study, "failed": taking.failed, **taking.spent, "said": said}


class _Taking:
    """Stores what the program writes, notes how far it is, and adds up what the job's texts took, all its runs."""

    def __init__(self, job: JobWork, names: dict[str, str], there: int) -> None:
        """`there` texts of those that are wanted had been written before."""
        self._job = job
        self._names = names
        self._there = there
        self._noted = 0.0
        self._file = job.directory.path / SPENT
        self.failed = self.written = 0
        self.spent: dict[str, Any] = {"prompt_tokens": 0, "completion_tokens": 0, "cost": None}
        if self._file.exists():
            self.spent = json.loads(self._file.read_text("utf-8"))

    def __call__(self, event: dict[str, Any]) -> None:
        if event["event"] == "generations":
            written = [Generation(**row) for row in event["rows"]]
            with self._job.workbench.store.write() as connection:
                generations.add(connection, written)
            self._add(written)
            self._show(written)
            return
        if event["event"] in ("start", "progress"):
            event = {**event, "done": event.get("done", 0) + self._there, "total": event["total"] + self._there}
        if event["event"] != "progress" or self._due(event):
            self._job.directory.add_event(event)

    def _add(self, written: list[Generation]) -> None:
        self.failed += sum(one.failed is not None for one in written)
        self.written += sum(one.failed is None for one in written)
        for name in ("prompt_tokens", "completion_tokens"):
            self.spent[name] += sum(getattr(one, name) for one in written)
        costs = [one.cost for one in written if one.cost is not None]
        if costs:
            self.spent["cost"] = (self.spent["cost"] or 0.0) + sum(costs)
        temporary = self._file.with_suffix(".new")
        temporary.write_text(json.dumps(self.spent), "utf-8")
        temporary.replace(self._file)

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


def _there(job: JobWork, dataset: Dataset, systems: list[System]) -> int:
    """Return how many of the texts that are wanted have been written before."""
    with job.workbench.store.read() as connection:
        written = [
            generations.written_texts(connection, system.system_id, dataset.dataset_id, job.arguments["split"])
            for system in systems
        ]
    return sum(written)


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
