"""`viva run`: list, show and compare trainings and sweeps."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from viva.cli.exits import say
from viva.cli.output import emit, show, table_width, with_format
from viva.cli.session import Noun, Session, pass_session
from viva.present import runs
from viva.present.tables import Column, Format, Table
from viva.text import display_line, plural

if TYPE_CHECKING:
    from viva.records.training import Run


@click.group("run", cls=Noun)
def command() -> None:
    """List, show and compare trainings and sweeps."""


@command.command("list")
@click.option(
    "--sort",
    metavar="COLUMN",
    type=click.Choice([column.key for column in runs.COLUMNS]),
    help=f"Sort by a column, the lowest first (else the newest first): {', '.join(c.key for c in runs.COLUMNS)}.",
)
@click.option("--reverse", is_flag=True, help="The highest first.")
@click.option("--dataset", metavar="NAME", help="Only runs on this dataset.")
@with_format
@pass_session
def list_(session: Session, sort: str | None, reverse: bool, dataset: str | None, form: Format) -> None:
    """List the runs: each training, and each sweep with the numbers of its best trial."""
    found = [run for run in session.workbench.runs.list() if dataset is None or run.dataset == dataset]
    if sort is not None:
        found = runs.sort_runs(found, sort, reverse)
    elif reverse:
        found = found[::-1]
    if form is Format.TABLE:
        shown = runs.columns_within(found, table_width())
        cells = [dict(zip((c.key for c in runs.COLUMNS), runs.run_cells(run), strict=True)) for run in found]
        show(Table.of([c.title for c in shown], [[row[c.key] for c in shown] for row in cells]), form)
    else:
        rows = [
            (run.job_id, *(column.value(run) for column in runs.COLUMNS), run.best_step, run.total, run.sweep)
            for run in found
        ]
        keys = [column.key for column in runs.COLUMNS]
        show(Table.of(["job", *keys, "best_step", "total", "sweep"], rows), form)
    if left_out := session.workbench.runs.unreadable():
        written = "their recipes were" if left_out > 1 else "its recipe was"
        say(f"note: {plural(left_out, 'training')} left out, {written} written by another version of viva")


@command.command("show")
@click.argument("run")
@with_format
@pass_session
def show_(session: Session, run: str, form: Format) -> None:
    """Show what is known of RUN: a job's id, its start, or the name of the model it makes."""
    found = session.workbench.runs.get(run)
    values = {**asdict(found), "recipe": found.recipe.to_json(), "status": found.status.value}
    columns: list[Column | str] = [Column(key, _SHOWN.get(key)) for key in values]
    show(Table.of(columns, [list(values.values())], upright=True), form)


@command.command("compare")
@click.argument("a")
@click.argument("b")
@with_format
@pass_session
def compare(session: Session, a: str, b: str, form: Format) -> None:
    """Set the runs A and B side by side: in what their recipes differ, and what came of them."""
    one, other = session.workbench.runs.get(a), session.workbench.runs.get(b)
    found = runs.compare(one, other)
    parts = (("recipe", found.recipe), ("result", found.results))
    if form is Format.TABLE:
        rows: list[tuple[Any, ...]] = [(part, d.key, d.a_text, d.b_text) for part, row in parts for d in row]
        show(Table.of(["part", "key", *_headings(one, other)], rows), form)
        say(found.summary)
    else:
        rows = [(part, d.key, d.a, d.b) for part, row in parts for d in row]
        show(Table.of(["part", "key", "a", "b"], rows), form)


@command.command("trials")
@click.argument("job")
@with_format
@pass_session
def trials(session: Session, job: str, form: Format) -> None:
    """List the trials of the sweep JOB: a job's id, its start, or the name of the model it makes."""
    workbench = session.workbench
    job_id = next((run.sweep for run in workbench.runs.list() if run.sweep and run.model == job), job)
    found = workbench.sweeps.trials(job_id)
    if form is not Format.TABLE:
        names = ["number", "state", "values", "loss", "step", "seconds", "error"]
        show(Table.of(names, [[getattr(trial, name) for name in names] for trial in found]), form)
        return
    table = runs.trial_table(found)
    rows = [(r.number, r.mark, r.state, *r.values, r.loss, r.step, r.took, r.error) for r in table.rows]
    show(Table.of(["trial", "", "state", *table.keys, "loss", "step", "took", "error"], rows), form)
    if found:
        say(table.summary)
    if table.fixed:
        say(f"the same in all: {', '.join(table.fixed)}")


@command.command("probes")
@click.argument("run")
@with_format
@pass_session
def probes(session: Session, run: str, form: Format) -> None:
    """Show what the model of RUN wrote for the probe questions at each evaluation."""
    workbench = session.workbench
    found = workbench.training.probes(workbench.runs.get(run).job_id)
    if form is not Format.TABLE:
        names = ["step", "source", "question", "text", "repetition"]
        show(Table.of(names, [[getattr(probe, name) for name in names] for probe in found]), form)
        return
    for probe in found:
        repeated = "" if probe.repetition is None else f", {probe.repetition:.0%} repeated"
        emit(f"step {probe.step:,}, {probe.source}{repeated}: {display_line(probe.question, 200)}\n")
        emit(f"    {display_line(probe.text, 2000) or '(it wrote nothing)'}\n")
    if not found:
        say("no probe has been answered yet: they are at each evaluation, unless probe_tokens is 0")


_SHOWN: dict[str, Any] = {
    "seconds": runs.took_text,
    "loss": runs.loss_text,
    "best_loss": runs.loss_text,
    "tokens_per_second": runs.pace_text,
    "peak_memory": runs.memory_text,
}


def _headings(one: "Run", other: "Run") -> tuple[str, str]:
    """Return what the two columns are called: the models' names, or the jobs where they have the same."""
    if one.model != other.model:
        return one.model, other.model
    return one.job_id, other.job_id
