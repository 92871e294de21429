"""`viva doctor`: what this machine can do, and what is wrong."""

import click

from viva.cli import checks
from viva.cli.exits import ExitCode, say
from viva.cli.output import show, with_format
from viva.cli.session import Command, Session, pass_session
from viva.errors import UserError
from viva.present.tables import Format, Table
from viva.text import plural


@click.command("doctor", cls=Command)
@with_format
@pass_session
def command(session: Session, form: Format) -> int:
    """Tell what this machine can do, and what is wrong.

    The exit code is 1 where something is wrong. Nothing is changed by asking.
    """
    try:
        found = list(checks.findings(session.settings))
    except UserError as error:
        found = [checks.settings_finding(error)]
    rows = [(finding.check, finding.state.value, finding.detail, finding.hint) for finding in found]
    show(Table.of(["check", "state", "detail", "hint"], rows), form)
    wrong = sum(finding.state is checks.State.WRONG for finding in found)
    say(f"{plural(wrong, 'thing')} to mend" if wrong else "nothing is wrong")
    return ExitCode.FAILED if wrong else ExitCode.DONE
