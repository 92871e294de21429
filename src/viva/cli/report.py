"""`viva report`: all results of a dataset as one document."""

from functools import partial
from pathlib import Path

import click

from viva.cli.exits import say
from viva.cli.output import with_seed
from viva.cli.progress import narrating
from viva.cli.session import Command, Session, pass_session
from viva.present.report_words import written_lines
from viva.records.report import ReportRequest


@click.command("report", cls=Command)
@click.argument("dataset")
@click.argument("out")
@click.option("--split", metavar="SPLIT", help="This split (else test, or the first that has results).")
@click.option("--study", metavar="STUDY", help="This study of ratings (else the one that has rated most texts).")
@click.option("--judge", metavar="JUDGE", help="This judge beside people (else the one that has judged most texts).")
@click.option("--figures", metavar="DIR", help="Write each figure into this folder too, as SVG and PNG.")
@with_seed("The seed of all that is drawn.")
@click.option("--names", is_flag=True, help="Name the raters (else they are numbered).")
@click.option("--overwrite", is_flag=True, help="Replace OUT where it is there already.")
@pass_session
def command(
    session: Session,
    dataset: str,
    out: str,
    split: str | None,
    study: str | None,
    judge: str | None,
    figures: str | None,
    seed: int,
    names: bool,
    overwrite: bool,
) -> None:
    """Write a report of a dataset's results as one HTML or Markdown file.

    OUT ends in .html or .md. It has all that viva knows of the systems that wrote for DATASET: means with intervals,
    comparisons, people and judge together, agreement, histograms, curves, and the methods in words. HTML is one file
    that needs no network and no script; Markdown has its figures in a folder beside it. Below each table stand the SQL,
    the command and the seed that give its numbers. The same results and seed give the same file, byte for byte.
    """
    session.deliver()
    request = ReportRequest(dataset, split, study, judge, seed, names)
    folder = Path(figures) if figures else None
    with narrating() as narrator:
        written = session.workbench.reports.write(
            request, Path(out), folder, overwrite=overwrite, tell=partial(narrator.tell, "report")
        )
    for line in written_lines(written):
        say(line)
