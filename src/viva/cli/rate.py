"""`viva rate`: straight to the rating screen, or line by line."""

import sys

import click

from viva.cli.output import emit, flush
from viva.cli.session import Command, Session, has_terminal, pass_session
from viva.errors import NotFound, UsageError
from viva.records.study import StudyState


@click.command("rate", cls=Command)
@click.argument("study", required=False)
@click.option("--plain", is_flag=True, help="Line by line, without a screen: for screen readers.")
@pass_session
def command(session: Session, study: str | None, plain: bool) -> int:
    """Go straight to the rating screen.

    Without STUDY it is the first study that has texts left for you.
    """
    if plain:
        from viva.cli import plain_rating

        return plain_rating.run(session.workbench, study, _read, _write)
    if not has_terminal():
        raise UsageError("rating needs a terminal", "run viva rate in one, over ssh with: ssh -t HOST viva rate")
    return session.show_screens(_study(session, study))


def _study(session: Session, name: str | None) -> str:
    """Return the name of the study to open; one that is not there, or not open to this rater, is refused here."""
    desk = session.workbench.desk
    if name is not None:
        desk.history(name)
        return name
    found = desk.tasks()
    if not found:
        raise NotFound(
            "there is no study for you to rate", "ask whoever runs the studies, or: viva study create --help"
        )
    waiting = (each for each in found if each.task.state is StudyState.OPEN and (each.left or each.practice_left))
    return next(waiting, found[0]).task.name


def _read() -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")


def _write(line: str) -> None:
    emit(f"{line}\n")
    flush()
