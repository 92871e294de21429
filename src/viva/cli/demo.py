"""`viva demo`: the main job, end to end, on bundled data, offline."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from viva.cli.exits import say
from viva.cli.leaderboard import Asked, print_board, read_board
from viva.cli.progress import narrating
from viva.cli.session import Command, Session, has_terminal, pass_session

if TYPE_CHECKING:
    from viva.present.leaderboard import Leaderboard
    from viva.records.results import LeaderboardRow
    from viva.workbench.demo import DemoProgress, DemoResult

WORKSPACE = Path("viva-demo")
STAGES = {
    "import": "Import the dataset",
    "train": "Fine-tune the starter",
    "generate": "Let both models write",
    "score": "Score the texts",
}


@click.command("demo", cls=Command)
@click.option("--no-open", is_flag=True, help="Do not open the workbench at the end.")
@pass_session
def command(session: Session, no_open: bool) -> int:
    """The main job, end to end, on bundled data, offline.

    Fine-tunes the built-in model, lets base and tuned model write, scores the texts, makes a study of them, and
    opens it for rating. It needs no network and no GPU. Everything lands in ./viva-demo unless a workspace is
    named; what is there already is not done again.
    """
    from viva.workbench import demo

    root = session.use_workspace(WORKSPACE)
    say(f"workspace: {root}")
    with narrating() as narrator:

        def report(progress: "DemoProgress") -> None:
            stage = STAGES.get(progress.stage, progress.stage)
            narrator.tell(stage, progress.done, progress.total, progress.message)

        try:
            result = demo.run(session.workbench, report)
        except KeyboardInterrupt:
            say(f"a job that was started goes on: {session.command('job list')}")
            raise
    board, _ = read_board(session, Asked(result.dataset, result.split))
    print_board(board)
    say(
        verdict(
            result,
            board,
            [
                measure.name
                for metric in session.workbench.scoring.metrics()
                if (measure := metric.measures[0]).better > 0
            ],
        )
    )
    _say_what_next(session, result)
    if no_open or not has_terminal():
        return 0
    return session.show_screens(result.study)


def verdict(result: "DemoResult", board: "Leaderboard", measures: list[str]) -> str:
    """Return in a sentence on which metrics the tuned system is better than the base, and what that is worth."""
    apart, close = [], []
    for group in board.groups:
        rows = {entry.row.system: entry.row for entry in group.entries}
        base, tuned = rows.get(result.base), rows.get(result.tuned)
        if group.measure.name not in measures or base is None or tuned is None:
            continue
        if _lowest(tuned) > _highest(base):
            apart.append(group.measure.title)
        elif _lowest(base) <= _highest(tuned):
            close.append(group.measure.title)
    better = f"beats the base on {_listed(apart)}" if apart else "does not beat the base on any metric"
    parts = [f"the tuned system {better}"]
    if close:
        parts.append(f"on {_listed(close)} their 95% intervals meet")
    parts.append(
        "these are the texts of a model with 2 million parameters, and whether they are any good is for a person to say"
    )
    sentence = "; ".join(parts)
    return sentence[0].upper() + sentence[1:]


def _lowest(row: "LeaderboardRow") -> float:
    return -math.inf if row.mean is None else row.mean - (row.half_width or 0.0)


def _highest(row: "LeaderboardRow") -> float:
    return math.inf if row.mean is None else row.mean + (row.half_width or 0.0)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _say_what_next(session: Session, result: "DemoResult") -> None:
    say("next:")
    for words in (
        f"rate {result.study}",
        f"leaderboard {result.dataset} --split {result.split}",
        'sql "SELECT system, measure, n, mean FROM leaderboard"',
        "",
    ):
        say(f"  {session.command(words)}")
