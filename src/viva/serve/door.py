"""The door of the SSH server: takes connections from the network, lets few of them prove who they are at a time."""

import asyncio
import socket
from collections import Counter
from collections.abc import Awaitable, Callable

from viva.errors import UsageError
from viva.records.serving import SshOptions
from viva.serve.access_log import AccessLog
from viva.serve.limits import Limits, origin
from viva.text import display_line

BACKLOG = 256
HELD = 8
"""How many times as many connections as may authenticate at once wait for their turn; more are turned away."""

SHARE = 3
"""One address has at most a third of the turns, and half of the places to wait: it cannot keep the others out."""

CROWDED = "too many connections wait"
SEND_BUFFER = 262_144
"""Bytes that the kernel takes for a slow client."""


def listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises `UsageError` where the address cannot be had."""
    try:
        [found, *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        both = found[0] == socket.AF_INET6 and host in ("", "::") and socket.has_dualstack_ipv6()
        listening = socket.create_server(found[4][:2], family=found[0], backlog=BACKLOG, dualstack_ipv6=both)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        hint = "name another with --host and --port"
        raise UsageError(f"cannot listen at {display_line(host, 80)}, port {port}: {reason}", hint) from error
    listening.setblocking(False)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    return listening


class Door:
    """Accepts connections and has `welcome` deal with each, in a task of its own; the limits are kept here."""

    def __init__(
        self,
        options: SshOptions,
        log: AccessLog,
        welcome: Callable[[socket.socket, str, "Turn"], Awaitable[None]],
    ) -> None:
        self.limits = Limits(options)
        self._options = options
        self._log = log
        self._welcome = welcome
        self._places = Places(options.waiting)
        self._tasks: set[asyncio.Task[None]] = set()

    async def stand(self, listening: socket.socket) -> None:
        """Accept connections until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, peer = await loop.sock_accept(listening)
            except OSError as error:
                # No file descriptor is left, or the client has gone again.
                self._log.write("refused", reason=error.strerror)
                await asyncio.sleep(0.1)
                continue
            address = str(peer[0])
            if reason := self.limits.refuse(address) or self._crowded(address):
                connection.close()
                self._log.write("refused", address=address, reason=reason)
                continue
            # Counted here, not in the task: many may be accepted before any of their tasks runs.
            task = asyncio.create_task(self._admit(connection, address, Turn(self._places, origin(address))))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self, seconds: float) -> None:
        """Wait for the connections to end, and cut those that do not within `seconds`."""
        if self._tasks:
            _, left = await asyncio.wait(self._tasks, timeout=seconds)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def _crowded(self, address: str) -> str | None:
        return CROWDED if self._places.full(origin(address)) else None

    async def _admit(self, connection: socket.socket, address: str, turn: "Turn") -> None:
        try:
            with connection:
                try:
                    await asyncio.wait_for(turn.begin(), self._options.login)
                except TimeoutError:
                    self._log.write("refused", address=address, reason=CROWDED)
                    return
                await self._welcome(connection, address, turn)
        finally:
            turn.end()


class Places:
    """How many wait or authenticate, in all and of each origin."""

    def __init__(self, waiting: int) -> None:
        self.turns = asyncio.Semaphore(waiting)
        self.shares: dict[str, asyncio.Semaphore] = {}
        self.taken: Counter[str] = Counter()
        self._most = HELD * waiting
        self._share = max(waiting // SHARE, 1)

    def full(self, whence: str) -> bool:
        """Tell whether nobody more may wait, or nobody more from there."""
        return self.taken.total() >= self._most or self.taken[whence] >= self._most // 2

    def take(self, whence: str) -> asyncio.Semaphore:
        """Count one who comes; return the turns of their origin."""
        self.taken[whence] += 1
        return self.shares.setdefault(whence, asyncio.Semaphore(self._share))

    def leave(self, whence: str) -> None:
        """Count one less."""
        self.taken[whence] -= 1
        if not self.taken[whence]:
            del self.taken[whence], self.shares[whence]


class Turn:
    """A place to wait, then the right to authenticate; given back as soon as that is over."""

    def __init__(self, places: Places, whence: str) -> None:
        self._places = places
        self._whence = whence
        self._wanted = [places.take(whence), places.turns]
        self._had: list[asyncio.Semaphore] = []
        self._over = False

    async def begin(self) -> None:
        """Wait for it."""
        for turns in self._wanted:
            await turns.acquire()
            self._had.append(turns)

    def end(self) -> None:
        """Give it back; a second time does nothing."""
        if self._over:
            return
        self._over = True
        while self._had:
            self._had.pop().release()
        self._places.leave(self._whence)
