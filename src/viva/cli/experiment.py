"""`viva experiment`: run whole experiments that a file describes."""

import click

from viva.cli.exits import say
from viva.cli.histogram import draw_histogram
from viva.cli.output import emit, show, with_format
from viva.cli.progress import narrating
from viva.cli.session import Noun, Session, has_terminal, pass_session
from viva.cli.several import listed
from viva.cli.watching import wait_for
from viva.present import experiments, judge_plan
from viva.present.tables import Format, Table
from viva.records.experiment import ExperimentTable
from viva.records.job import Job
from viva.records.judging import JudgePlan


@click.group("experiment", cls=Noun)
def command() -> None:
    """Run a whole experiment that a file describes."""


@command.command("run")
@click.argument("name")
@click.option(
    "--judge", "judges", metavar="MODEL[,MODEL]", multiple=True, help="Who judges, where the experiment leaves it open."
)
@click.option("--budget", type=float, metavar="X", help="Stop judging before more than this is spent in all.")
@click.option("--no-open", is_flag=True, help="Do not open the workbench at the end.")
@pass_session
def run(session: Session, name: str, judges: tuple[str, ...], budget: float | None, no_open: bool) -> int:
    """Run the experiment NAME: train, let models write, score, have judges judge, and show its tables.

    NAME is one that viva ships with, a file in the workspace's data/experiments/, or the path of a TOML file. What has
    been done already is not done again, and jobs that are at it are waited for. What judges will cost is said before
    they are asked; verdicts that are there cost nothing. The tables go to stdout. The same rows for programs: viva
    leaderboard, viva histogram, viva judgment list and viva sql.
    """
    from viva.workbench.experiment_judging import Asked

    workbench = session.workbench

    def wait(job: Job) -> Job:
        with narrating() as narrator:
            return wait_for(workbench, job, narrator)

    def planned(plan: JudgePlan) -> None:
        for line in judge_plan.plan_lines(plan):
            say(line)

    try:
        result = workbench.experiments.run(name, wait, say, Asked(tuple(listed(judges)), budget, planned))
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
