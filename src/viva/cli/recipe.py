"""`viva recipe`: show the training recipes."""

from dataclasses import asdict

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Noun, Session, pass_session
from viva.present.tables import Format, Table


@click.group("recipe", cls=Noun)
def command() -> None:
    """Show the training recipes."""


@command.command("list")
@with_format
@pass_session
def list_(session: Session, form: Format) -> None:
    """List the recipes: those that viva ships with, and those of the workspace."""
    rows = [
        (r.name, r.title, r.base, r.rank, r.learning_rate, r.epochs, r.batch_size * r.accumulation)
        for r in session.workbench.recipes.list()
    ]
    columns = ["recipe", "title", "base", "rank", "learning_rate", "epochs", "batch"]
    show(Table.of(columns, rows), form)
    for problem in session.workbench.recipes.problems():
        say(f"warning: left out: {problem.message}")


@command.command("show")
@click.argument("name")
@with_format
@pass_session
def show_(session: Session, name: str, form: Format) -> None:
    """Show every value of the recipe NAME; each can be changed with `viva train --set key=value`."""
    values = asdict(session.workbench.recipes.get(name))
    show(Table.of(list(values), [list(values.values())], upright=True), form)
