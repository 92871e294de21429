"""Jobs as they lie on disk, without any process: running, finished, failed, vanished."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from viva.jobs.directory import JobDirectory
from viva.records.ids import utc_now
from viva.records.job import Job, JobKind, JobSpec, JobStatus
from viva.workbench import Workbench

START = {"event": "start", "total": 138, "unit": "step", "train": 93, "validation": 15, "device": "cpu"}


def add_job(
    workbench: Workbench,
    name: str,
    title: str = "starter-lora: starter on vad",
    *,
    kind: JobKind = JobKind.TRAIN,
    status: JobStatus | None = None,
    error: str = "",
    events: Sequence[dict[str, Any]] = (),
    log: str = "",
    then: dict[str, Any] | None = None,
    result: dict[str, Any] | None = None,
    seconds_ago: float = 60.0,
    arguments: dict[str, Any] | None = None,
) -> JobDirectory:
    """Put a job into the workspace; without a status it has vanished, or runs where `alive` holds it."""
    directory = JobDirectory(workbench.paths.jobs / name)
    directory.path.mkdir(parents=True)
    created = utc_now() - timedelta(seconds=seconds_ago)
    spec = JobSpec(kind, title, arguments or {}, then)
    directory._replace("spec.json", {**asdict(spec), "created_at": created.isoformat()})
    for event in events:
        directory.add_event(event)
    if log:
        directory.log_file.write_text(log, "utf-8", "surrogatepass")
    if status is not None:
        directory.set_ended(status, error, result)
    return directory


@contextmanager
def alive(workbench: Workbench, name: str, title: str = "starter-lora: starter on vad", **values: Any) -> Iterator[Job]:
    """Hold the lock of a job as its process would: it counts as running until the block ends."""
    directory = add_job(workbench, name, title, **values)
    with directory.hold():
        yield directory.job()


def training_events(steps: int) -> list[dict[str, Any]]:
    """Return what a training of 138 steps has said after `steps`; the loss falls all the way, its best is the last."""
    events: list[dict[str, Any]] = [START]
    for step in range(1, steps + 1):
        values = {"loss": 3 * math.exp(-step / 30) + 1}
        if step % 10 == 0:
            values["eval_loss"] = 3 * math.exp(-step / 30) + 1.25
        events.append({"event": "log", "step": step, "epoch": step / 23, "values": values})
        if step % 10 == 0:
            events.append({"event": "best", "step": step, "value": values["eval_loss"]})
    return events
