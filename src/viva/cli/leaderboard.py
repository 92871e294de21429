"""`viva leaderboard`: compare systems on what was measured and rated."""

from collections.abc import Sequence
from dataclasses import dataclass

import click

from viva.cli.exits import say
from viva.cli.output import draw, show, table_width, with_format, with_seed
from viva.cli.session import Command, Session, pass_session
from viva.cli.several import listed
from viva.errors import NotFound
from viva.present import leaderboard, leaderboard_table
from viva.present.datasets import result_notes, waiting_note
from viva.present.degenerate import degenerate_measures, degenerate_note
from viva.present.leaderboard import Leaderboard, Part
from viva.present.placing import picked_note
from viva.present.results import Narrowed, caption
from viva.present.tables import Format, Table
from viva.records.results import LeaderboardRow
from viva.text import display_line, plural


@click.command("leaderboard", cls=Command)
@click.argument("dataset")
@click.option("--split", metavar="SPLIT", help="Only this split (else all).")
@click.option("--by", type=click.Choice(["field", "subfield"]), help="A part for each field, or subfield.")
@click.option("--field", metavar="FIELD", help="Only examples of this field.")
@click.option("--subfield", metavar="SUBFIELD", help="Only examples of this subfield.")
@click.option("--system", "systems", metavar="NAME[,NAME]", multiple=True, help="Only these systems.")
@click.option(
    "--measure", "measures", metavar="NAME[,NAME]", multiple=True, help="Only these measures, such as rouge_l,meteor."
)
@click.option("--all", "every", is_flag=True, help="Every measure: precision and recall too, and what is much alike.")
@click.option("--no-ranks", is_flag=True, help="Leave out ranks, for which all pairs of systems are compared.")
@with_seed("Of the bootstrap and sign flips.")
@with_format
@pass_session
def command(
    session: Session,
    dataset: str,
    split: str | None,
    by: Part | None,
    field: str | None,
    subfield: str | None,
    systems: tuple[str, ...],
    measures: tuple[str, ...],
    every: bool,
    no_ranks: bool,
    seed: int,
    form: Format,
) -> None:
    """Compare systems on what was measured and rated.

    The systems are those that wrote for DATASET, the measures the main metrics and what people and judges rated. Each
    mean is over questions and stands with its 95% interval (bootstrap from 8 to 29 questions, else t) and n scored / n
    attempted. Systems with ranks such as 1–2 cannot be told apart on the questions that they share. JSON and CSV
    carry every measure and unrounded numbers.
    """
    session.deliver()
    results, datasets = session.workbench.results, session.workbench.datasets
    if split is not None:
        datasets.with_split(dataset, split, results.version(dataset).version)
    every = every or form in {Format.JSON, Format.CSV}
    asked = Asked(dataset, split, by, field, subfield, tuple(listed(systems)) or None, seed)
    board, hidden, read = _read(session, asked, listed(measures), every=every, ranked=not no_ranks)
    if form is Format.TABLE:
        print_board(board)
    else:
        show(leaderboard_table.for_papers(board) if form is Format.MD else _for_programs(board, seed), form)
    if not board.groups:
        only = f" --split {split}" if split else ""
        if session.workbench.outputs.count(dataset, split):
            say(f"nothing has been scored or rated yet: {session.command(f'score {dataset}{only}')}")
        else:
            generate = session.command(f"generate {dataset} --split {split or 'SPLIT'} --model MODEL")
            say(f"nothing has been written yet: {generate}")
        return
    say(caption(asked.dataset, split, Narrowed(field, subfield, asked.systems), seed))
    score = session.command(f"score {dataset}")
    if note := waiting_note(results.never_scored(dataset), split, score, asked.systems):
        say(f"note: {note}")
    notes = [*result_notes(results.version(dataset), datasets.get(dataset))]
    if any(measure.source == "human" for measure in board.measures):
        notes += [picked_note(*one) for one in results.picked(dataset, split)]
    for note in notes:
        say(f"note: {note}")
    # Degenerate texts are told of all fields together.
    whole = by is None and field is None and subfield is None
    rows = read if whole else results.leaderboard(dataset, split, systems=asked.systems)
    only = f" --split {split}" if split else ""
    more = session.command(f"leaderboard {dataset}{only} --measure {','.join(degenerate_measures(rows))}")
    if note := degenerate_note(rows, split, more):
        say(f"note: {note}")
    if hidden:
        say(f"{plural(hidden, 'more measure')}: --all")


@dataclass(frozen=True)
class Asked:
    """Which leaderboard is wanted; None is all."""

    dataset: str
    split: str | None = None
    by: Part | None = None
    field: str | None = None
    subfield: str | None = None
    systems: tuple[str, ...] | None = None
    seed: int = 0


def read_board(session: Session, asked: Asked) -> tuple[Leaderboard, int]:
    """Return the leaderboard of a dataset with its main measures, and how many it leaves out. Raises `NotFound`."""
    board, hidden, _ = _read(session, asked)
    return board, hidden


def _read(
    session: Session, asked: Asked, measures: Sequence[str] = (), *, every: bool = False, ranked: bool = True
) -> tuple[Leaderboard, int, list[LeaderboardRow]]:
    """Return the leaderboard of a dataset, how many measures it leaves out, and the rows that it was made of.

    Raises `NotFound`, also for a measure that nothing was scored on.
    """
    workbench, results = session.workbench, session.workbench.results
    field, subfield, systems, seed = asked.field, asked.subfield, asked.systems, asked.seed
    rows = results.leaderboard(
        asked.dataset, asked.split, asked.by, field=field, subfield=subfield, systems=systems, seed=seed
    )
    there = {row.measure for row in rows}
    for name in measures:
        if name not in there:
            known = ", ".join(display_line(one, 40) for one in sorted(there))
            hint = f"measures: {known}" if known else "there is none yet: viva score computes metrics"
            raise NotFound(f"nothing was scored on {display_line(name, 40)!r}", hint)
    shown = set(measures) or (there if every else leaderboard.brief(rows))
    hidden = 0 if measures else len(there - shown)
    judges = results.judge_rubrics(asked.dataset)
    ranks = []
    if ranked and rows:
        keys = {row.key for row in rows if row.measure in shown}
        ranks = results.ranks(
            asked.dataset, asked.split, asked.by,
            field=field, subfield=subfield, systems=systems, keys=keys, seed=seed,
        )  # fmt: skip
    return leaderboard.build(rows, workbench.studies.list(), asked.by, shown, judges, ranks), hidden, rows


def print_board(board: Leaderboard) -> None:
    """Write the leaderboard to stdout as people read it."""
    draw(leaderboard_table.to_text_table(board, table_width()))


def _for_programs(board: Leaderboard, seed: int) -> Table:
    rows = [{**row, "seed": seed} for row in leaderboard_table.plain_rows(board)]
    return Table.of(list(rows[0]) if rows else [], [list(row.values()) for row in rows])
