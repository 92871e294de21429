"""`viva histogram`: how the values of a measure spread, for each system."""

import sys

import click

from viva.cli.output import emit, show, table_width, with_format
from viva.cli.session import Command, Session, pass_session
from viva.present import histogram
from viva.present.tables import Format
from viva.records.histogram import Histogram

WIDEST = 80


@click.command("histogram", cls=Command)
@click.argument("dataset")
@click.argument("measure")
@click.option("--split", metavar="SPLIT", help="Only texts for this split (else all).")
@click.option("--bins", type=click.IntRange(1, 200), metavar="N", help="So many bins (else what suits the values).")
@with_format
@pass_session
def command(session: Session, dataset: str, measure: str, split: str | None, bins: int | None, form: Format) -> None:
    """Show how the values of a measure spread, for each system.

    Each system that wrote for DATASET has its own bars, on common bins of equal width, with mean, median, and n
    scored / n attempted. MEASURE is one of the leaderboard's, such as bertscore, or "human total". JSON and CSV have
    a row for each bin.
    """
    session.deliver()
    found = session.workbench.histograms.get(dataset, measure, split, bins)
    if form is Format.TABLE:
        draw_histogram(found)
    else:
        show(histogram.paper_table(found) if form is Format.MD else histogram.plain_table(found), form)


def draw_histogram(found: Histogram) -> None:
    """Write a histogram to stdout as people read it."""
    encoding = (sys.stdout.encoding or "ascii").lower()
    width = min(table_width(), WIDEST)
    for line in histogram.drawn(found, width, ascii_only=not encoding.startswith("utf")):
        emit(line + "\n")
