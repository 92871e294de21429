"""`viva leaderboard`: compare systems on every measure."""

import click

from viva.cli.exits import say
from viva.cli.output import draw, show, with_format
from viva.cli.session import Command, Session, pass_session
from viva.present import leaderboard
from viva.present.datasets import result_notes
from viva.present.leaderboard import Leaderboard
from viva.present.tables import Format, Table


@click.command("leaderboard", cls=Command)
@click.argument("dataset")
@click.option("--split", metavar="SPLIT", help="Only this split (else all).")
@click.option("--by", type=click.Choice(["field"]), help="A part for each field.")
@with_format
@pass_session
def command(session: Session, dataset: str, split: str | None, by: str | None, form: Format) -> None:
    """Compare systems on every measure.

    The systems are those that wrote for DATASET, the measures the metrics and what people rated.
    Each mean stands with n scored / n attempted. JSON and CSV carry unrounded numbers.
    """
    session.deliver()
    if split is not None:
        session.workbench.datasets.with_split(dataset, split)
    board = read_board(session, dataset, split, by_field=by == "field")
    if form is Format.TABLE:
        print_board(board)
    else:
        show(_for_papers(board) if form is Format.MD else _for_programs(board), form)
    datasets = session.workbench.datasets
    if board.groups:
        for note in result_notes(session.workbench.results.version(dataset), datasets.get(dataset)):
            say(f"note: {note}")
    else:
        say(f"nothing has been scored or rated yet: viva score {dataset}")


def read_board(session: Session, dataset: str, split: str | None, by_field: bool = False) -> Leaderboard:
    """Return the leaderboard of a dataset. Raises `NotFound`."""
    workbench = session.workbench
    rows = workbench.results.leaderboard(dataset, split, by_field)
    return leaderboard.build(rows, workbench.studies.list(), by_field)


def print_board(board: Leaderboard) -> None:
    """Write the leaderboard to stdout as people read it."""
    draw(leaderboard.to_text_table(board))


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
