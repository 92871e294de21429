"""One session: a channel with a terminal, the process behind it, and how it ends."""

import asyncio
import os
import time
from dataclasses import dataclass
from enum import StrEnum

import asyncssh

from viva.records.serving import SshOptions
from viva.serve.access_log import AccessLog
from viva.serve.auth import Begun, Identity
from viva.serve.bridge import Bridge
from viva.serve.children import Child, Children, NoSession
from viva.serve.request import Opening, environment, sensible_size

NO_TERMINAL = "this opens in a terminal and runs no commands: ssh -t, and nothing after the host's name"
FULL = "all places are taken; please try again in a few minutes"
FULL_EACH = "you have too many sessions open; end one of them first"
NOT_STARTED = "viva cannot be started now; please try again in a minute"
ENDED_BADLY = "viva ended unexpectedly; what you saved is kept"

SESSIONS_EACH = 10
"""Sessions that one rater may have at once; those of a lost connection count until it is seen to be lost."""

RESTORE = (
    b"\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l\x1b[?2004l\x1b[?1004l\x1b[?2048l"
    b"\x1b[<u\x1b[?1049l\x1b[?7h\x1b[?25h\x1b[0m\r"
)
"""Gives a terminal back as it was before a full-screen program that could not do so itself."""


class Ending(StrEnum):
    """Why a session ended."""

    ENDED = "ended"
    DISCONNECTED = "disconnected"
    IDLE = "idle"
    LONGEST = "longest"
    REVOKED = "revoked"
    CLOSING = "closing"


_WORDS = {
    Ending.IDLE: "nothing was typed for {minutes:.0f} minutes; what you entered is kept, come again whenever you like",
    Ending.LONGEST: "a session ends after {hours:.0f} hours; what you entered is kept, come again whenever you like",
    Ending.REVOKED: "your access has ended",
    Ending.CLOSING: "the server is ending; what you entered is kept",
}


@dataclass(frozen=True)
class House:
    """What all sessions of a server share."""

    options: SshOptions
    children: Children
    log: AccessLog
    sessions: "set[TerminalSession]"


class TerminalSession(asyncssh.SSHServerSession[bytes]):
    """A session of `identity`, with a terminal; whatever else a client asks for is refused."""

    def __init__(self, house: House, identity: Identity, address: str, client: str, begun: Begun) -> None:
        self.identity = identity
        self.address = address
        self._client = client
        self._house = house
        self._begun = begun
        self._channel: asyncssh.SSHServerChannel[bytes]
        self._terminal: str | None = None
        self._other = False
        self._size = (80, 24)
        self._bridge: Bridge | None = None
        self._early = b""
        self._last_input = time.monotonic()
        self._leave: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None

    def leave(self, ending: Ending) -> None:
        """Have the session end."""
        if not self._leave.done():
            self._leave.set_result(ending)

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.leave(Ending.DISCONNECTED)
        if self._bridge is not None:
            # At once: nothing can be written to the channel any more.
            self._bridge.close()

    def pty_requested(self, term_type: str, term_size: tuple[int, int, int, int], term_modes: object) -> bool:  # noqa: ARG002
        self._terminal = term_type
        self._size = sensible_size(term_size[0], term_size[1])
        return True

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:  # noqa: ARG002
        self._size = sensible_size(width, height)
        if self._bridge is not None:
            self._bridge.resize(*self._size)

    def shell_requested(self) -> bool:
        return True

    def exec_requested(self, command: str) -> bool:  # noqa: ARG002
        """Run nothing; a request that is refused outright would leave no time to say why."""
        self._other = True
        return True

    def subsystem_requested(self, subsystem: str) -> bool:  # noqa: ARG002
        """Offer nothing, and say so."""
        self._other = True
        return True

    def break_received(self, msec: int) -> bool:  # noqa: ARG002
        return False

    def eof_received(self) -> bool:
        """Keep the channel: a client whose input ends may still look at the screen."""
        return True

    def session_started(self) -> None:
        self._last_input = time.monotonic()
        if self._terminal is None or self._other:
            self._house.log.write("refused", **self._who(), reason="no terminal")
            self._end_with(NO_TERMINAL, 1)
        elif problem := self._no_room():
            self._house.log.write("refused", **self._who(), reason=problem)
            self._end_with(problem, 1)
        else:
            self._house.sessions.add(self)
            self.task = asyncio.create_task(self._run())
            self._begun.set_result(self.task)
            self.task.add_done_callback(lambda _: self._house.sessions.discard(self))

    def data_received(self, data: bytes, datatype: int | None) -> None:  # noqa: ARG002
        self._last_input = time.monotonic()
        if self._bridge is not None:
            self._bridge.feed(data)
        elif len(self._early) < 1024:
            # Typed ahead, before there is a program to read it.
            self._early += data

    def pause_writing(self) -> None:
        if self._bridge is not None:
            self._bridge.pause()

    def resume_writing(self) -> None:
        if self._bridge is not None:
            self._bridge.resume()

    def _no_room(self) -> str | None:
        sessions = self._house.sessions
        if len(sessions) >= self._house.options.sessions:
            return FULL
        mine = sum(session.identity.rater.name == self.identity.rater.name for session in sessions)
        return FULL_EACH if mine >= SESSIONS_EACH else None

    async def _run(self) -> None:
        begun = time.monotonic()
        try:
            master, child = await self._start()
        except (NoSession, OSError) as error:
            self._house.log.write("refused", **self._who(), reason=str(error))
            self._end_with(NOT_STARTED, 1)
            return
        self._house.log.write("session", **self._who())
        self._bridge = Bridge(master, self._channel)
        self._bridge.resize(*self._size)
        if self._early:
            self._bridge.feed(self._early)
        try:
            ending = await self._until_over(child, begun)
            status = await self._finish(child, ending)
        finally:
            self._bridge.close()
        seconds = time.monotonic() - begun
        self._house.log.write("end", **self._who(), reason=str(ending), status=status, seconds=seconds)

    async def _start(self) -> tuple[int, Child]:
        """Return the master side of a new terminal, and the process on it."""
        master, slave = os.openpty()
        try:
            return master, await self._house.children.start(self._opening, slave)
        except BaseException:
            os.close(master)
            raise
        finally:
            os.close(slave)

    async def _until_over(self, child: Child, begun: float) -> Ending:
        options = self._house.options
        while True:
            now = time.monotonic()
            quiet, left = options.idle - (now - self._last_input), options.longest - (now - begun)
            if min(quiet, left) <= 0:
                return Ending.IDLE if quiet <= left else Ending.LONGEST
            waiting: list[asyncio.Future[Ending] | asyncio.Future[int]] = [self._leave, child.ended]
            await asyncio.wait(waiting, timeout=min(quiet, left), return_when=asyncio.FIRST_COMPLETED)
            if self._leave.done():
                return self._leave.result()
            if child.ended.done():
                return Ending.ENDED

    async def _finish(self, child: Child, ending: Ending) -> int:
        """End what is still there of process and channel; return the exit code of the process."""
        assert self._bridge is not None
        if ending is Ending.ENDED:
            status = child.ended.result()
            self._bridge.drain()
            if status < 0:
                self._end_with(ENDED_BADLY, 128 - status, RESTORE)
            else:
                self._exit(status)
            return status
        # The hang-up lets the program keep what was typed and give back what it holds.
        self._bridge.close()
        if ending in _WORDS:
            options = self._house.options
            words = _WORDS[ending].format(minutes=options.idle / 60, hours=options.longest / 3600)
            self._end_with(words, 1, RESTORE)
        await child.end(self._house.options.grace)
        return child.ended.result()

    def _opening(self, number: int) -> Opening:
        rater = self.identity.rater
        colours = self._channel.get_environment().get("COLORTERM", "")
        return Opening(
            number=number,
            rater=rater.name,
            role=rater.role,
            plain=rater.plain,
            columns=self._size[0],
            rows=self._size[1],
            environment=environment(
                rater.role, self._terminal or "", colours in ("truecolor", "24bit"), self._client, os.environ
            ),
        )

    def _who(self) -> dict[str, str]:
        return {"address": self.address, "rater": self.identity.rater.name, "key": self.identity.fingerprint}

    def _end_with(self, line: str, status: int, before: bytes = b"") -> None:
        """Say one line to whoever is there and close the channel."""
        if self._channel.is_closing():
            return
        if self._terminal is None:
            self._channel.write_stderr(f"viva: {line}\n".encode())
        else:
            self._channel.write(before + f"viva: {line}\r\n".encode())
        self._exit(status)

    def _exit(self, status: int) -> None:
        if not self._channel.is_closing():
            self._channel.exit(status)
