"""`viva metric`: which metrics there are."""

import click

from viva.cli.output import show, with_format
from viva.cli.session import Noun, Session, pass_session
from viva.present.tables import Format, Table


@click.group("metric", cls=Noun)
def command() -> None:
    """Tell which metrics there are."""


@command.command("list")
@with_format
@pass_session
def list_(session: Session, form: Format) -> None:
    """List the metrics, what each measures, and what it needs; `viva score` computes the usual ones."""
    rows = [
        (info.name, info.title, ", ".join(info.names), info.needs.value if info.needs else None, info.usual)
        for info in session.workbench.scoring.metrics()
    ]
    show(Table.of(["metric", "title", "measures", "needs", "usual"], rows), form)
