"""`viva capsule`: pack results so that another machine can compute every number anew."""

from functools import partial
from pathlib import Path

import click

from viva.cli.exits import ExitCode, say
from viva.cli.output import with_seed
from viva.cli.progress import narrating
from viva.cli.session import Command, Noun, Session, pass_session
from viva.present.report_words import checked_lines, packed_lines
from viva.records.report import ReportRequest
from viva.text import plural


@click.group("capsule", cls=Noun)
def command() -> None:
    """Pack results so that another machine can compute every number anew.

    A capsule is a folder: every row behind a report as Parquet, the report as HTML and Markdown, its numbers unrounded,
    and a manifest with versions, seed and a hash of each file.
    """


@command.command("write", cls=Command)
@click.argument("dataset")
@click.argument("folder", metavar="DIR")
@click.option("--split", metavar="SPLIT", help="Report this split (else test, or the first that has results).")
@click.option("--study", metavar="STUDY", help="Report this study of ratings (else the one that rated most texts).")
@click.option("--judge", metavar="JUDGE", help="Report this judge (else the one that has judged most texts).")
@with_seed("The seed of all that is drawn.")
@click.option("--names", is_flag=True, help="Name the raters and keep their comments.")
@pass_session
def write(
    session: Session,
    dataset: str,
    folder: str,
    split: str | None,
    study: str | None,
    judge: str | None,
    seed: int,
    names: bool,
) -> None:
    """Write a capsule of DATASET's results into the new folder DIR.

    All splits are packed, the report is on one. Raters become rater 1, rater 2 …, and their comments and notes are left
    out, unless --names is given. Paths, addresses of endpoints and keys are never packed; questions and texts are.
    """
    session.deliver()
    request = ReportRequest(dataset, split, study, judge, seed, names)
    with narrating() as narrator:
        written = session.workbench.capsules.write(request, Path(folder), partial(narrator.tell, "capsule"))
    for line in packed_lines(written):
        say(line)


@command.command("check", cls=Command)
@click.argument("folder", metavar="DIR")
@pass_session
def check(session: Session, folder: str) -> int:
    """Compute every number of the capsule DIR anew, and name what differs.

    The rows go into a workspace of their own, which is removed in the end; yours is not touched. Exit code 1 where a
    file or a number differs.
    """
    with narrating() as narrator:
        found = session.workbench.capsules.check(Path(folder), partial(narrator.tell, "capsule"))
    for line in checked_lines(found):
        say(line)
    return ExitCode.DONE if found.same else ExitCode.FAILED


@command.command("open", cls=Command)
@click.argument("folder", metavar="DIR")
@click.argument("place", metavar="WORKSPACE")
@pass_session
def open_(session: Session, folder: str, place: str) -> None:
    """Make the new directory WORKSPACE of the rows in the capsule DIR, to look at with viva.

    A capsule whose files were changed is refused.
    """
    rows = session.workbench.capsules.open(Path(folder), Path(place))
    say(f"{place}: {plural(sum(rows.values()), 'row')}; look at it: viva --workspace {place}")
