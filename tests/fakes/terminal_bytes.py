"""What a program sends to its terminal, taken apart: the text it prints, and every control sequence beside it."""

import contextlib
import errno
import fcntl
import os
import pty
import re
import signal
import struct
import termios
from collections.abc import Iterator, Sequence
from pathlib import Path

_TOKEN = re.compile(
    rb"(?P<csi>\x1b\[[0-?]*[ -/]*[@-~])"
    rb"|(?P<pointer>\x1b\]22;[a-z-]{1,20}\x07)"
    rb"|(?P<other>\x1b.?|[\x00-\x1f\x7f])"
    rb"|(?P<text>[^\x00-\x1f\x7f]+)",
    re.DOTALL,
)
MODES = {"7", "25", "1000", "1002", "1003", "1004", "1006", "1015", "1016", "1049", "2004", "2026", "2031", "2048"}
"""The modes of a terminal that Textual sets, and takes back."""
_OURS = re.compile(rb"\x1b\[(?:[0-9;]*[mHJK]|\?(?P<mode>[0-9;]+)(?:[hl]|\$p)|>[0-9]+u|<u|\?u)\Z")
"""Colours and places, modes, and the questions and answers of the keyboard's protocol."""
_LINE_ENDS = {b"\n", b"\r"}


def tokens(sent: bytes) -> Iterator[tuple[bytes, str]]:
    """Yield every piece of what was sent, and its kind: `text`, `csi`, `pointer` or `other`.

    The mouse pointer's shape is the only operating system command that Textual sends; any other comes as its first two
    bytes, and what follows them as text.
    """
    at = 0
    for found in _TOKEN.finditer(sent):
        assert found.start() == at, f"nothing may be left out: {sent[at : found.start()]!r}"
        at = found.end()
        yield found.group(), found.lastgroup or ""
    assert at == len(sent)


def strangers(sent: bytes) -> set[bytes]:
    """Return the control sequences and characters that Textual itself does not use."""
    return {token for token, kind in tokens(sent) if not (kind in ("text", "pointer") or _is_ours(token))}


def printed(sent: bytes) -> str:
    """Return the text alone, a line for every piece. Raises `UnicodeDecodeError` where it is not UTF-8."""
    return "\n".join(token.decode() for token, kind in tokens(sent) if kind == "text")


def _is_ours(token: bytes) -> bool:
    if token in _LINE_ENDS:
        return True
    found = _OURS.match(token)
    if found is None:
        return False
    mode = found.group("mode")
    return mode is None or set(mode.decode().split(";")) <= MODES


def run_on_terminal(command: Sequence[str], cwd: Path, columns: int = 120, rows: int = 40) -> tuple[int, bytes]:
    """Run a program on a terminal of its own to its end; return its exit code and every byte that it sent."""
    pid, descriptor = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        size = {"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(rows), "LC_ALL": "C.UTF-8"}
        os.execvpe(command[0], list(command), {**os.environ, **size})
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    pieces = []
    try:
        while piece := os.read(descriptor, 1 << 16):
            pieces.append(piece)
    except OSError as error:
        # Linux says so when the last process on a terminal has left it.
        if error.errno != errno.EIO:
            raise
    finally:
        os.close(descriptor)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGHUP)
        _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), b"".join(pieces)
