"""`viva rater`: say who may come in over SSH, and with which key."""

from typing import Any

import click

from viva.cli.exits import say
from viva.cli.output import show, with_format
from viva.cli.session import Command, Noun, Session, pass_session
from viva.present import studies as words
from viva.present.tables import Format
from viva.records.person import Role
from viva.text import display_line, plural


class _Add(Command):
    """A command whose own --role takes the place of the global one."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        own = next(option for option in self.params if option.name == "role")
        self.params = [option for option in self.params if option is own or option.name != "role"]


@click.group("rater", cls=Noun)
def command() -> None:
    """Say who may rate over SSH, and with which key."""


@command.command("add", cls=_Add)
@click.argument("name")
@click.argument("keyfile", required=False)
@click.option("--role", type=click.Choice([role.value for role in Role]), help="What they may see and do (else rater).")
@click.option("--plain/--no-plain", default=None, help="The line-by-line mode, for a screen reader.")
@pass_session
def add(session: Session, name: str, keyfile: str | None, role: str | None, plain: bool | None) -> None:
    """Let NAME in with the public key in KEYFILE, the .pub file that ssh-keygen made.

    For a NAME that is known already the key is one more; without KEYFILE only role and mode are changed. They are kept
    in raters.toml of the workspace.
    """
    rater = session.workbench.raters.add(name, keyfile, Role(role) if role else None, plain)
    how = ", line by line" if rater.plain else ""
    say(f"{display_line(rater.name, 64)} may come in as {rater.role} with {plural(len(rater.keys), 'key')}{how}")


@command.command("list")
@with_format
@pass_session
def list_(session: Session, form: Format) -> None:
    """List who may come in over SSH."""
    raters = session.workbench.raters.list()
    show(words.rater_table(raters), form)
    if not raters:
        say("nobody may come in yet: viva rater add NAME KEYFILE")


@command.command("show")
@click.argument("name")
@with_format
@pass_session
def show_(session: Session, name: str, form: Format) -> None:
    """Show what NAME may do, and their keys."""
    show(words.rater_table([session.workbench.raters.get(name)]), form)


@command.command("remove")
@click.argument("name")
@pass_session
def remove(session: Session, name: str) -> None:
    """Let NAME in no more; what they have rated stays. A session that is open goes on until it ends."""
    rater = session.workbench.raters.remove(name)
    say(f"{display_line(rater.name, 64)} comes in no more")
