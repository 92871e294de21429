"""`viva leaderboard`: compare systems on what was measured and rated."""

from collections.abc import Sequence

import click

from viva.cli.exits import say
from viva.cli.output import draw, show, table_width, with_format
from viva.cli.session import Command, Session, pass_session
from viva.cli.several import listed
from viva.errors import NotFound
from viva.present import leaderboard
from viva.present.datasets import result_notes, waiting_note
from viva.present.degenerate import degenerate_measures, degenerate_note
from viva.present.leaderboard import Leaderboard
from viva.present.tables import Format, Table
from viva.text import display_line, plural


@click.command("leaderboard", cls=Command)
@click.argument("dataset")
@click.option("--split", metavar="SPLIT", help="Only this split (else all).")
@click.option("--by", type=click.Choice(["field"]), help="A part for each field.")
@click.option(
    "--measure", "measures", metavar="NAME[,NAME]", multiple=True, help="Only these measures, such as rouge_l,meteor."
)
@click.option("--all", "every", is_flag=True, help="Every measure: precision and recall too, and what is much alike.")
@with_format
@pass_session
def command(
    session: Session,
    dataset: str,
    split: str | None,
    by: str | None,
    measures: tuple[str, ...],
    every: bool,
    form: Format,
) -> None:
    """Compare systems on what was measured and rated.

    The systems are those that wrote for DATASET, the measures the main metrics and what people rated.
    Each mean stands with n scored / n attempted. JSON and CSV carry every measure and unrounded numbers.
    """
    session.deliver()
    results, datasets = session.workbench.results, session.workbench.datasets
    if split is not None:
        datasets.with_split(dataset, split, results.version(dataset).version)
    wanted = listed(measures)
    every = every or form in {Format.JSON, Format.CSV}
    board, hidden = read_board(session, dataset, split, by == "field", wanted, every=every)
    if form is Format.TABLE:
        print_board(board)
    else:
        show(_for_papers(board) if form is Format.MD else _for_programs(board), form)
    if not board.groups:
        only = f" --split {split}" if split else ""
        if session.workbench.outputs.count(dataset, split):
            say(f"nothing has been scored or rated yet: {session.command(f'score {dataset}{only}')}")
        else:
            generate = session.command(f"generate {dataset} --split {split or 'SPLIT'} --model MODEL")
            say(f"nothing has been written yet: {generate}")
        return
    if note := waiting_note(results.never_scored(dataset), split, session.command(f"score {dataset}")):
        say(f"note: {note}")
    for note in result_notes(results.version(dataset), datasets.get(dataset)):
        say(f"note: {note}")
    rows = results.leaderboard(dataset, split)
    only = f" --split {split}" if split else ""
    more = session.command(f"leaderboard {dataset}{only} --measure {','.join(degenerate_measures(rows))}")
    if note := degenerate_note(rows, split, more):
        say(f"note: {note}")
    if hidden:
        say(f"{plural(hidden, 'more measure')}: --all")


def read_board(
    session: Session,
    dataset: str,
    split: str | None,
    by_field: bool = False,
    measures: Sequence[str] = (),
    *,
    every: bool = False,
) -> tuple[Leaderboard, int]:
    """Return the leaderboard of a dataset, and how many measures it leaves out.

    Raises `NotFound`, also for a measure that nothing was scored on.
    """
    workbench = session.workbench
    rows = workbench.results.leaderboard(dataset, split, by_field)
    there = {row.measure for row in rows}
    for name in measures:
        if name not in there:
            raise NotFound(f"nothing was scored on {display_line(name, 40)!r}", f"measures: {', '.join(sorted(there))}")
    only = set(measures) or (there if every else leaderboard.brief(rows))
    hidden = 0 if measures else len(there - only)
    judges = workbench.results.judge_rubrics(dataset)
    return leaderboard.build(rows, workbench.studies.list(), by_field, only, judges), hidden


def print_board(board: Leaderboard) -> None:
    """Write the leaderboard to stdout as people read it."""
    draw(leaderboard.to_text_table(board, table_width()))


def _for_programs(board: Leaderboard) -> Table:
    rows = leaderboard.plain_rows(board)
    return Table.of(list(rows[0]) if rows else [], [list(row.values()) for row in rows])


def _for_papers(board: Leaderboard) -> Table:
    columns = ["split", "measure", *(["field"] if board.by_field else []), "system", "mean", "scored"]
    rows = [
        (
            group.split or "(none)",
            group.measure.title,
            *((leaderboard.field_name(group.field),) if board.by_field else ()),
            entry.system,
            entry.value,
            entry.scored,
        )
        for group in board.groups
        for entry in group.entries
    ]
    return Table.of(columns, rows)
