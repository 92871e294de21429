"""`viva dataset`: what there is, its examples, its versions."""

import click

from viva.cli.dataset_files import export, import_
from viva.cli.dataset_mending import clean, dedupe, leakage, split, stats
from viva.cli.dataset_writing import papers, prompts, synthesize
from viva.cli.exits import say
from viva.cli.output import emit, show, with_format
from viva.cli.session import Noun, Session, pass_session
from viva.errors import UsageError
from viva.present.datasets import leakage_text
from viva.present.tables import Column, Format, Table
from viva.text import plural


@click.group("dataset", cls=Noun)
def command() -> None:
    """Bring in datasets, look at them, mend them, have them written."""


for _command in (import_, export, clean, dedupe, leakage, split, stats, synthesize, papers, prompts):
    command.add_command(_command)


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
@click.option("--version", type=click.IntRange(1), metavar="N", help="Version N (else the newest).")
@with_format
@pass_session
def show_(
    session: Session, name: str, split: str | None, limit: int, search: str | None, version: int | None, form: Format
) -> None:
    """Show the examples of the dataset NAME."""
    datasets = session.workbench.datasets
    if split is not None:
        datasets.with_split(name, split, version)
    examples = datasets.examples(name, split, limit + 1 if limit else None, search=search, version=version)
    more = bool(limit) and len(examples) > limit
    rows = [
        (e.example_id, e.split, e.field, e.subfield, e.question, e.reference)
        for e in (examples[:limit] if more else examples)
    ]
    columns = ["example", "split", "field", "subfield", "question", "reference"]
    show(Table.of(columns, rows, upright=True), form)
    if more:
        say(f"the first {plural(limit, 'example')}; --limit 0 shows all")


@command.command("versions")
@click.argument("name")
@with_format
@pass_session
def versions(session: Session, name: str, form: Format) -> None:
    """List the versions of the dataset NAME, the newest first, and how each came about."""
    found = session.workbench.datasets.versions(name)
    columns: list[Column | str] = ["version", "examples", Column("splits", _counts), "change", "leakage", "created_at"]
    rows = [(d.version, d.size, d.splits, d.change, leakage_text(d), d.created_at) for d in found]
    show(Table.of(columns, rows), form)


@command.command("edit")
@click.argument("example")
@click.option("--question", metavar="TEXT", help="The new question.")
@click.option("--reference", metavar="TEXT", help="The new reference approach.")
@click.option("--field", metavar="TEXT", help="The new field; an empty text for none.")
@click.option("--subfield", metavar="TEXT", help="The new subfield; an empty text for none.")
@click.option("--split", metavar="TEXT", help="The new split; an empty text for none.")
@pass_session
def edit(session: Session, /, example: str, **texts: str | None) -> None:
    """Change texts of the example with the id EXAMPLE; the result is the next version of its dataset."""
    changes = {word: text for word, text in texts.items() if text is not None}
    if not changes:
        raise UsageError("nothing is to be changed", "say what: --question, --reference, --field, --subfield, --split")
    edited = session.workbench.datasets.edit(example, changes, session.settings.rater_name)
    _, dataset = session.workbench.datasets.history(edited.example_id)[0]
    say(f"{dataset.name} (version {dataset.version}): {dataset.change}")
    emit(edited.example_id + "\n")


@command.command("history")
@click.argument("example")
@with_format
@pass_session
def history(session: Session, example: str, form: Format) -> None:
    """Show what the example with the id EXAMPLE said in each version that changed it, the newest first."""
    found = session.workbench.datasets.history(example)
    columns = ["version", "change", "example", "split", "field", "subfield", "question", "reference"]
    rows = [
        (d.version, d.change, e.example_id, e.split, e.field, e.subfield, e.question, e.reference) for e, d in found
    ]
    show(Table.of(columns, rows, upright=True), form)


def _counts(splits: dict[str, int]) -> str:
    return ", ".join(f"{split or '(none)'} {count}" for split, count in splits.items())
