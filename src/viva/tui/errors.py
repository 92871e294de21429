"""Errors on a screen: one clear line for the person, the whole story in the workspace's log."""

import os
import traceback
from datetime import datetime
from pathlib import Path

from viva.errors import UserError
from viva.text import display_line, display_text

LINE_WIDTH = 300


def error_text(error: BaseException) -> str:
    """Return what is shown of an error: its line, and its hint on the next; safe for a terminal, not for markup."""
    if isinstance(error, UserError):
        line = display_line(error.message, LINE_WIDTH)
        return f"{line}\n{display_line(error.hint, LINE_WIDTH)}" if error.hint else line
    return f"Something went wrong in viva: {fault_line(error)}\nNothing you entered is lost; the details are in the log"


def fault_line(error: BaseException) -> str:
    """Return one line about an error that viva did not expect."""
    said = display_line(str(error), 160)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def log_error(path: Path, error: BaseException, doing: str = "") -> None:
    """Append an error with its traceback (never with local variables: they hold people's texts) to the log.

    A log that cannot be written must not hide the error, so that is passed over.
    """
    head = f"{datetime.now().astimezone().isoformat(timespec='seconds')} [{os.getpid()}] {display_line(doing, 200)}"
    trace = "".join(traceback.format_exception(error))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{head.rstrip()}\n{display_text(trace)}\n")
    except OSError:
        return
