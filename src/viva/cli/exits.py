"""How a command ends: exit codes, and what is said about an error."""

import sys
import traceback
from enum import IntEnum

import click

from viva import errors
from viva.text import display_line


class ExitCode(IntEnum):
    """The exit codes of `viva`."""

    DONE = 0
    FAILED = 1
    USED_WRONGLY = 2
    INTERRUPTED = 130


class ReaderGone(Exception):
    """What read stdout (`viva … | head`) has closed it."""


def say(text: str) -> None:
    """Write one line of narration to stderr."""
    try:
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - this is the owner of stderr
    except OSError:
        # Nobody listens to the narration, or the terminal is gone; the work goes on.
        return


def report(error: BaseException, debug: bool) -> ExitCode:
    """Say what went wrong in one line with a hint below; return the exit code that tells the same."""
    if debug and not isinstance(error, click.ClickException):
        traceback.print_exception(error)
    message, hint = _told(error)
    say(f"error: {display_line(message)}")
    if hint:
        say(f"hint: {display_line(hint)}")
    wrongly = isinstance(error, errors.UsageError | click.UsageError)
    return ExitCode.USED_WRONGLY if wrongly else ExitCode.FAILED


def _told(error: BaseException) -> tuple[str, str]:
    if isinstance(error, errors.UserError):
        # A database's pointer into the query makes no sense on one line.
        return error.message.partition("\nLINE ")[0], error.hint
    if isinstance(error, errors.VivaError):
        message, _, hint = str(error).partition("\n")
        return message, hint
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "viva"
        return error.format_message().rstrip("."), f"{command} --help shows how it is used"
    if isinstance(error, click.ClickException):
        return error.format_message().rstrip("."), ""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}", "run with --debug for the traceback"
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__, "run with --debug for the traceback"
