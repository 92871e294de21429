"""Home in words: what a workspace holds, what waits, and what taking the next step says and does."""

from collections.abc import Sequence
from datetime import datetime

from viva.present.datasets import imported_text, splits_text
from viva.present.jobs import bar, job_state, progress_text
from viva.present.studies import items_text
from viva.records.dataset import Dataset
from viva.records.job import Job, JobKind, JobStatus
from viva.records.model import Model, ModelKind
from viva.records.overview import NextStep, Overview, StepKind
from viva.records.rating import TaskProgress
from viva.records.study import Study, StudyState
from viva.text import display_line, plural

WELCOME = (
    "viva finds out whether a fine-tuned language model is any good: domain experts rate, blind and side by side "
    "with a reference, what the base model and the tuned model write."
)

OWN_DATA = (
    "To begin with your own questions and references: d opens Datasets, and i there imports a CSV or JSON Lines file."
)

JOBS_HEADING = "Jobs (J shows all)"
STUDIES_HEADING = "Studies (S looks after them)"
NAME_WIDTH = 20
SHOWN_JOBS = 4

_WAITS = {
    JobKind.TRAIN: "A training is running",
    JobKind.GENERATE: "Texts are being written",
    JobKind.SCORE: "Texts are being scored",
    JobKind.SYNTHESISE: "A dataset is being written",
    JobKind.PAPERS: "Papers are being read",
    JobKind.SWEEP: "Trainings are being tried",
    JobKind.EXPORT: "A model is being exported",
    JobKind.BENCHMARK: "A benchmark is running",
    JobKind.JUDGE: "Texts are being judged",
}

_VERBS = {
    StepKind.IMPORT: "imports it",
    StepKind.TRAIN: "chooses a recipe",
    StepKind.WAIT: "shows it",
    StepKind.GENERATE: "starts it",
    StepKind.SCORE: "starts it",
    StepKind.STUDY: "makes it",
    StepKind.RATE: "starts rating",
    StepKind.RESULTS: "shows them",
}


def is_empty(overview: Overview) -> bool:
    """Tell whether nothing has been done in the workspace yet."""
    return not (overview.datasets or overview.jobs or overview.studies)


def step_lines(step: NextStep, jobs: Sequence[Job] = ()) -> tuple[str, str, str]:
    """Return title and reason of the next step, and what Enter does; a wait tells of the job that is waited for."""
    title, reason = display_line(step.title, 120), display_line(step.reason, 240)
    running = next((job for job in jobs if job.status is JobStatus.RUNNING), None)
    if step.kind is StepKind.WAIT and running is not None:
        title = _WAITS[running.spec.kind]
        reason = f"{display_line(running.spec.title, 120)}  {progress_text(running, 16)}"
    else:
        reason = reason[:1].upper() + reason[1:]
    return title, reason, f"Enter {_VERBS[step.kind]}"


def dataset_line(dataset: Dataset) -> tuple[str, str]:
    """Return a dataset's name, and its size with its splits."""
    return display_line(dataset.name, NAME_WIDTH), f"{plural(dataset.size, 'example')} · {splits_text(dataset)}"


def model_line(model: Model) -> tuple[str, str]:
    """Return a model's name, and what it is."""
    what = {
        ModelKind.STARTER: "built in, for trying things out",
        ModelKind.HUB: f"from {display_line(model.location, 60)}",
        ModelKind.ENDPOINT: f"asked at {display_line(model.location, 60)}",
        ModelKind.ADAPTER: f"tuned from {display_line(model.base or '?', NAME_WIDTH)}",
    }[model.kind]
    if model.kind is ModelKind.ADAPTER and model.note:
        what += f" · {display_line(model.note, 60)}"
    return display_line(model.name, NAME_WIDTH), what


def job_lines(jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs that Home shows: all that run, and the latest of the others."""
    running = [job for job in jobs if job.status is JobStatus.RUNNING]
    ended = [job for job in jobs if job.status is not JobStatus.RUNNING]
    return [*running, *ended[: max(1, SHOWN_JOBS - len(running))]]


def job_cells(job: Job, now: datetime) -> tuple[str, str]:
    """Return a job's title with its kind, and how it stands."""
    return f"{job.spec.kind.value} {display_line(job.spec.title, 60)}", job_state(job, now)


def shown_studies(studies: Sequence[TaskProgress]) -> list[TaskProgress]:
    """Return the studies that Home shows: those that are not closed, what waits first."""
    return sorted((one for one in studies if one.task.state is not StudyState.CLOSED), key=lambda one: not one.left)


def study_line(progress: TaskProgress) -> tuple[str, str]:
    """Return a study's name, and how far one is oneself: a bar and `12 of 38 rated`; whether it is paused or closed."""
    handled = progress.rated + progress.skipped
    whole = handled + progress.left
    words = f"{progress.rated:,} of {whole:,} rated"
    if progress.skipped:
        words += f", {progress.skipped:,} skipped"
    if progress.task.state is not StudyState.OPEN:
        words += f", {progress.task.state}"
    return display_line(progress.task.name, NAME_WIDTH), f"{bar(handled / whole if whole else 1.0, 16)}  {words}"


def undelivered_line(count: int) -> str:
    """Return the line about ratings that lie in the outbox, nothing where there are none."""
    if not count:
        return ""
    return f"{plural(count, 'rating')} saved on disk, not yet in results.duckdb; viva tries again on its own"


def changes(jobs: Sequence[Job]) -> tuple[tuple[str, str], ...]:
    """Return what of the jobs makes the rest of Home out of date when it changes."""
    return tuple((job.job_id, job.status.value) for job in jobs)


def taken_text(taken: Dataset | Job | Study | None) -> str:
    """Return what taking a step has brought about."""
    if isinstance(taken, Dataset):
        return imported_text(taken)
    if isinstance(taken, Job):
        return f"Started: {taken.spec.kind.value} {display_line(taken.spec.title, 60)}"
    if isinstance(taken, Study):
        return f"Made the study {display_line(taken.name, 40)} with {items_text(taken)} to rate"
    return ""
