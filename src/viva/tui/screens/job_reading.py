"""One look at a job: what it brings is read in a thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from viva.present.job_views import LOG, PROBES, PROBLEMS, is_training, views
from viva.records.job import Curve, Job
from viva.records.training import Probe
from viva.workbench import Workbench

LOG_LINES = 200


@dataclass(frozen=True)
class Look:
    """What one look at a job brings: `events` are those behind the last look's offset, `failures` those of its end.

    What has not been read, because nothing has happened or nobody sees it, is None.
    """

    job: Job
    events: list[dict[str, Any]]
    offset: int
    curve: Curve | None = None
    probes: list[Probe] | None = None
    log: str | None = None
    failures: Sequence[Mapping[str, Any]] = ()


def look_at(workbench: Workbench, job: Job, offset: int, view: str) -> Look:
    """Read how a job stands, and of what it brings only what is new and seen in `view`."""
    # The job before its events: whatever is read after it ended is all there is.
    job = workbench.jobs.get(job.job_id)
    events, after = workbench.jobs.events(job.job_id, offset)
    training = is_training(job)
    return Look(
        job,
        events,
        after,
        workbench.training.curve(job.job_id) if training and events else None,
        workbench.training.probes(job.job_id) if training and view == PROBES else None,
        workbench.jobs.log(job.job_id, LOG_LINES) if view == LOG else None,
        workbench.synthesis.failures(job.job_id) if PROBLEMS in views(job) and job.status.ended else (),
    )
