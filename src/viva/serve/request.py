"""What the SSH server asks of the fork server, as lines of JSON between the two."""

import json
import os
import pwd
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from viva.records.person import Role
from viva.settings import Settings

LARGEST = 200_000
"""Bytes of one message at most; an engineer's holds the environment of the server."""

USUAL_TERMINAL = "xterm-256color"
PASSED_ON = ("HOME", "PATH", "TZ")
_OWN = ("TERM", "COLORTERM", "COLUMNS", "LINES", "LANG", "NO_COLOR", "VIVA_RATER", "VIVA_ROLE")
_OWN_BEGINNINGS = ("SSH_", "TEXTUAL_", "LC_", "TMUX", "STY")
_TERMINAL = re.compile(
    r"(xterm|screen|tmux|rxvt|linux|vt\d{3}|alacritty|foot|konsole|putty|gnome|iterm2?|st|ansi|dumb)[A-Za-z0-9.+-]{0,24}"
)
MOST_COLUMNS, MOST_ROWS = 1000, 400
"""A terminal larger than this is no person's, and every cell takes memory."""


@dataclass(frozen=True)
class Opening:
    """One session to be opened: for whom, on a terminal of what size, in what environment."""

    number: int
    rater: str
    role: Role
    plain: bool
    columns: int
    rows: int
    environment: Mapping[str, str]


def encoded(message: dict[str, Any]) -> bytes:
    """Return a message as it is sent."""
    return json.dumps(message).encode("ascii")


def decoded(data: bytes) -> dict[str, Any]:
    """Return a message as it was meant."""
    message = json.loads(data)
    assert isinstance(message, dict)
    return message


def opening_message(opening: Opening) -> bytes:
    """Return the message that asks for a session."""
    return encoded(asdict(opening))


def opening_of(message: dict[str, Any]) -> Opening:
    """Return what a message asks for."""
    return Opening(**{**message, "role": Role(message["role"])})


def settings_message(settings: Settings) -> dict[str, Any]:
    """Return settings as JSON can hold them."""
    return {**asdict(settings), "workspace": str(settings.workspace)}


def settings_of(message: dict[str, Any]) -> Settings:
    """Return the settings of a message."""
    return Settings(**{**message, "workspace": Path(message["workspace"])})


def environment(
    role: Role, terminal: str, true_colour: bool, client: str, outside: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of a session; nothing in it was chosen by the client but the kind of terminal.

    `client` is the value of SSH_CONNECTION: the addresses and ports of client and server. `outside` is the environment
    of the SSH server. An engineer's jobs need it (a GPU's number, the folder of models, keys of judges); nothing else
    of it ever reaches the process of a rater or lead, nor the one that it is forked from.
    """
    if role is Role.ENGINEER:
        kept = {
            name: value for name, value in outside.items() if name not in _OWN and not name.startswith(_OWN_BEGINNINGS)
        }
    else:
        kept = {name: outside[name] for name in PASSED_ON if name in outside}
    user = pwd.getpwuid(os.geteuid())
    own = {
        "TERM": known_terminal(terminal),
        "LANG": "C.UTF-8",
        "SSH_CONNECTION": client,
        "USER": user.pw_name,
        "LOGNAME": user.pw_name,
    }
    if true_colour:
        own["COLORTERM"] = "truecolor"
    return {"HOME": user.pw_dir, "PATH": os.defpath, **kept, **own}


def known_terminal(name: str) -> str:
    """Return the name of a terminal where it is one that programs know, else that of the usual one."""
    return name if _TERMINAL.fullmatch(name) else USUAL_TERMINAL


def sensible_size(columns: int, rows: int) -> tuple[int, int]:
    """Return a terminal's size within bounds; a client that tells none has 80×24."""
    if columns <= 0 or rows <= 0:
        return 80, 24
    return min(columns, MOST_COLUMNS), min(rows, MOST_ROWS)
