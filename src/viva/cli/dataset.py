"""`viva dataset`: import datasets and look at them."""

from pathlib import Path

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Noun, Session, pass_session
from viva.errors import UsageError
from viva.present.tables import Column, Format, Table
from viva.records.dataset import Dataset
from viva.text import display_line, plural

BUNDLED = "bundled:"


@click.group("dataset", cls=Noun)
def command() -> None:
    """Import datasets and look at them."""


@command.command("import")
@click.argument("path")
@click.option("--name", help="The dataset's name in this workspace.")
@click.option("--question", metavar="COLUMN", help="The column that holds the question.")
@click.option("--reference", metavar="COLUMN", help="The column that holds the reference approach.")
@click.option("--field", metavar="COLUMN", help="The column that names the field.")
@click.option("--subfield", metavar="COLUMN", help="The column that names the subfield.")
@click.option("--split-column", metavar="COLUMN", help="The column that names the split.")
@click.option("--split", metavar="SPLIT", help="The split of every example whose row names none.")
@pass_session
def import_(
    session: Session,
    path: str,
    name: str | None,
    question: str | None,
    reference: str | None,
    field: str | None,
    subfield: str | None,
    split_column: str | None,
    split: str | None,
) -> None:
    """Import the CSV or JSON Lines file PATH, all of it or nothing.

    PATH can also be bundled:NAME, a dataset that viva ships with, such as bundled:vad. Columns with the
    usual names (question, prompt …; reference, approach, answer …) are found without options. Importing other
    content under a name that exists makes the next version of that dataset.
    """
    given = {
        "question": question, "reference": reference, "field": field, "subfield": subfield, "split": split_column,
    }  # fmt: skip
    columns = {word: column for word, column in given.items() if column is not None}
    datasets = session.workbench.datasets
    if path.startswith(BUNDLED):
        bundled = path.removeprefix(BUNDLED)
        if columns or split or name not in {None, bundled}:
            raise UsageError("a bundled dataset has its own name, columns and splits", f"viva dataset import {path}")
        dataset = datasets.import_bundled(bundled)
    else:
        if name is None:
            raise UsageError("the dataset needs a name", "name it with --name")
        dataset = datasets.import_file(Path(path).expanduser(), name, columns, split)
    version = f" (version {dataset.version})" if dataset.version > 1 else ""
    say(f"{dataset.name}{version}: {plural(dataset.size, 'example')}{_splits(dataset)}")


@command.command("list")
@with_format
@pass_session
def list_(session: Session, form: Format) -> None:
    """List the datasets, each in its newest version."""
    columns: list[Column | str] = ["dataset", "version", "examples", Column("splits", _counts), "source", "created_at"]
    rows = [(d.name, d.version, d.size, d.splits, d.source, d.created_at) for d in session.workbench.datasets.list()]
    show(Table.of(columns, rows), form)
    if not rows:
        say("no dataset yet: viva dataset import FILE --name NAME, or viva dataset import bundled:vad")


@command.command("show")
@click.argument("name")
@click.option("--split", help="Only the examples of this split.")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="How many; 0 for all.")
@click.option("--search", metavar="TEXT", help="Only examples whose text holds this, upper or lower case.")
@with_format
@pass_session
def show_(session: Session, name: str, split: str | None, limit: int, search: str | None, form: Format) -> None:
    """Show the examples of the dataset NAME."""
    datasets = session.workbench.datasets
    if split is not None:
        datasets.split(name, split)
    examples = datasets.examples(name, split, limit + 1 if limit else None, search=search)
    more = bool(limit) and len(examples) > limit
    rows = [
        (e.example_id, e.split, e.field, e.subfield, e.question, e.reference)
        for e in (examples[:limit] if more else examples)
    ]
    columns = ["example", "split", "field", "subfield", "question", "reference"]
    show(Table.of(columns, rows, upright=True), form)
    if more:
        say(f"the first {plural(limit, 'example')}; --limit 0 shows all")


def _counts(splits: dict[str, int]) -> str:
    return ", ".join(f"{split or '(none)'} {count}" for split, count in splits.items())


def _splits(dataset: Dataset) -> str:
    named = [f"{count:,} {display_line(split, 40)}" for split, count in dataset.splits.items() if split]
    return f", {', '.join(named)}" if named else ""
