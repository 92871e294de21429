"""`viva job`: list, follow, pause, cancel and resume background jobs."""

import time
from collections.abc import Iterator
from typing import Any

import click

from viva.cli.exits import say
from viva.cli.output import emit, flush, show, with_format
from viva.cli.session import Noun, Session, pass_session
from viva.cli.watching import check, leaving_it_to_run, numbers, started
from viva.present.tables import Column, Format, Table
from viva.records.job import Job, JobKind
from viva.text import display_line

LOG_LINES = 20
POLL_SECONDS = 0.2
EVENT_COLUMNS = ("event", "done", "total", "message", "values")

EventRow = tuple[str, int | None, int | None, str | None, dict[str, Any]]


@click.group("job", cls=Noun)
def command() -> None:
    """List, follow, pause, cancel and resume background jobs."""


@command.command("list")
@with_format
@pass_session
def list_(session: Session, form: Format) -> None:
    """List the jobs, newest first."""
    rows = [
        (j.job_id, j.spec.kind.value, j.spec.title, j.status.value, j.done, j.total, _said(j), j.created_at)
        for j in session.workbench.jobs.list()
    ]
    show(Table.of(["job", "kind", "title", "status", "done", "total", "message", "created_at"], rows), form)


@command.command("show")
@click.argument("job")
@click.option(
    "--lines", type=click.IntRange(0), default=LOG_LINES, show_default=True, help="How many lines of its log."
)
@with_format
@pass_session
def show_(session: Session, job: str, lines: int, form: Format) -> None:
    """Show what JOB was asked to do, how it stands, and the end of its log. The start of an id is enough."""
    found = session.workbench.jobs.get(job)
    values: dict[str, Any] = {
        "job": found.job_id,
        "kind": found.spec.kind.value,
        "title": found.spec.title,
        "status": found.status.value,
        "done": found.done,
        "total": found.total,
        "message": found.message,
        "error": found.error,
        "created_at": found.created_at,
        "finished_at": found.finished_at,
        "arguments": found.spec.arguments,
        "result": found.result,
        "log": session.workbench.jobs.log(found.job_id, lines) if lines else "",
    }
    if found.spec.kind in {JobKind.SYNTHESISE, JobKind.PAPERS}:
        values["failures"] = session.workbench.synthesis.failures(found.job_id)
    show(Table.of(list(values), [list(values.values())], upright=True), form)


@command.command("follow")
@click.argument("job")
@with_format
@pass_session
def follow(session: Session, job: str, form: Format) -> None:
    """Print what happens in JOB until it ends; fail where it fails. An interrupt leaves the job running."""
    jobs = session.workbench.jobs
    job_id = jobs.get(job).job_id
    with leaving_it_to_run(session, job_id):
        pages = _events(session, job_id)
        if form is Format.TABLE:
            for page in pages:
                for row in page:
                    emit(_line(*row) + "\n")
                flush()
        else:
            show(Table(tuple(map(Column, EVENT_COLUMNS)), pages), form, live=True)
    ended = check(jobs.get(job_id))
    if following := ended.result.get("next_job"):
        say(f"it goes on with another job: {session.command(f'job follow {following}')}")


@command.command("cancel")
@click.argument("job")
@pass_session
def cancel(session: Session, job: str) -> None:
    """Stop JOB; what it has stored stays."""
    cancelled = session.workbench.jobs.cancel(job)
    resume = session.command(f"job resume {cancelled.job_id}")
    say(f"{cancelled.job_id} is {cancelled.status}; to go on with it: {resume}")


@command.command("pause")
@click.argument("job")
@pass_session
def pause(session: Session, job: str) -> None:
    """Have a training save where it is and end; it can be resumed. It takes until its next step."""
    paused = session.workbench.jobs.pause(job)
    resume = session.command(f"job resume {paused.job_id}")
    say(f"{paused.job_id} ends at its next step; to go on with it: {resume}")


@command.command("resume")
@click.argument("job")
@click.option("--wait", is_flag=True, help="Stay until it is done; fail where it fails.")
@pass_session
def resume(session: Session, job: str, wait: bool) -> None:
    """Go on with JOB, which was paused, cancelled, interrupted or failed, from where it was. Prints its id."""
    jobs = session.workbench.jobs
    _, told = jobs.events(job)
    started(session, jobs.resume(job), wait, told)


def _events(session: Session, job_id: str) -> Iterator[list[EventRow]]:
    """Yield what happens in a job, as it happens, until it ends."""
    jobs, offset = session.workbench.jobs, 0
    while True:
        # The job is looked at before its events: what it reports while it ends is then still read.
        ended = jobs.get(job_id).status.ended
        events, offset = jobs.events(job_id, offset)
        if events:
            yield [_row(event) for event in events]
        if ended:
            return
        time.sleep(POLL_SECONDS)


def _row(event: dict[str, Any]) -> EventRow:
    rest = dict(event)
    kind = str(rest.pop("event"))
    rest.pop("time", None)
    done = rest.pop("done", rest.pop("step", None))
    total, message = rest.pop("total", None), rest.pop("message", None)
    return kind, done, total, message, rest.pop("values", None) or rest


def _line(kind: str, done: int | None, total: int | None, message: str | None, values: dict[str, Any]) -> str:
    count = "" if done is None and total is None else f"{done or 0}/{total}" if total else str(done)
    known = {name: value for name, value in values.items() if value is not None}
    parts = [kind, count, message or "", numbers(known)]
    return display_line(" ".join(part for part in parts if part))


def _said(job: Job) -> str:
    return (job.error or job.message).partition("\n")[0]
