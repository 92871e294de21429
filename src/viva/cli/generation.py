"""`viva generation`: texts made elsewhere, a list of all texts, and taking them out."""

from pathlib import Path

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.progress import narrating
from viva.cli.session import Noun, Session, pass_session
from viva.present import outputs
from viva.present.tables import Format
from viva.text import plural


@click.group("generation", cls=Noun)
def command() -> None:
    """Import texts made elsewhere, list texts, and export them."""


@command.command("import")
@click.argument("file")
@click.option("--dataset", metavar="DATASET", required=True, help="The dataset whose questions the texts answer.")
@click.option("--split", metavar="SPLIT", help="Take only texts for this split of it.")
@click.option("--version", type=click.IntRange(1), metavar="N", help="Version N of the dataset (else the newest).")
@click.option("--system", metavar="NAME", help="The system of all rows (else the column system tells).")
@click.option("--prefix", metavar="PREFIX", default="", help="Put PREFIX before the names in the column system.")
@click.option("--encoding", metavar="NAME", help="The encoding of a text file that is not UTF-8, such as latin-1.")
@click.option("--strict", is_flag=True, help="Refuse the file where any row cannot be used.")
@pass_session
def import_(
    session: Session,
    file: str,
    dataset: str,
    split: str | None,
    version: int | None,
    system: str | None,
    prefix: str,
    encoding: str | None,
    strict: bool,
) -> None:
    """Import texts that were made elsewhere, in one transaction.

    FILE is a CSV, TSV, JSON, JSON Lines or Parquet file with the columns system, example and text. An example is
    named by its id, or by its position in the dataset, counted from 1; or the column question holds the question's
    exact text instead. Where they are there, the columns sample (which of several texts, the first is 0),
    finish_reason, prompt_tokens, completion_tokens, seconds, cost and failed (why there is no text) count too. Texts
    that are there already are passed over; another text in place of one that is there is refused. Rows that cannot be
    used go to a file next to FILE.
    """
    with narrating() as narrator:
        imported = session.workbench.outputs.import_file(
            Path(file),
            dataset,
            split,
            system=system,
            prefix=prefix,
            version=version,
            strict=strict,
            encoding=encoding,
            progress=lambda rows: narrator.tell("import", rows, 0, f"{rows:,} rows"),
        )
    for line in outputs.import_lines(imported):
        say(line)
    if imported.added:
        say(f"next: {session.command(f'score {dataset}')}")


@command.command("list")
@click.argument("dataset")
@click.option("--split", metavar="SPLIT", help="Only texts for this split.")
@click.option("--system", metavar="SYSTEM", help="Only texts of this system.")
@click.option("--version", type=click.IntRange(1), metavar="N", help="Version N (else the one that has results).")
@with_format
@pass_session
def list_(
    session: Session, dataset: str, split: str | None, system: str | None, version: int | None, form: Format
) -> None:
    """List what was written for DATASET, a row for each text, with its first words."""
    found = session.workbench.outputs.list(dataset, split, system, version)
    show(outputs.text_table(found) if form in {Format.TABLE, Format.MD} else outputs.plain_table(found), form)
    if not found:
        say(f"nothing was written yet: {session.command(f'generate {dataset} --split SPLIT --model MODEL')}")


@command.command("export")
@click.argument("dataset")
@click.argument("file")
@click.option("--split", metavar="SPLIT", help="Only texts for this split.")
@click.option("--system", metavar="SYSTEM", help="Only texts of this system.")
@click.option("--version", type=click.IntRange(1), metavar="N", help="Version N (else the one that has results).")
@click.option("--overwrite", is_flag=True, help="Replace FILE where it is there already.")
@pass_session
def export(
    session: Session,
    dataset: str,
    file: str,
    split: str | None,
    system: str | None,
    version: int | None,
    overwrite: bool,
) -> None:
    """Write the texts for DATASET to FILE (.jsonl or .csv), so that `viva generation import` can read it.

    Where the same models write in another workspace, import it there with --prefix other-.
    """
    count = session.workbench.outputs.export(dataset, Path(file), split, system, version, overwrite=overwrite)
    say(f"{file}: {plural(count, 'text')}")
