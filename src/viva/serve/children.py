"""The processes of sessions, as the SSH server sees them: asked for, watched, ended."""

import array
import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from viva.errors import VivaError
from viva.serve.request import LARGEST, Opening, decoded, encoded, opening_message, settings_message
from viva.settings import Settings

BEGIN_SECONDS = 60.0
"""How long the fork server may take to load the screens."""

ANSWER_SECONDS = 20.0
STATUS_SECONDS = 1.0
UNKNOWN_STATUS = 255
"""Of a session whose fork server is gone."""


class NoSession(VivaError):
    """No process could be started for a session."""


class Child:
    """The process of one session. `ended` is done when it has ended, with its exit code (negative: a signal)."""

    def __init__(self, process: int, pid: int) -> None:
        loop = asyncio.get_running_loop()
        self.pid = pid
        self.ended: asyncio.Future[int] = loop.create_future()
        self._process = process
        self._status: int | None = None
        self._gone = False
        loop.add_reader(process, self._is_gone)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; one that comes too late does nothing."""
        if not self._gone:
            try:
                signal.pidfd_send_signal(self._process, number)
            except ProcessLookupError:
                # It ended a moment ago, and nobody has been told yet.
                return

    async def end(self, grace: float) -> None:
        """Wait for the process, whose terminal has been hung up, and end it by force after `grace` seconds.

        The hang-up is the only request: a second signal would meet a program that is giving back what it holds.
        """
        await asyncio.wait([self.ended], timeout=grace)
        if not self.ended.done():
            self.signal(signal.SIGKILL)
        await self.ended

    def tell_status(self, status: int) -> None:
        """Note the exit code, as the fork server tells it before or after the process is seen to be gone."""
        self._status = status
        if self._gone:
            self._tell()

    def _is_gone(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._process)
        os.close(self._process)
        self._gone = True
        if self._status is None:
            loop.call_later(STATUS_SECONDS, self._tell)
        else:
            self._tell()

    def _tell(self) -> None:
        if not self.ended.done():
            self.ended.set_result(UNKNOWN_STATUS if self._status is None else self._status)


class Children:
    """Asks a fork server for processes; where it has died a new one is begun, and the sessions go on.

    `opener` names, as `module:function`, what returns the function that opens a session.
    """

    def __init__(self, opener: str, settings: Settings, note: Callable[[str], None]) -> None:
        self._opener = opener
        self._settings = settings
        self._note = note
        self._beginning = asyncio.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._numbers = 0
        self._asked: dict[int, asyncio.Future[Child]] = {}
        self._running: dict[int, Child] = {}
        self._ready: asyncio.Future[None] | None = None

    @property
    def fork_server(self) -> int | None:
        """The process id of the fork server."""
        return self._server.pid if self._server else None

    async def begin(self) -> None:
        """Have a fork server run. Raises `NoSession` where it does not come up."""
        async with self._beginning:
            if self._socket is not None:
                return
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._server = subprocess.Popen(
                    [sys.executable, "-P", "-m", "viva.serve.fork_server", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    env=_clean(),
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
            ours.setblocking(False)
            loop = asyncio.get_running_loop()
            self._socket = ours
            self._ready = loop.create_future()
            loop.add_reader(ours, self._heard, ours)
            ours.send(encoded({"opener": self._opener, "settings": settings_message(self._settings)}))
            try:
                await asyncio.wait_for(self._ready, BEGIN_SECONDS)
            except TimeoutError as error:
                self._lost(ours)
                raise NoSession("the program that starts sessions does not come up") from error

    async def start(self, opening: Callable[[int], Opening], terminal: int) -> Child:
        """Return the process of a new session on `terminal`; `opening` is given the number of the request.

        Raises `NoSession`. The terminal stays open in this process, too.
        """
        for _ in range(2):
            await self.begin()
            self._numbers += 1
            number = self._numbers
            answer: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
            self._asked[number] = answer
            try:
                await self._send(opening_message(opening(number)), terminal)
                return await asyncio.wait_for(answer, ANSWER_SECONDS)
            except (OSError, TimeoutError, NoSession):
                # The fork server died under the request; a new one is asked.
                continue
            finally:
                self._asked.pop(number, None)
        raise NoSession("no session could be started")

    def kill(self) -> None:
        """End all sessions at once."""
        for child in list(self._running.values()):
            child.signal(signal.SIGKILL)

    def close(self) -> None:
        """Let the fork server go; it ends once its sessions have ended."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
        self._reap()

    async def _send(self, message: bytes, terminal: int) -> None:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [terminal]))]
        while self._socket is not None:
            try:
                self._socket.sendmsg([message], rights)
                return
            except BlockingIOError:
                # So many ask at once that the fork server has not read them all yet.
                await asyncio.sleep(0.01)
        raise NoSession("the program that starts sessions is gone")

    def _heard(self, ours: socket.socket) -> None:
        while True:
            try:
                data, descriptors, _, _ = socket.recv_fds(ours, LARGEST, 1)
            except BlockingIOError:
                return
            except OSError:
                data, descriptors = b"", []
            if not data:
                self._lost(ours)
                return
            self._told(decoded(data), descriptors)

    def _told(self, message: dict[str, Any], descriptors: list[int]) -> None:
        if "ready" in message:
            if self._ready is not None and not self._ready.done():
                self._ready.set_result(None)
        elif "pid" in message:
            child = Child(descriptors[0], message["pid"])
            number = message["number"]
            self._running[number] = child
            child.ended.add_done_callback(lambda _: self._running.pop(number, None))
            answer = self._asked.get(number)
            if answer is None or answer.done():
                # Whoever asked has gone, and nobody will ever look at its terminal.
                child.signal(signal.SIGKILL)
            else:
                answer.set_result(child)
        elif "error" in message:
            answer = self._asked.get(message["number"])
            if answer is not None and not answer.done():
                answer.set_exception(NoSession(f"no process can be started: {message['error']}"))
        elif child_of := self._running.get(message["number"]):
            child_of.tell_status(message["status"])

    def _lost(self, ours: socket.socket) -> None:
        """Note that the fork server is gone: whoever waits for it is told."""
        asyncio.get_running_loop().remove_reader(ours)
        ours.close()
        if self._socket is ours:
            self._socket = None
        gone = NoSession("the program that starts sessions has ended")
        for waiting in (self._ready, *self._asked.values()):
            if waiting is not None and not waiting.done():
                waiting.set_exception(gone)
        self._note("the program that starts sessions has ended; the next session begins it anew")
        self._reap()

    def _reap(self) -> None:
        """Collect the exit status of a fork server that has ended, or does so soon."""
        if self._server is not None and self._server.poll() is None:
            server = self._server
            loop = asyncio.get_running_loop()
            loop.run_in_executor(None, server.wait)
        self._server = None


def _clean() -> dict[str, str]:
    """Return an environment in which nothing changes how the screens are loaded."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "TZ", "LD_LIBRARY_PATH") if name in os.environ}
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return {**kept, "LANG": "C.UTF-8", "PYTHONPATH": path, "TERM": "xterm-256color"}
