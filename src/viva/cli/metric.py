"""`viva metric`: which metrics there are."""

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Noun, Session, pass_session
from viva.present import metrics
from viva.present.tables import Format


@click.group("metric", cls=Noun)
def command() -> None:
    """Tell which metrics there are."""


@command.command("list")
@with_format
@pass_session
def list_(session: Session, form: Format) -> None:
    """List the metrics: what each measures, which end is better, and what it needs.

    `viva score` computes the usual ones. JSON and CSV name the measures of each metric too.
    """
    found = session.workbench.scoring.metrics()
    people = form in {Format.TABLE, Format.MD}
    show(metrics.for_eyes(found) if people else metrics.for_programs(found), form)
    if people:
        say(metrics.unusual_line(found))
