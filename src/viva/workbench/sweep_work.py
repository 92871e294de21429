"""What a sweep's job does with its program's reports."""

from pathlib import Path
from typing import Any

from viva.records.training import Trial
from viva.store import jobs
from viva.store import trials as table
from viva.train.building import read_recipe
from viva.workbench.sweeps import RUNNING, WAITING, trial
from viva.workbench.training_config import training_config
from viva.workbench.work import JobWork


def sweep(job: JobWork) -> dict[str, Any]:
    """Search; the adapter of the best trial becomes a model of the workspace."""
    workbench, arguments = job.workbench, job.arguments
    settings = read_recipe(arguments)
    # Only what this very job has begun is gone on with: the name may have been that of another sweep.
    begun = (job.directory.path / "config.json").exists()
    output = workbench.paths.models / arguments["name"]
    config = training_config(workbench, arguments["dataset_id"], arguments["model"], settings, job.directory.path)
    told = job.config({**config, "output": str(output), "resume": begun, "pause": str(job.directory.pause_file)})
    record = SweepRecord(job)
    try:
        done = job.run("viva.train.sweep", told, record)
    finally:
        record.leave()
    if done.get("paused"):
        return done
    record.store_curve(done["best_trial"])
    note = f"{settings.name} on {arguments['dataset']}: the best of {done['trials']}"
    model = workbench.models.add_adapter(arguments["name"], Path(done["adapter"]), arguments["model"], note)
    return {**done, "model": model.name}


class SweepRecord:
    """Takes a sweep's events: into the job's file, and the state of each trial into the store, as they come."""

    def __init__(self, job: JobWork) -> None:
        self._job = job
        self._running: dict[int, Trial] = {}

    def __call__(self, event: dict[str, Any]) -> None:
        self._job.directory.add_event(event)
        if event["event"] != "trial":
            return
        told = trial(event)
        if told.state == RUNNING:
            self._running[told.number] = told
        else:
            self._running.pop(told.number, None)
        self._store([told])

    def leave(self) -> None:
        """Note that trials which still run now wait for the sweep to be resumed."""
        waiting = [Trial(t.number, WAITING, t.values, t.loss, t.step, t.seconds) for t in self._running.values()]
        if waiting:
            self._store(waiting)

    def store_curve(self, number: int) -> None:
        """Store the curve of the best trial as that of the job."""
        events, _ = self._job.directory.events()
        points = [
            (int(event["step"]), name, float(value))
            for event in events
            if event["event"] == "log" and event.get("trial") == number
            for name, value in event["values"].items()
        ]
        with self._job.workbench.store.write() as connection:
            jobs.add_metrics(connection, self._job.directory.job_id, points)

    def _store(self, trials: list[Trial]) -> None:
        with self._job.workbench.store.write() as connection:
            table.add(connection, self._job.directory.job_id, trials)
