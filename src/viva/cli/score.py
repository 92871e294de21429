"""`viva score`: compute metrics for what has been generated."""

import click

from viva.cli.session import Command, Session, pass_session
from viva.cli.several import listed
from viva.cli.watching import started


@click.command("score", cls=Command)
@click.argument("dataset")
@click.option("--split", metavar="SPLIT", help="Only what was written for this split (else for all).")
@click.option(
    "--metric", "metrics", metavar="METRIC[,METRIC]", multiple=True, help="Only these metrics (else the usual ones)."
)
@click.option("--wait", is_flag=True, help="Stay until it is done; fail where it fails.")
@pass_session
def command(session: Session, dataset: str, split: str | None, metrics: tuple[str, ...], wait: bool) -> None:
    """Compute metrics for what has been generated.

    What has a score already keeps it. A text that cannot be scored is noted as unscored, with the reason. Prints the
    job's id. The metrics: viva metric list.
    """
    started(session, session.workbench.scoring.start(dataset, split, listed(metrics) or None), wait)
