"""`viva preference`: which of two texts people found better, in from elsewhere and out to a file."""

from typing import Any

import click

from viva.cli.rating import Import, export_options, import_options, run_export, run_import
from viva.cli.session import Noun, Session, pass_session


@click.group("preference", cls=Noun)
def command() -> None:
    """Import and export which of two texts raters found better."""


@command.command("import", cls=Import)
@import_options
@pass_session
def import_(session: Session, /, file: str, dataset: str, **options: Any) -> None:
    """Import comparisons that were made elsewhere, in one transaction.

    FILE is a CSV, TSV, JSON, JSON Lines or Parquet file with a row for each comparison of two texts by a rater: the
    columns example (its id, or its position counted from 1) or question (its exact text), system_a, system_b,
    study, rater, and winner (a, b, tie, a system's name, or that of its column) or unscored (why there is none).
    Where they are there, the columns criterion (empty: on the whole), strength (clearly or slightly), shown_first
    (a, which it is without one, b, or a system's name), sample_a, sample_b, rubric, comment, flagged, seconds,
    created_at and dataset count too. What the file calls otherwise is told by --column, such as --column
    system_a=model_1.

    A study that is not there is made: closed, and nobody's to rate. What is there already is passed over, and
    another winner in place of one that is there counts from now on; a study that was made here takes nothing new.
    With --random-sample all questions of the study count as drawn at random from its split: say so only where it is.
    Rows that cannot be used go to a file next to FILE.
    """
    run_import(session, session.workbench.rating_files.preferences, "preference", file, dataset, options)


@command.command("export")
@export_options
@pass_session
def export(session: Session, file: str, study: str | None, dataset: str | None, overwrite: bool) -> None:
    """Write the comparisons that count to FILE (.csv or .jsonl): of each, the whole and each criterion is a row.

    The text of the system whose name comes first is a. `viva preference import` can read the file. Leads may have what
    belongs to closed studies.
    """
    files = session.workbench.rating_files.preferences
    run_export(session, files, "preference", file, study, dataset, overwrite=overwrite)
