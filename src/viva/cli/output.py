"""stdout, which carries data and nothing else."""

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from viva.cli.exits import ReaderGone
from viva.present.tables import Format, Table, rendered, write

PIPED_WIDTH = 200
"""The width of a table that goes to a file or a program."""

_IN_ASCII = str.maketrans(
    {"─": "-", "█": "#", "▒": "+", "·": ".", "±": "+-", "▲": "*", "★": "*", "△": "~", "–": "-", "…": "..."}
)

Function = TypeVar("Function", bound=Callable[..., Any])


def prepare_streams() -> None:
    """Let no character stop the program that the terminal's encoding cannot show."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def emit(text: str) -> None:
    """Write to stdout. Raises `ReaderGone` when what reads it has closed it, or the terminal is gone."""
    with _reader_there():
        sys.stdout.write(text)


def flush() -> None:
    """Send what has been written. Raises `ReaderGone`."""
    with _reader_there():
        sys.stdout.flush()


@contextmanager
def _reader_there() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise ReaderGone from None
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        raise ReaderGone from None


def settle() -> None:
    """Send what is left, or drop it where that is impossible: the interpreter would try again when it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def with_format(function: Function) -> Function:
    """Add `--format` to a command that reads."""
    option = click.option(
        "--format",
        "form",
        type=click.Choice([form.value for form in Format]),
        default=Format.TABLE.value,
        show_default=True,
        callback=lambda _context, _parameter, value: Format(value),
        help="How rows are written to stdout.",
    )
    return option(function)


def with_seed(what: str) -> Callable[[Function], Function]:
    """Add `--seed` to a command that draws; `what` says for what the seed is."""
    return click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help=what)


def show(table: Table, form: Format, *, live: bool = False) -> None:
    """Write a table to stdout in the form that was asked for; with `live` each row as soon as it is there."""
    for piece in write(table, form, width=table_width(), on_screen=sys.stdout.isatty()):
        emit(_drawable(piece) if form is Format.TABLE else piece)
        if live:
            flush()


def draw(renderable: Any) -> None:
    """Write something that rich can print to stdout."""
    emit(_drawable(rendered(renderable, table_width()).lstrip("\n")))


def table_width() -> int:
    """Return how many cells a table may take."""
    if sys.stdout.isatty():
        return shutil.get_terminal_size().columns
    given = os.environ.get("COLUMNS", "")
    return int(given) if given.isdigit() and int(given) else PIPED_WIDTH


def _drawable(text: str) -> str:
    """Return a drawing with its lines and marks in ASCII where stdout cannot show better."""
    encoding = (sys.stdout.encoding or "ascii").lower()
    return text if encoding.startswith("utf") else text.translate(_IN_ASCII)
