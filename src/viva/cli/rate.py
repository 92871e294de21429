"""`viva rate`: straight to the rating screen."""

import click

from viva.cli.session import Command, Session, has_terminal, pass_session
from viva.errors import NotFound, UsageError


@click.command("rate", cls=Command)
@click.argument("study", required=False)
@pass_session
def command(session: Session, study: str | None) -> int:
    """Go straight to the rating screen.

    Without STUDY it is the first study that has texts left for you.
    """
    if not has_terminal():
        raise UsageError("rating needs a terminal", "run viva rate in one, over ssh with: ssh -t HOST viva rate")
    return session.show_screens(session.workbench.studies.get(study).name if study else _first_with_items(session))


def _first_with_items(session: Session) -> str:
    progress = session.workbench.studies.progress(session.settings.rater_name)
    for study in progress:
        if study.left:
            return study.study.name
    if progress:
        return progress[0].study.name
    raise NotFound("there is no study to rate", "make one: viva study create NAME --dataset D --split S --system S")
