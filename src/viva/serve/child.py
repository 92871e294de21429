"""What a session's process does before the workbench opens in it: a terminal, an environment and bounds of its own."""

import fcntl
import os
import resource
import signal
import struct
import sys
import termios
import traceback
from collections.abc import Callable
from dataclasses import replace

from viva.records.person import Role
from viva.serve.request import Opening
from viva.settings import Settings

OpenSession = Callable[[Settings, bool], int]
"""Opens the workbench in the terminal of this process: settings, whether line by line; returns the exit code."""

ADDRESS_SPACE = 8 * 1024**3
"""Bytes that a rater's process may map; what it uses is a hundredth of it."""

OPEN_FILES = 1024


def run(opening: Opening, terminal: int, settings: Settings, opener: OpenSession) -> int:
    """Turn this process, which was just forked, into a session on `terminal`; return its exit code."""
    _take_terminal(terminal, opening)
    _usual_signals()
    os.environ.clear()
    os.environ.update(opening.environment)
    _bound(opening.role)
    settings = replace(settings, rater=opening.rater, role=str(opening.role))
    try:
        return opener(settings, opening.plain)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except Exception:  # noqa: BLE001 - no line of a traceback may reach a rater, and the fork server must go on
        _log(settings)
        sys.stderr.write("\r\nviva ended because of a fault of its own; what you entered is kept\r\n")
        return 1
    finally:
        for stream in (sys.stdout, sys.stderr):
            _flush(stream)


def set_size(terminal: int, columns: int, rows: int) -> None:
    """Tell a terminal its size; the kernel tells the program in it."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _take_terminal(terminal: int, opening: Opening) -> None:
    """Make `terminal` the controlling terminal and the only open file of this process, which leads a new session."""
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    modes = termios.tcgetattr(terminal)
    # Without this, Backspace takes half a letter away in the line-by-line mode.
    modes[0] |= getattr(termios, "IUTF8", 0o40000)
    termios.tcsetattr(terminal, termios.TCSANOW, modes)
    set_size(terminal, opening.columns, opening.rows)
    for standard in (0, 1, 2):
        os.dup2(terminal, standard)
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    # Those made when the fork server began take the terminal for a file, and write late.
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", errors="replace", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(2, "w", encoding="utf-8", errors="replace", closefd=False)  # type: ignore[misc]  # noqa: SIM115


def _usual_signals() -> None:
    """Undo what a server does with signals; above all, a hang-up must be able to end this process."""
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT, signal.SIGCHLD, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _bound(role: Role) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if role is Role.ENGINEER:
        # Whose jobs inherit the bounds, and a GPU's driver maps far more than it uses.
        return
    for what, most in ((resource.RLIMIT_AS, ADDRESS_SPACE), (resource.RLIMIT_NOFILE, OPEN_FILES)):
        hard = resource.getrlimit(what)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (value, value))


def _log(settings: Settings) -> None:
    path = settings.paths.log
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as log:
        log.write(f"a session over SSH ended\n{traceback.format_exc()}\n")


def _flush(stream: object) -> None:
    try:
        stream.flush()  # type: ignore[attr-defined]
    except (OSError, ValueError):
        # The terminal is gone, and nobody reads what was still to be written.
        return
