"""`viva judgment import` and `viva judgment export`: verdicts of judges made elsewhere in, and all of them out."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from viva.cli.exits import say
from viva.cli.progress import narrating
from viva.cli.session import Command, Session, pass_session
from viva.records.judging import JudgeMode
from viva.text import display_line, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viva.workbench.judgment_files import JudgmentsImported


@click.command("import", cls=Command)
@click.argument("file")
@click.option("--dataset", metavar="DATASET", required=True, help="The dataset whose texts were judged.")
@click.option("--split", metavar="SPLIT", help="Take only verdicts on texts for this split of it.")
@click.option("--version", type=click.IntRange(1), metavar="N", help="Version N (else the one that has results).")
@click.option("--judge", metavar="NAME", help="The judge of all rows (else the column judge tells).")
@click.option("--rubric", metavar="NAME", default="default", show_default=True, help="The rubric of rows without one.")
@click.option("--encoding", metavar="NAME", help="The encoding of a text file that is not UTF-8, such as latin-1.")
@click.option("--strict", is_flag=True, help="Refuse the file where any row cannot be used.")
@pass_session
def import_command(
    session: Session,
    file: str,
    dataset: str,
    split: str | None,
    version: int | None,
    judge: str | None,
    rubric: str,
    encoding: str | None,
    strict: bool,
) -> None:
    """Import verdicts of judges that were made elsewhere, in one transaction.

    FILE is a CSV, TSV, JSON, JSON Lines or Parquet file, a row for each criterion of each text: the columns example
    (its id, or its position counted from 1) or question (its exact text), system, judge, criterion, and value or
    unscored (why there is no value). Where they are there, the columns sample (which of several texts of a system, the
    first is 0), mode (reference, which it is without one, or independent), rubric, judge_sample (which of several
    verdicts of a judge on one text, the first is 0), rationale, evidence (quoted from the text), found (whether the
    quote stands there) and dataset count too. Verdicts that are there already are passed over. Rows that cannot be
    used go to a file next to FILE.
    """
    with narrating() as narrator:
        imported = session.workbench.judgment_files.import_file(
            Path(file),
            dataset,
            split,
            judge=judge,
            rubric=rubric,
            version=version,
            strict=strict,
            encoding=encoding,
            progress=lambda rows: narrator.tell("import", rows, 0, f"{rows:,} rows"),
        )
    for line in _lines(imported):
        say(line)
    if imported.added:
        say(f"next: {session.command(f'leaderboard {dataset}')}")


@click.command("export", cls=Command)
@click.argument("dataset")
@click.argument("file")
@click.option("--split", metavar="SPLIT", help="Only verdicts on texts for this split.")
@click.option("--judge", metavar="JUDGE", help="Only what this judge said.")
@click.option("--mode", type=click.Choice([mode.value for mode in JudgeMode]), help="Only in this mode.")
@click.option("--version", type=click.IntRange(1), metavar="N", help="Version N (else the one that has results).")
@click.option("--overwrite", is_flag=True, help="Replace FILE where it is there already.")
@pass_session
def export_command(
    session: Session,
    dataset: str,
    file: str,
    split: str | None,
    judge: str | None,
    mode: str | None,
    version: int | None,
    overwrite: bool,
) -> None:
    """Write what judges said about the texts for DATASET to FILE (.jsonl or .csv).

    There is a row for each criterion and sample that counts; `viva judgment import` can read the file.
    """
    count = session.workbench.judgment_files.export(
        dataset, Path(file), split, judge, None if mode is None else JudgeMode(mode), version, overwrite=overwrite
    )
    say(f"{file}: {plural(count, 'verdict')}")


def _lines(imported: "JudgmentsImported") -> "Iterator[str]":
    """Tell what an import brought, and what it could not use."""
    name = f"{display_line(imported.dataset.name, 60)} version {imported.dataset.version}"
    judges = ", ".join(display_line(judge, 60) for judge in imported.judges[:10])
    yield f"{plural(imported.added, 'verdict')} on texts for {name}{f' by {judges}' if judges else ''}"
    if imported.known:
        yield f"{plural(imported.known, 'verdict')} there already"
    if imported.bad:
        yield f"{plural(imported.bad, 'row')} could not be used, see {imported.bad_file}"
        for row in imported.samples:
            yield f"  line {row.line}: {display_line(row.reason, 160)}"
