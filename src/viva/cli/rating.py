"""`viva rating`: what people said of texts, in from elsewhere and out to a file."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from viva.cli.exits import say
from viva.cli.progress import narrating
from viva.cli.session import Command, Noun, Session, pass_session
from viva.errors import UsageError
from viva.text import display_line, plural

if TYPE_CHECKING:
    from viva.workbench.rating_files import RatingFiles, VerdictsImported

Function = TypeVar("Function", bound=Callable[..., Any])
_SHOWN = 10


class Import(Command):
    """A command whose own --rater, who said what is in a file, takes the place of the global one."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        own = next(option for option in self.params if option.name == "rater")
        self.params = [option for option in self.params if option is own or option.name != "rater"]


def import_options(function: Function) -> Function:
    """Add what importing ratings and importing preferences have in common."""
    options = [
        click.argument("file"),
        click.option("--dataset", metavar="DATASET", required=True, help="The dataset whose texts they are about."),
        click.option("--split", metavar="SPLIT", help="Take only what is about texts for this split of it."),
        click.option("--version", type=click.IntRange(1), metavar="N", help="Version N (else the one with results)."),
        click.option("--study", metavar="NAME", help="The study of all rows (else the column study tells)."),
        click.option("--rater", metavar="NAME", help="The rater of all rows (else the column rater tells)."),
        click.option("--rubric", metavar="RUBRIC", help="The rubric of rows without one (else their study's)."),
        click.option(
            "--column", "columns", metavar="WORD=COLUMN", multiple=True, help="What the file calls a column; repeat it."
        ),
        click.option("--encoding", metavar="NAME", help="The encoding of a file that is not UTF-8, such as latin-1."),
        click.option(
            "--random-sample",
            is_flag=True,
            help="The questions rated are a random sample of their split (see verdict).",
        ),
        click.option("--strict", is_flag=True, help="Refuse the file where any row cannot be used."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def export_options(function: Function) -> Function:
    """Add what exporting ratings and exporting preferences have in common."""
    options = [
        click.argument("file"),
        click.option("--study", metavar="STUDY", help="Only this study (else all)."),
        click.option("--dataset", metavar="DATASET", help="Only what is about texts for this dataset (else all)."),
        click.option("--overwrite", is_flag=True, help="Replace FILE where it is there already."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


@click.group("rating", cls=Noun)
def command() -> None:
    """Import and export what raters said."""


@command.command("import", cls=Import)
@import_options
@pass_session
def import_(session: Session, /, file: str, dataset: str, **options: Any) -> None:
    """Import ratings that were made elsewhere, such as a published human evaluation, in one transaction.

    FILE is a CSV, TSV, JSON, JSON Lines or Parquet file with a row for each criterion of each text and rater: the
    columns example (its id, or its position counted from 1) or question (its exact text), system, study, rater,
    criterion, and value or unscored (why there is none). Or with a row for each text and rater, and a column for
    each criterion in place of criterion and value. Where they are there, the columns sample, rubric, comment,
    flagged, seconds, created_at and dataset count too. What the file calls otherwise is told by --column, such as
    --column system=model. The criteria and their scales are those of the rubric, which can be one of your own:
    `viva rubric copy`.

    A study that is not there is made: closed, and nobody's to rate. What is there already is passed over, and
    another value in place of one that is there counts from now on; a study that was made here takes nothing new.
    With --random-sample all questions of the study count as drawn at random from its split, each with the same chance,
    so that `viva verdict` can put the ratings together with a judge's: say so only where it is true.
    Rows that cannot be used go to a file next to FILE.
    """
    run_import(session, session.workbench.rating_files, "rating", file, dataset, options)


@command.command("export")
@export_options
@pass_session
def export(session: Session, file: str, study: str | None, dataset: str | None, overwrite: bool) -> None:
    """Write the ratings that count to FILE (.csv or .jsonl), a row for each criterion.

    `viva rating import` can read the file. Leads may have what belongs to closed studies.
    """
    run_export(session, session.workbench.rating_files, "rating", file, study, dataset, overwrite=overwrite)


def run_import(
    session: Session, files: "RatingFiles", noun: str, file: str, dataset: str, options: dict[str, Any]
) -> None:
    """Import a file and say what came of it."""
    options["columns"] = _called(options["columns"])
    session.deliver()
    with narrating() as narrator:
        imported = files.import_file(
            Path(file),
            dataset,
            **options,
            progress=lambda rows: narrator.tell("import", rows, 0, f"{rows:,} rows"),
        )
    for line in _lines(imported, noun):
        say(line)
    if imported.added:
        say(f"next: {session.command(f'agreement {imported.studies[0]}')}")


def run_export(
    session: Session,
    files: "RatingFiles",
    noun: str,
    file: str,
    study: str | None,
    dataset: str | None,
    *,
    overwrite: bool,
) -> None:
    """Write a file and say how many rows it has."""
    session.deliver()
    count = files.export(Path(file), study, dataset, overwrite=overwrite)
    say(f"{display_line(file)}: {plural(count, noun)}")


def _called(columns: Sequence[str]) -> dict[str, str]:
    """Return what columns are called. Raises `UsageError` for words that say it in no way."""
    found: dict[str, str] = {}
    for said in columns:
        word, sign, name = said.partition("=")
        if not (word.strip() and sign and name.strip()) or word.strip().lower() in found:
            raise UsageError(f"--column {display_line(said, 60)} tells no column", "such as --column system=model")
        found[word.strip().lower()] = name
    return found


def _lines(imported: "VerdictsImported", noun: str) -> Iterator[str]:
    """Tell what an import brought, and what it could not use."""
    name = f"{display_line(imported.dataset.name, 60)} version {imported.dataset.version}"
    studies = ", ".join(imported.studies[:_SHOWN]) + (" …" if len(imported.studies) > _SHOWN else "")
    yield (
        f"{plural(imported.added, noun)} on texts for {name} by {plural(imported.raters, 'rater')}: "
        f"{'studies' if len(imported.studies) > 1 else 'study'} {studies}"
    )
    if imported.made:
        new = ", ".join(imported.made[:_SHOWN]) + (" …" if len(imported.made) > _SHOWN else "")
        yield f"made, closed, and nobody's to rate: {new}"
    if imported.known:
        yield f"{plural(imported.known, noun)} there already"
    if imported.unused:
        yield f"columns that were not used: {', '.join(display_line(name, 30) for name in imported.unused[:20])}"
    if imported.bad:
        yield f"{plural(imported.bad, 'row')} could not be used, see {imported.bad_file}"
        for row in imported.samples:
            yield f"  line {row.line}: {display_line(row.reason, 160)}"
