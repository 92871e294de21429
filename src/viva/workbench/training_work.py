"""What a training job does with its program's reports."""

import time
from pathlib import Path
from typing import Any

from viva.records.recipe import Format
from viva.store import jobs, training
from viva.train.building import read_recipe
from viva.workbench.training_config import training_config
from viva.workbench.work import JobWork

STORED_EVERY_SECONDS = 2.0


def train(job: JobWork) -> dict[str, Any]:
    """Fine-tune; the weights that the recipe keeps become a model of the workspace."""
    workbench, arguments = job.workbench, job.arguments
    settings = read_recipe(arguments)
    output = workbench.paths.models / arguments["name"]
    config = training_config(workbench, arguments["dataset_id"], arguments["model"], settings, job.directory.path)
    told = job.config(
        {
            **config,
            "output": str(output),
            "resume": (output / "checkpoints").is_dir(),
            "pause": str(job.directory.pause_file),
        }
    )
    record = RunRecord(job)
    done = job.run("viva.train.program", told, record, settings.gpus)
    record.store()
    if done.get("paused") or settings.format == Format.BASE:
        return done
    note = f"{settings.name} on {arguments['dataset']}"
    model = workbench.models.add_adapter(arguments["name"], Path(done["adapter"]), arguments["model"], note)
    return {**done, "model": model.name}


class RunRecord:
    """Takes a training's events: into the job's file at once, into the store every few seconds."""

    def __init__(self, job: JobWork) -> None:
        self._job = job
        self._points: list[tuple[int, str, float]] = []
        self._probes: list[dict[str, Any]] = []
        self._stored_at = time.monotonic()
        # A resumed job: what was told before a kill may not have come to the store.
        for event in job.directory.events()[0]:
            self._keep(event)
        with job.workbench.store.read() as connection:
            stored = training.stored_probes(connection, job.directory.job_id)
        self._probes = [event for event in self._probes if (event["step"], event["source"]) not in stored]

    def __call__(self, event: dict[str, Any]) -> None:
        self._job.directory.add_event(event)
        self._keep(event)
        if event["event"] == "start":
            facts = {key: value for key, value in event.items() if key not in {"event", "time"}}
            with self._job.workbench.store.write() as connection:
                training.add_facts(connection, self._job.directory.job_id, facts)
        if time.monotonic() - self._stored_at > STORED_EVERY_SECONDS:
            self.store()

    def _keep(self, event: dict[str, Any]) -> None:
        if event["event"] == "log":
            self._points += [(int(event["step"]), name, float(value)) for name, value in event["values"].items()]
        elif event["event"] == "probe":
            self._probes.append(event)

    def store(self) -> None:
        """Store what has come since the last time."""
        if self._points or self._probes:
            with self._job.workbench.store.write() as connection:
                jobs.add_metrics(connection, self._job.directory.job_id, self._points)
                training.add_probes(connection, self._job.directory.job_id, self._probes)
            self._points, self._probes = [], []
        self._stored_at = time.monotonic()
