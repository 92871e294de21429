"""What there is to see of a job: its views, and which of them comes next."""

from viva.present import jobs, models, writing_jobs
from viva.present.writing_jobs import is_writing
from viva.records.job import Job, JobKind

CURVES, PROBES, PROBLEMS, LOG = "curves", "probes", "problems", "log"


def is_training(job: Job) -> bool:
    """Tell whether a job trains one model."""
    return job.spec.kind is JobKind.TRAIN


def views(job: Job) -> tuple[str, ...]:
    """Return the views of a job, the one first that it opens with."""
    if is_training(job):
        return CURVES, PROBES, LOG
    return (PROBLEMS, LOG) if is_writing(job) else (LOG,)


def next_view(job: Job, view: str) -> str:
    """Return the view after `view`; the same where there is no other."""
    found = views(job)
    return found[(found.index(view) + 1) % len(found)] if view in found else found[0]


def outcome_lines(job: Job) -> list[str]:
    """Return what a job has made, in lines; none where it has made nothing yet."""
    if is_writing(job):
        return writing_jobs.outcome_lines(job)
    if job.spec.kind is JobKind.EXPORT:
        return models.export_lines(job.result)
    return [line for line in [jobs.result_text(job)] if line]
