"""What every command shares: the global options, the settings and the workbench they lead to."""

import os
import shlex
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from viva import settings
from viva.cli.exits import say
from viva.errors import NotFound, UsageError
from viva.records.person import Role
from viva.records.serving import SshOptions, WebOptions
from viva.settings import Settings
from viva.text import display_line

if TYPE_CHECKING:
    from viva.workbench import Workbench

ELSEWHERE = "viva demo makes some to try, --workspace DIR names another workspace"
"""What else to do in a directory that is no workspace yet."""


class FrontEnds(Protocol):
    """What commands open but do not know: the screens, and the servers that offer them to others."""

    def open_screens(self, workbench: "Workbench", study: str | None = None) -> int:
        """Open the screens, at the rating of a study where one is named, and return the exit code."""
        ...

    def serve_ssh(self, settings: Settings, options: SshOptions) -> int:
        """Offer the workbench over SSH until told to end, and return the exit code."""
        ...

    def serve_web(self, settings: Settings, options: WebOptions) -> int:
        """Offer the workbench to a browser until told to end, and return the exit code."""
        ...


@dataclass
class Session:
    """One run of `viva`: what was given on the command line, and what opens the screens."""

    front_ends: FrontEnds
    given: dict[str, Any] = field(default_factory=dict)
    debug: bool = False

    @cached_property
    def settings(self) -> Settings:
        """The settings in force. Raises `BadInput`."""
        return settings.load(self.given)

    @cached_property
    def workbench(self) -> "Workbench":
        """The workbench of the workspace. Raises `UsageError` where there is no such directory."""
        from viva.workbench import Workbench

        root = self.settings.workspace
        if not root.is_dir():
            raise UsageError(f"there is no directory {root}", "make it first, or name another with --workspace")
        return Workbench(self.settings)

    @property
    def looked_in_vain(self) -> bool:
        """Whether the store has been asked for, and there is none."""
        return "workbench" in vars(self) and self.workbench.looked_in_vain

    def command(self, words: str = "") -> str:
        """Return a command line to type next, with the workspace where it was named on this one."""
        named = "workspace" in self.given
        root, here = self.settings.workspace, Path.cwd()
        if not named or root == here:
            return f"viva {words}".rstrip()
        shown = root.relative_to(here) if root.is_relative_to(here) else root
        return f"{f'viva {words}'.rstrip()} --workspace {shlex.quote(str(shown))}"

    def deliver(self) -> None:
        """Put ratings that wait in an outbox into the store, so that what is read next counts them."""
        self.workbench.desk.deliver()

    def use_workspace(self, default: Path) -> Path:
        """Use `default` where no workspace was named, make the directory, and return it."""
        if "workspace" not in self.given and not os.environ.get("VIVA_WORKSPACE"):
            self.given["workspace"] = default
        root = self.settings.workspace
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot make the directory {root}: {error.strerror}") from error
        return root

    def show_screens(self, study: str | None = None) -> int:
        """Open the workbench and return its exit code. Raises `UsageError` without a terminal."""
        if not has_terminal():
            raise UsageError("this needs a terminal", "viva --help lists the commands that do not")
        return self.front_ends.open_screens(self.workbench, study)


pass_session = click.make_pass_decorator(Session)


def has_terminal() -> bool:
    """Tell whether a person sits at both ends: keyboard and screen."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


class Command(click.Command):
    """A command that takes the global options too, so that they can stand anywhere."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.params += global_options(hidden=True)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; say so where it has looked for something in a directory that is no workspace yet."""
        session = ctx.find_object(Session)
        try:
            done = super().invoke(ctx)
        except NotFound as error:
            if session is None or not session.looked_in_vain:
                raise
            raise NotFound(f"{error.message}: {_no_workspace(session)}", f"{error.hint}; {ELSEWHERE}") from error
        if session is not None and session.looked_in_vain:
            say(f"note: {_no_workspace(session)}; viva dataset import begins, {ELSEWHERE}")
        return done


class Noun(click.Group):
    """A group of commands about one noun."""

    command_class = Command

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.params += global_options(hidden=True)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        command = super().get_command(context, name)
        if command is None and not name.startswith("-"):
            raise unknown_command(context, name, self.list_commands(context))
        return command


def _no_workspace(session: Session) -> str:
    return f"{display_line(str(session.settings.workspace), 160)} holds no results of viva yet"


def unknown_command(context: click.Context, name: str, known: list[str]) -> UsageError:
    """Return the error for a command that does not exist, with what was perhaps meant."""
    import difflib

    close = difflib.get_close_matches(name, known, n=1)
    path = context.command_path
    hint = f"did you mean {path} {close[0]}?" if close else f"{path} --help lists the commands"
    return UsageError(f"{path} has no command {name!r}", hint)


def global_options(*, hidden: bool) -> list[click.Parameter]:
    """Return the options that every command takes."""
    return [
        click.Option(
            ["--workspace"],
            metavar="DIR",
            hidden=hidden,
            expose_value=False,
            callback=_note,
            help="The directory that holds results.duckdb and data/ (else VIVA_WORKSPACE, else the current one).",
        ),
        click.Option(
            ["--rater"],
            metavar="NAME",
            hidden=hidden,
            expose_value=False,
            callback=_note,
            help="The name that ratings are stored under (else VIVA_RATER, else the login name).",
        ),
        click.Option(
            ["--role"],
            type=click.Choice([str(role) for role in Role]),
            hidden=hidden,
            expose_value=False,
            callback=_note,
            help="What one may see and do (else VIVA_ROLE, else engineer).",
        ),
        click.Option(
            ["--debug"],
            is_flag=True,
            hidden=hidden,
            expose_value=False,
            callback=_note_debug,
            help="Show the traceback of an error.",
        ),
    ]


def _note(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    session = context.find_object(Session)
    if value is not None and session is not None and parameter.name:
        session.given[parameter.name] = value


def _note_debug(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    session = context.find_object(Session)
    if value and session is not None:
        session.debug = True
