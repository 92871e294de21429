"""Waiting for background jobs, and saying what they do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from viva.cli.exits import ExitCode, say
from viva.cli.output import emit, flush
from viva.cli.progress import Narrator, narrating
from viva.cli.session import Session
from viva.errors import JobError
from viva.records.job import Job, JobKind, JobStatus
from viva.text import display_line, plural

if TYPE_CHECKING:
    from viva.workbench import Workbench


def started(session: Session, job: Job, wait: bool, offset: int = 0) -> None:
    """Print the id of a job that has just been started; with `wait`, stay until it has ended well.

    Raises `JobError` where it does not. An interrupt ends the waiting, never the job. Of a job that goes on, the events
    up to `offset` were told before.
    """
    emit(job.job_id + "\n")
    flush()
    if not wait:
        say(f"{job.spec.kind} runs in the background: {session.command(f'job follow {job.job_id}')}")
        return
    with leaving_it_to_run(session, job.job_id), narrating() as narrator:
        ended = wait_for(session.workbench, job, narrator, offset)
    say(f"{ended.spec.kind} done: {display_line(summary(ended))}")


def wait_for(workbench: "Workbench", job: Job, narrator: Narrator, offset: int = 0) -> Job:
    """Wait for a job and for those that follow it; return the last one. Raises `JobError`."""
    while True:
        ended = check(workbench.jobs.wait(job.job_id, _Listener(job, narrator), offset))
        following = ended.result.get("next_job")
        if not following:
            return ended
        job, offset = workbench.jobs.get(str(following)), 0


def check(job: Job) -> Job:
    """Return a job that has ended well. Raises `JobError` with its error for any other."""
    if job.status is not JobStatus.DONE:
        first, _, rest = job.error.partition("\n")
        reason = f": {first}" if first else ""
        raise JobError(
            f"{job.spec.kind} {job.job_id} {job.status}{reason}\n{rest or f'viva job show {job.job_id} has the log'}"
        )
    return job


@contextmanager
def leaving_it_to_run(session: Session, job_id: str) -> Iterator[None]:
    """Turn an interrupt into word that the job goes on, and into its exit code."""
    try:
        yield
    except KeyboardInterrupt:
        follow, cancel = session.command(f"job follow {job_id}"), session.command(f"job cancel {job_id}")
        say(f"job {job_id} goes on: {follow}, or {cancel}")
        raise click.exceptions.Exit(ExitCode.INTERRUPTED) from None


def numbers(values: dict[str, Any]) -> str:
    """Return a training's logged values in a line, the losses first."""
    order = sorted(values, key=lambda name: (not name.endswith("loss"), name))
    return ", ".join(
        f"{name} {values[name]:.4g}" if isinstance(values[name], int | float) else f"{name} {values[name]}"
        for name in order
    )


def summary(job: Job) -> str:
    """Return in a line what a job that is done has made."""
    result = job.result
    parts = [job.spec.title]
    if job.spec.kind is JobKind.SCORE and result.get("said"):
        parts.append(str(result["said"]))
    if "model" in result:
        parts.append(f"model {result['model']}")
    if result.get("systems"):
        names = result["systems"]
        parts.append(
            f"{'system' if len(names) == 1 else 'systems'} {' and '.join(names)}"
            if len(names) < 4
            else f"{len(names)} systems"
        )
    if "dataset" not in result and (failed := result.get("failed")):
        parts.append(f"{plural(failed, 'text')} could not be had; the same command asks for these alone")
    if equivalence := result.get("equivalence"):
        parts.append("the same model" if equivalence["passed"] else "NOT the same model: viva sql 'FROM equivalences'")
    if "dataset" in result:
        came = plural(result["examples"], "example")
        parts.append(f"dataset {result['dataset']} version {result['version']}: {came}")
        failed = result.get("failed") or 0
        if count := failed if isinstance(failed, int) else len(failed):
            parts.append(f"{count:,} failed: viva job show {job.job_id}")
    if result.get("study"):
        parts.append(f"study {result['study']}")
    return ", ".join(parts)


class _Listener:
    """Passes a job's events on to a narrator."""

    def __init__(self, job: Job, narrator: Narrator) -> None:
        self._stage = str(job.spec.kind)
        self._narrator = narrator
        self._total = 0
        self._note = ""
        narrator.tell(self._stage, 0, 0, job.spec.title)

    def __call__(self, event: dict[str, Any]) -> None:
        if event["event"] == "start":
            _warn_of_cuts(event)
        if event["event"] == "message":
            say(display_line(str(event.get("message") or "")))
        if event["event"] in {"start", "progress"}:
            self._total = int(event.get("total") or self._total)
            self._tell(int(event.get("done") or 0), str(event.get("message") or self._note))
        elif event["event"] == "log" and "trial" not in event:
            losses = {name: value for name, value in event["values"].items() if name in {"loss", "eval_loss"}}
            self._note = numbers(losses) or self._note
            self._tell(int(event["step"]), self._note)
        elif event["event"] == "done":
            self._tell(max(self._total, 1), self._note)

    def _tell(self, done: int, note: str) -> None:
        self._narrator.tell(self._stage, done, self._total or (1 if done else 0), note)


def _warn_of_cuts(start: dict[str, Any]) -> None:
    """Say how many training examples do not fit into the recipe's `max_length`."""
    cut, dropped = (sum((start.get(name) or {}).values()) for name in ("truncated", "dropped"))
    if cut or dropped:
        say(
            f"warning: {plural(cut, 'reference')} cut at the end, {plural(dropped, 'example')} left out: "
            "longer than the recipe's max_length"
        )
