"""`viva score`: compute metrics for what has been generated."""

import click

from viva.cli.exits import say
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
    scoring, wanted = session.workbench.scoring, listed(metrics) or None
    # What is named wrongly is an error, whatever there is to score.
    scoring.spec(dataset, split, wanted)
    if not session.workbench.outputs.count(dataset, split):
        generate = session.command(f"generate {dataset} --split {split or 'SPLIT'} --model MODEL")
        say(f"nothing has been written yet, so no job is started: {generate}")
        return
    started(session, scoring.start(dataset, split, wanted), wait)
