"""`viva score`: compute metrics for what has been generated."""

import click

from viva.cli.session import Command, Session, pass_session
from viva.cli.watching import started


@click.command("score", cls=Command)
@click.argument("dataset")
@click.option("--split", metavar="SPLIT", help="Only what was written for this split (else for all).")
@click.option("--metric", "metrics", metavar="METRIC[,METRIC]", multiple=True, help="Only these metrics (else all).")
@click.option("--wait", is_flag=True, help="Stay until it is done; fail where it fails.")
@pass_session
def command(session: Session, dataset: str, split: str | None, metrics: tuple[str, ...], wait: bool) -> None:
    """Compute metrics for what has been generated.

    What has a score already keeps it. Prints the job's id.
    """
    wanted = [name.strip() for given in metrics for name in given.split(",") if name.strip()]
    started(session, session.workbench.scoring.start(dataset, split, wanted or None), wait)
