"""`viva experiment`: run whole experiments that a file describes."""

import click

from viva.cli.exits import say
from viva.cli.histogram import draw_histogram
from viva.cli.output import emit, show, with_format
from viva.cli.progress import narrating
from viva.cli.session import Noun, Session, has_terminal, pass_session
from viva.cli.watching import wait_for
from viva.present import experiments
from viva.present.tables import Format, Table
from viva.records.experiment import ExperimentTable
from viva.records.job import Job


@click.group("experiment", cls=Noun)
def command() -> None:
    """Run a whole experiment that a file describes."""


@command.command("run")
@click.argument("name")
@click.option("--no-open", is_flag=True, help="Do not open the workbench at the end.")
@pass_session
def run(session: Session, name: str, no_open: bool) -> int:
    """Run the experiment NAME: train, let models write, score, and show its tables.

    NAME is one that viva ships with, a file in the workspace's data/experiments/, or the path of a TOML file. What has
    been done already is not done again, and jobs that are at it are waited for. The tables go to stdout. The same rows
    for programs: viva leaderboard, viva histogram and viva sql.
    """
    workbench = session.workbench

    def wait(job: Job) -> Job:
        with narrating() as narrator:
            return wait_for(workbench, job, narrator)

    try:
        result = workbench.experiments.run(name, wait, say)
    except KeyboardInterrupt:
        say(f"a job that was started goes on: {session.command('job list')}")
        raise
    for table in result.tables:
        _print(table)
    say(f"all measures: {session.command(f'leaderboard {result.dataset.name} --all')}")
    if no_open or not has_terminal():
        return 0
    return session.show_screens()


@command.command("list")
@with_format
@pass_session
def list_(session: Session, form: Format) -> None:
    """List the experiments: those that viva ships with, and those of the workspace."""
    show(experiments.list_table(session.workbench.experiments.list()), form)
    for problem in session.workbench.experiments.problems():
        say(f"warning: left out: {problem.message}")


@command.command("show")
@click.argument("name")
@with_format
@pass_session
def show_(session: Session, name: str, form: Format) -> None:
    """Show what the experiment NAME does."""
    found = experiments.facts(session.workbench.experiments.get(name))
    show(Table.of(list(found), [list(found.values())], upright=True), form)


def _print(table: ExperimentTable) -> None:
    emit(f"\n{experiments.heading(table)}\n\n")
    if table.histogram is not None:
        draw_histogram(table.histogram)
        return
    for part, (title, rows) in enumerate(experiments.board_tables(table)):
        emit("\n" if part else "")
        emit(f"{title}\n" if title else "")
        show(rows, Format.TABLE)
    for note in experiments.notes(table):
        emit(f"{note}\n")
