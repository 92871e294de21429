"""`viva rubric`: show the rubrics, and copy one to be edited."""

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Noun, Session, pass_session
from viva.present import rubric_table
from viva.present.tables import Format
from viva.text import display_line


@click.group("rubric", cls=Noun)
def command() -> None:
    """Show the rubrics, and copy one to be edited."""


@command.command("list")
@with_format
@pass_session
def list_(session: Session, form: Format) -> None:
    """List the rubrics: those that viva ships with, and those of the workspace."""
    show(rubric_table.list_table(session.workbench.rubrics.list()), form)
    for problem in session.workbench.rubrics.problems():
        say(f"warning: left out: {display_line(problem.message)}")


@command.command("show")
@click.argument("name")
@with_format
@pass_session
def show_(session: Session, name: str, form: Format) -> None:
    """Show the criteria of the rubric NAME with their weights and levels; NAME may be the path of a TOML file."""
    rubric = session.workbench.rubrics.get(name)
    people = form in {Format.TABLE, Format.MD}
    if people:
        say(display_line(rubric.title))
    show(rubric_table.eyes_table(rubric) if people else rubric_table.plain_table(rubric), form)


@command.command("copy")
@click.argument("name")
@click.option("--as", "new_name", metavar="NAME", help="The name of the copy (else the same, in place of the other).")
@pass_session
def copy(session: Session, name: str, new_name: str | None) -> None:
    """Copy the rubric NAME into the workspace's data/rubrics/, to be edited there.

    A rubric of the workspace comes before one that viva ships with. What was judged and rated by another state of a
    rubric stays apart: only a rubric that is exactly the same counts as the same.
    """
    path = session.workbench.rubrics.copy(name, new_name)
    say(f"{path}: edit it, then see {session.command(f'rubric show {path.stem}')}")
