"""A program on a pseudo-terminal of its own, driven from an event loop and ended with it."""

import asyncio
import contextlib
import fcntl
import os
import signal
import struct
import sys
import termios
from collections.abc import Mapping, Sequence

from viva.settings import Settings

CHUNK = 65536
LOOK = 0.02
"""Seconds between two looks at whether a program that was hung up has ended."""
_OURS = ("TEXTUAL", "TERM", "COLORTERM", "COLUMNS", "LINES", "TMUX", "STY")
"""Beginnings of what an environment says about the server's own terminal."""


def command(settings: Settings) -> list[str]:
    """Return what opens the workbench as the person of the settings; the current directory is not searched for code."""
    person = settings.person
    who = [f"--workspace={settings.workspace}", f"--rater={person.name}", f"--role={person.role}"]
    return [sys.executable, "-P", "-m", "viva", *who]


def environment(server: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a session: the server's, but for what told of the server's terminal."""
    kept = {name: value for name, value in server.items() if not name.startswith(_OURS)}
    return {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor"}


class WebTerminal:
    """A program that leads a session on its own terminal, so that it is hung up when this process ends in any way."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], columns: int, rows: int) -> None:
        """Start the program. Raises `OSError` where the machine has no terminal or process left."""
        self._descriptor, slave = os.openpty()
        try:
            os.set_blocking(self._descriptor, False)
            self.resize(columns, rows)
            name = os.ttyname(slave)
            # The leader of a new session that opens a terminal has it for its controlling one.
            actions = [
                (os.POSIX_SPAWN_OPEN, 0, name, os.O_RDWR, 0),
                (os.POSIX_SPAWN_DUP2, 0, 1),
                (os.POSIX_SPAWN_DUP2, 0, 2),
            ]
            ours = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGPIPE]
            self.pid = os.posix_spawn(
                command[0], list(command), dict(environment), file_actions=actions, setsid=True, setsigdef=ours,
                setsigmask=[],
            )  # fmt: skip
        except BaseException:
            os.close(self._descriptor)
            raise
        finally:
            os.close(slave)
        self._hung_up = False
        self._reaped = False

    def resize(self, columns: int, rows: int) -> None:
        """Tell the program how large its terminal is now, within what a terminal can be."""
        size = struct.pack("HHHH", min(max(rows, 1), 500), min(max(columns, 1), 1000), 0, 0)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, size)

    async def read(self) -> bytes:
        """Return what the program wrote next, nothing once it has ended."""
        while not self._hung_up:
            try:
                return os.read(self._descriptor, CHUNK)
            except BlockingIOError:
                await self._ready(write=False)
            except OSError:
                # Linux says so when the last process on a terminal has left it.
                return b""
        return b""

    async def write(self, data: bytes) -> None:
        """Hand keys to the program as fast as it takes them; once it has ended they go nowhere."""
        while data and not self._hung_up:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:
                await self._ready(write=True)
            except OSError:
                return

    def ended(self) -> bool:
        """Tell whether the program has ended."""
        if not self._reaped:
            try:
                self._reaped = os.waitpid(self.pid, os.WNOHANG)[0] == self.pid
            except ChildProcessError:
                self._reaped = True
        return self._reaped

    async def end(self, grace: float) -> None:
        """Hang up, give the program `grace` seconds to put its things away, and kill it if it is still there then."""
        self.hang_up()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + grace
        while not self.ended() and loop.time() < deadline:
            await asyncio.sleep(LOOK)
        self.kill()

    def hang_up(self) -> None:
        """Take the terminal away, as closing its window does."""
        if self._hung_up:
            return
        self._hung_up = True
        # Without a loop, at the very end, nothing watches the terminal any more.
        with contextlib.suppress(RuntimeError):
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._descriptor)
            loop.remove_writer(self._descriptor)
        os.close(self._descriptor)

    def kill(self) -> None:
        """End the program and what it started on its terminal, at once."""
        self.hang_up()
        if not self.ended():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self._reaped = True

    async def _ready(self, *, write: bool) -> None:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        add, remove = (loop.add_writer, loop.remove_writer) if write else (loop.add_reader, loop.remove_reader)

        def tell() -> None:
            if not ready.done():
                ready.set_result(None)

        add(self._descriptor, tell)
        try:
            await ready
        finally:
            if not self._hung_up:
                remove(self._descriptor)
