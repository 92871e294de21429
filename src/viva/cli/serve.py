"""`viva serve`: offer the workbench to others, over SSH or to a browser."""

import click

from viva.cli.session import Noun, Session, pass_session
from viva.records.serving import SshOptions, WebOptions

SSH, WEB = SshOptions(), WebOptions()
PORT = click.IntRange(0, 65535)
SECONDS = click.FloatRange(0, min_open=True)
SOME = click.IntRange(1)


@click.group("serve", cls=Noun)
def command() -> None:
    """Offer the workbench to others, over SSH or to a browser."""


@command.command("ssh")
@click.option("--host", metavar="ADDRESS", default=SSH.host, show_default=True, help="Where to listen.")
@click.option("--port", type=PORT, default=SSH.port, show_default=True, help="The port; 0 is any that is free.")
@click.option(
    "--idle", type=SECONDS, default=SSH.idle, show_default=True, help="Seconds without a key that end a session."
)
@click.option("--longest", type=SECONDS, default=SSH.longest, show_default=True, help="Seconds that end any session.")
@click.option("--sessions", type=SOME, default=SSH.sessions, show_default=True, help="Sessions at once.")
@click.option("--waiting", type=SOME, default=SSH.waiting, show_default=True, help="Connections that log in at once.")
@click.option(
    "--per-address", type=SOME, default=SSH.per_address, show_default=True, help="Connections of an address a minute."
)
@click.option(
    "--failures", type=SOME, default=SSH.failures, show_default=True, help="Failed keys of an address a minute."
)
@click.option("--login", type=SECONDS, default=SSH.login, show_default=True, help="Seconds to log in.")
@click.option("--grace", type=SECONDS, default=SSH.grace, show_default=True, help="Seconds that a session has to end.")
@pass_session
def ssh(session: Session, /, **given: str | float | int) -> int:
    """Let raters in over SSH, each with their own key, as `viva rater add` names them.

    A person has the workbench and nothing else: no password, no shell, no command, no forwarding. Who came, when and
    how it ended is in data/ssh/access.jsonl. SIGTERM and Ctrl+C end it; what raters entered is kept.

    The jobs that an engineer begins have the environment that the server was started with, keys of judges among it;
    nobody else's session has any of it.
    """
    return session.front_ends.serve_ssh(session.settings, SshOptions(**given))  # type: ignore[arg-type]


@command.command("web")
@click.option("--host", metavar="ADDRESS", default=WEB.host, show_default=True, help="Where to listen.")
@click.option("--port", type=PORT, default=WEB.port, show_default=True, help="The port.")
@click.option("--public-url", metavar="URL", default=None, help="The address that browsers use, behind a proxy.")
@pass_session
def web(session: Session, host: str, port: int, public_url: str | None) -> int:
    """Offer the workbench to a browser on this machine, as the person who starts this."""
    return session.front_ends.serve_web(session.settings, WebOptions(host, port, public_url))
