"""`viva dataset import` and `viva dataset export`: datasets from files and back."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import click

from viva.cli.exits import say
from viva.cli.output import show
from viva.cli.progress import narrating
from viva.cli.session import Command, Session, has_terminal, pass_session
from viva.errors import UsageError
from viva.present.dataset_import import import_lines, mapping_lines, preview_table
from viva.present.tables import Format
from viva.records.imports import Imported, Preview
from viva.records.reading import ColumnMatch, ExportForm, Layout, ReadOptions
from viva.text import display_line, plural

BUNDLED, HUB = "bundled:", "hf:"


@click.command("import", cls=Command)
@click.argument("path")
@click.option("--name", help="The dataset's name in this workspace.")
@click.option("--question", metavar="COLUMN", help="The column that holds the question.")
@click.option("--reference", metavar="COLUMN", help="The column that holds the reference approach.")
@click.option("--field", metavar="COLUMN", help="The column that names the field.")
@click.option("--subfield", metavar="COLUMN", help="The column that names the subfield.")
@click.option("--source", metavar="COLUMN", help="The column that names the paper or file a row comes from.")
@click.option("--split-column", metavar="COLUMN", help="The column that names the split.")
@click.option("--split", metavar="SPLIT", help="The split of every example whose row names none.")
@click.option(
    "--layout", type=click.Choice([layout.value for layout in Layout]), help="How rows say what is asked and answered."
)
@click.option("--encoding", metavar="NAME", help="The encoding of a text file that is not UTF-8, such as latin-1.")
@click.option("--hub-config", metavar="NAME", help="The configuration of a hub dataset.")
@click.option("--hub-split", metavar="SPLIT", help="Only this split of a hub dataset.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most N rows of a hub dataset.")
@click.option("--strict", is_flag=True, help="Refuse the file where any row cannot be used.")
@click.option("--dry-run", is_flag=True, help="Show how the file would be understood, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask where more than one column could be meant.")
@pass_session
def import_(
    session: Session,
    /,
    path: str,
    name: str | None,
    split: str | None,
    layout: str | None,
    encoding: str | None,
    hub_config: str | None,
    hub_split: str | None,
    limit: int | None,
    strict: bool,
    dry_run: bool,
    yes: bool,
    **columns: str | None,
) -> None:
    """Import the data file PATH as a dataset, in one transaction.

    PATH is a CSV, TSV, JSON, JSON Lines or Parquet file; hf:ID, a dataset of the Hugging Face hub; or bundled:NAME,
    one that viva ships with. Columns with the usual names (question, prompt …; reference, approach, answer …) are
    found without options, and so are conversations (ShareGPT, messages, Alpaca). Rows that cannot be used go to a
    file next to PATH. Other content under a name that exists makes the next version of that dataset.
    """
    given = {("split" if word == "split_column" else word): column for word, column in columns.items() if column}
    if path.startswith(BUNDLED):
        _import_bundled(session, path, name, bool(given or split))
        return
    if name is None and not dry_run:
        raise UsageError("the dataset needs a name", "name it with --name")
    options = ReadOptions(given, split, encoding, Layout(layout) if layout else None)
    if path.startswith(HUB):
        if dry_run:
            raise UsageError("a hub dataset has no dry run", "take a few rows with --limit")
        hub: dict[str, Any] = {"config": hub_config, "hub_split": hub_split, "limit": limit}
        take = partial(session.workbench.datasets.import_hub, path.removeprefix(HUB), name or "", **hub)
    else:
        preview = session.workbench.datasets.preview(Path(path), options)
        if dry_run:
            _show_preview(preview)
            return
        _ask_where_unsure(preview.match, yes)
        take = partial(session.workbench.datasets.import_file, Path(path), name or "", match=preview.match)
    with narrating() as narrator:
        imported = take(
            options=options,
            strict=strict,
            progress=lambda rows: narrator.tell("import", rows, 0, f"{rows:,} rows"),
        )
    for line in import_lines(imported):
        say(line)


@click.command("export", cls=Command)
@click.argument("name")
@click.argument("file")
@click.option(
    "--form",
    type=click.Choice([form.value for form in ExportForm]),
    help="What FILE becomes (else its name tells: .csv, .jsonl, .parquet, .json for messages).",
)
@click.option("--split", metavar="SPLIT", help="Only this split.")
@click.option("--version", type=click.IntRange(1), metavar="N", help="Version N (else the newest).")
@click.option("--overwrite", is_flag=True, help="Replace FILE where it is there already.")
@pass_session
def export(
    session: Session, name: str, file: str, form: str | None, split: str | None, version: int | None, overwrite: bool
) -> None:
    """Write the dataset NAME to FILE, so that other programs, and viva again, can read it."""
    chosen = ExportForm(form) if form else None
    count = session.workbench.datasets.export(name, Path(file), chosen, split, version, overwrite)
    say(f"{file}: {plural(count, 'example')}")


def _import_bundled(session: Session, path: str, name: str | None, changed: bool) -> None:
    bundled = path.removeprefix(BUNDLED)
    if changed or name not in {None, bundled}:
        raise UsageError("a bundled dataset has its own name, columns and splits", f"viva dataset import {path}")
    dataset = session.workbench.datasets.import_bundled(bundled)
    for line in import_lines(Imported(dataset)):
        say(line)


def _show_preview(preview: Preview) -> None:
    for line in mapping_lines(preview):
        say(line)
    show(preview_table(preview), Format.TABLE)


def _ask_where_unsure(match: ColumnMatch, yes: bool) -> None:
    """Ask a person, and refuse a program, where more than one column could be meant."""
    if not match.unsure or yes:
        return
    for word, candidates in match.unsure.items():
        shown = ", ".join(display_line(candidate, 40) for candidate in candidates)
        taken = display_line(match.mapping[word], 40)
        if not has_terminal():
            raise UsageError(
                f"the {word} could be any of: {shown}", f"name it with --{word}, or take {taken} with --yes"
            )
        if not click.confirm(f"The {word} could be any of: {shown}. Take {json.dumps(taken)}?", err=True):
            raise UsageError("nothing was imported", f"name the column with --{word}")
