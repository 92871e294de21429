"""What a job looks like in words: rows of the jobs table, the detail of one job, durations and bars."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from viva.records.job import Job, JobKind, JobStatus
from viva.text import display_line, plural

SYMBOLS: Mapping[JobStatus, str] = {
    JobStatus.RUNNING: "●",
    JobStatus.DONE: "✓",
    JobStatus.FAILED: "✗",
    JobStatus.CANCELLED: "■",
    JobStatus.INTERRUPTED: "!",
    JobStatus.PAUSED: "‖",
}
"""A status is told by its symbol and its word, never by colour alone."""

TONES: Mapping[JobStatus, str] = {
    JobStatus.RUNNING: "primary",
    JobStatus.DONE: "success",
    JobStatus.FAILED: "error",
    JobStatus.CANCELLED: "warning",
    JobStatus.INTERRUPTED: "warning",
    JobStatus.PAUSED: "secondary",
}
"""The theme's colour of a status."""


PAUSING = "pausing after this step"
NO_JOBS = "No jobs yet. Training, generation and scoring run here in the background; they go on when you leave viva."


@dataclass(frozen=True)
class JobRow:
    """One line of the jobs table, ready to be painted."""

    job_id: str
    kind: str
    title: str
    status: JobStatus
    status_text: str
    progress: str
    started: str
    took: str


@dataclass(frozen=True)
class Failure:
    """Why a job went wrong, and what can be done about it."""

    message: str
    hint: str


def duration(seconds: float) -> str:
    """Return a length of time in the two units that matter: `8 s`, `1 min 12 s`, `2 h 5 min`, `3 d 4 h`."""
    whole = max(0, round(seconds))
    for size, unit, below, part in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // below
            return f"{whole // size} {unit} {rest} {part}" if rest else f"{whole // size} {unit}"
    return f"{whole} s"


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago `then` was, as a date where that is more than a day."""
    seconds = (now - then).total_seconds()
    if seconds < 10:
        return "just now"
    if seconds < 60:
        return f"{int(seconds)} s ago"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 86400:
        return f"{int(seconds // 3600)} h ago"
    return f"{then:%Y-%m-%d}"


def bar(fraction: float, width: int) -> str:
    """Return a bar of `width` cells; it is full only when everything is done."""
    fraction = min(max(fraction, 0.0), 1.0)
    filled = min(round(fraction * width), width if fraction >= 1 else width - 1)
    return "█" * filled + "░" * (width - filled)


def seconds_taken(job: Job, now: datetime) -> float | None:
    """Return how long a job has been going or how long it took; None where nobody knows when it ended."""
    end = now if job.status is JobStatus.RUNNING else job.finished_at
    if end is None or job.status is JobStatus.INTERRUPTED:
        return None
    return max(0.0, (end - job.created_at).total_seconds())


def status_text(status: JobStatus) -> str:
    """Return a status as symbol and word."""
    return f"{SYMBOLS[status]} {status.value}"


def progress_text(job: Job, width: int = 8) -> str:
    """Return a bar with its percentage, or nothing where a job has not said how much there is to do."""
    if job.status is JobStatus.DONE:
        return f"{bar(1.0, width)} 100%"
    if not job.total:
        return "starting" if job.status is JobStatus.RUNNING else ""
    percent = min(int(100 * job.fraction), 100)
    return f"{bar(job.fraction, width)} {percent:>3}%"


def job_row(job: Job, now: datetime) -> JobRow:
    """Return the line that stands for a job."""
    taken = seconds_taken(job, now)
    return JobRow(
        job_id=job.job_id,
        kind=job.spec.kind.value,
        title=display_line(job.spec.title, 120),
        status=job.status,
        status_text=status_text(job.status),
        progress=progress_text(job),
        started=ago(job.created_at, now),
        took="" if taken is None else duration(taken),
    )


def job_state(job: Job, now: datetime) -> str:
    """Return how a job stands in a few cells, for Home: how far it is while it runs, else when that was."""
    return progress_text(job) if job.status is JobStatus.RUNNING else ago(job.finished_at or job.created_at, now)


def summary_line(job: Job, now: datetime, left: float | None = None, *, pausing: bool = False) -> str:
    """Return the line under a job's title: status, how far, how long, how long still."""
    parts = [status_text(job.status)]
    if pausing and job.status is JobStatus.RUNNING:
        parts.append(PAUSING)
    if job.total and job.status is not JobStatus.DONE:
        parts.append(f"{job.done:,} of {job.total:,}")
    taken = seconds_taken(job, now)
    if taken is not None:
        parts.append(duration(taken) if job.status is JobStatus.RUNNING else f"took {duration(taken)}")
    if job.status is JobStatus.RUNNING and left is not None:
        parts.append(f"about {duration(left)} left")
    if job.status.ended and job.status is not JobStatus.INTERRUPTED:
        parts.append(ago(job.finished_at or job.created_at, now))
    if job.status is JobStatus.PAUSED:
        parts.append("r goes on")
    return " · ".join(parts)


def full_title(job: Job) -> str:
    """Return a job's kind and title."""
    return f"{job.spec.kind.value} {display_line(job.spec.title, 200)}"


def next_text(job: Job) -> str:
    """Return what follows a job on its own, or nothing."""
    if not job.spec.then or (job.status.ended and job.status is not JobStatus.PAUSED):
        return ""
    kind, title = (str(job.spec.then.get(key, "")) for key in ("kind", "title"))
    return f"Then: {display_line(kind, 20)} {display_line(title, 100)}"


def failure(job: Job) -> Failure | None:
    """Return why a job failed or vanished; a job's error is its message, and below it a hint where there is one."""
    if job.status not in {JobStatus.FAILED, JobStatus.INTERRUPTED}:
        return None
    message, _, hint = job.error.partition("\n")
    if hint.startswith("viva job show"):
        hint = "its own screen tells what was said instead"
    if not hint:
        lost = job.status is JobStatus.INTERRUPTED
        hint = "r goes on from where it was" if lost else "the log below may say more"
    return Failure(display_line(message, 300) or "It ended without saying why", display_line(hint, 300))


def result_text(job: Job) -> str:
    """Return what a finished job has made, nothing where it says nothing."""
    made = []
    if model := job.result.get("model"):
        best = _integer(job.result.get("best_step"))
        made.append(f"Made the model {display_line(str(model), 64)}" + (f" from step {best:,}" if best else ""))
    if job.spec.kind is JobKind.GENERATE and (failed := _integer(job.result.get("failed"))):
        made.append(f"{plural(failed, 'text')} could not be had: once more asks for these alone")
    if study := job.result.get("study"):
        made.append(f"Made the study {display_line(str(study), 64)}")
    if "next_job" in job.result:
        made.append("n shows the job that followed")
    return " · ".join(made)


def event_lines(events: Sequence[Mapping[str, Any]], limit: int = 6) -> list[str]:
    """Return what has happened in a job, oldest first: what each start said, and the latest progress after it."""
    told: list[Mapping[str, Any]] = []
    for event in events:
        if event["event"] == "progress" and told and told[-1]["event"] == "progress":
            told.pop()
        if event["event"] in _LINES:
            told.append(event)
    return [_LINES[event["event"]](event) for event in told[-limit:]]


def _progress_line(event: Mapping[str, Any]) -> str:
    counted = f"{_integer(event.get('done')):,} of {_integer(event.get('total')):,}"
    message = display_line(str(event.get("message") or ""), 80)
    return f"{counted} · {message}" if message else counted


def _start_line(event: Mapping[str, Any]) -> str:
    parts = [plural(_integer(event.get("total")), display_line(str(event.get("unit") or "step"), 20))]
    if "train" in event:
        parts.append(plural(_integer(event["train"]), "training example"))
    if _integer(event.get("validation")):
        parts.append(f"{_integer(event['validation']):,} for validation")
    if _integer(event.get("trainable")) and _integer(event.get("parameters")):
        parts.append(f"{_count(event['trainable'])} parameters on top of {_count(event['parameters'])}")
    if event.get("device"):
        precision = display_line(str(event.get("precision") or ""), 10)
        parts.append(f"on {display_line(str(event['device']), 30)}" + (f" in {precision}" if precision else ""))
    parts += [
        f"{number:,} {words}"
        for key, words in (("truncated", "cut at the end"), ("dropped", "left out as too long"))
        if (number := _sum(event.get(key)))
    ]
    return ", ".join(parts)


def _paused_line(event: Mapping[str, Any]) -> str:
    return f"paused at step {_integer(event.get('step')):,}"


_LINES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "start": _start_line,
    "progress": _progress_line,
    "paused": _paused_line,
    "message": lambda event: display_line(str(event.get("message") or ""), 200),
}


def _sum(value: Any) -> int:
    """Return a count that is given as a number, or by split."""
    return sum(map(_integer, value.values())) if isinstance(value, Mapping) else _integer(value)


def _integer(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _count(value: Any) -> str:
    number = _integer(value)
    for size, letter in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if number >= size:
            return f"{number / size:.1f}{letter}"
    return str(number)
