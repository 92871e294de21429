"""The SSH server: raters come in with their key and have the workbench, each in a process of their own."""

import asyncio
import logging
import resource
import signal
import socket
from collections.abc import Callable
from typing import Any

import asyncssh

from viva.errors import NotFound, UserError
from viva.records.serving import SshOptions
from viva.serve.access_log import AccessLog
from viva.serve.auth import ADD, ANYBODY, Begun, Guard, Identity, RaterList
from viva.serve.children import Children, NoSession
from viva.serve.door import HELD, Door, Turn, listener
from viva.serve.host_key import host_key
from viva.serve.session import Ending, House, TerminalSession
from viva.settings import Settings
from viva.text import plural

LOG_NAME = "access.jsonl"
KEEPALIVE_SECONDS, KEEPALIVES = 15, 3
LOOK_SECONDS = 2.0
"""How often one looks whether somebody who is in has been taken off the list."""

WINDOW = 65_536
"""Bytes that a client may send ahead."""

FILES_PER_SESSION = 4


def serve(settings: Settings, options: SshOptions, opener: str, say: Callable[[str], None]) -> int:
    """Serve until told to end by SIGTERM, SIGINT or SIGHUP; return the exit code.

    `opener` names, as `module:function`, what returns the function that opens a session (see `child.OpenSession`); it
    is called in the process that all sessions are forked from. Raises `NotFound` and `BadInput` where nobody could
    come in, `UsageError` where the address cannot be had.
    """
    raters = RaterList(settings.paths.raters_file)
    people = raters.keyring().people
    if not people:
        raise NotFound(f"{settings.paths.raters_file} names nobody with a key", f"let somebody in: {ADD}")
    key = host_key(settings.paths.ssh)
    log = AccessLog(settings.paths.ssh / LOG_NAME)
    asyncssh.set_log_level(logging.CRITICAL)
    _allow_files(options)
    try:
        with listener(options.host, options.port) as listening:
            host, port = listening.getsockname()[:2]
            say(f"listening at {host}, port {port}")
            say(f"host key {key.get_fingerprint()}")
            shown = socket.gethostname() if host in ("0.0.0.0", "::") else host
            say(f"{plural(people, 'person', 'people')} may come in: ssh -p {port} {ANYBODY}@{shown}")
            return asyncio.run(_Server(settings, options, opener, say, key, log, raters).run(listening))
    finally:
        log.close()


def _allow_files(options: SshOptions) -> None:
    """Let this process hold as many files as so many sessions need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 256 + FILES_PER_SESSION * (options.sessions + options.waiting * (HELD + 1))
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class _Server:
    def __init__(
        self,
        settings: Settings,
        options: SshOptions,
        opener: str,
        say: Callable[[str], None],
        key: asyncssh.SSHKey,
        log: AccessLog,
        raters: RaterList,
    ) -> None:
        self._settings = settings
        self._options = options
        self._opener = opener
        self._say = say
        self._key = key
        self._log = log
        self._raters = raters
        self._signals = 0

    async def run(self, listening: socket.socket) -> int:
        """Serve, then end what is left; return the exit code."""
        self._asked_to_end = asyncio.Event()
        self._at_once = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._told_to_end)
        children = Children(self._opener, self._settings, self._say)
        self._house = House(self._options, children, self._log, set())
        self._door = Door(self._options, self._log, self._welcome)
        try:
            await children.begin()
        except NoSession as error:
            self._say(str(error))
            return 1
        self._say("ready")
        self._log.write("started")
        working = [asyncio.create_task(self._door.stand(listening)), asyncio.create_task(self._revoke())]
        ending = asyncio.create_task(self._asked_to_end.wait())
        first: list[asyncio.Future[Any]] = [*working, ending]
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        for task in working:
            task.cancel()
        listening.close()
        results = await asyncio.gather(*working, return_exceptions=True)
        await self._end(children)
        ending.cancel()
        for result in results:
            if isinstance(result, Exception):
                raise result
        return 0

    def _told_to_end(self) -> None:
        self._signals += 1
        (self._asked_to_end if self._signals == 1 else self._at_once).set()

    async def _end(self, children: Children) -> None:
        """Hang all sessions up, give them time to keep what was entered, and end those that stay."""
        sessions = list(self._house.sessions)
        if sessions:
            self._say(f"ending {plural(len(sessions), 'session')}; a second signal ends them at once")
        for session in sessions:
            session.leave(Ending.CLOSING)
        tasks = [session.task for session in sessions if session.task is not None]
        if tasks:
            at_once = asyncio.create_task(self._at_once.wait())
            over = asyncio.gather(*tasks, return_exceptions=True)
            either: list[asyncio.Future[Any]] = [over, at_once]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            at_once.cancel()
            if not over.done():
                children.kill()
                await over
        await self._door.close(1.0)
        children.close()
        self._log.write("stopped")

    async def _welcome(self, connection: socket.socket, address: str, turn: Turn) -> None:
        """Deal with one connection, from its first byte to its last."""
        guards: list[Guard] = []

        def guard() -> Guard:
            guards.append(Guard(self._raters, self._unreadable, self._begin_session))
            return guards[-1]

        try:
            authenticated = await asyncssh.run_server(
                connection, None, connection_options(self._options, self._key, guard)
            )
        except Exception as error:  # noqa: BLE001 - whatever a client makes asyncssh raise ends that connection only
            known = guards[0] if guards else None
            failed = known.failed if known else 0
            self._denied(address, known.user if known else None, failed, str(error))
            return
        turn.end()
        identity = guards[0].identity
        assert identity is not None
        rater = identity.rater
        self._log.write("accepted", address=address, rater=rater.name, key=identity.fingerprint, user=guards[0].user)
        try:
            await self._until_done(authenticated, guards[0].begun)
        finally:
            authenticated.abort()
            await authenticated.wait_closed()

    def _denied(self, address: str, user: str | None, failed: int, reason: str) -> None:
        """Log a connection on which nobody came in, and count the keys that failed on it."""
        self._door.limits.failed(address, failed)
        self._log.write("denied", address=address, user=user, reason=reason or "left", keys=failed)

    async def _until_done(self, connection: asyncssh.SSHServerConnection, begun: Begun) -> None:
        """Wait until the connection is over; one on which no session begins, or which outlives its own, is cut."""
        closed = asyncio.create_task(connection.wait_closed())
        try:
            either: list[asyncio.Future[Any]] = [closed, begun]
            await asyncio.wait(either, timeout=self._options.login, return_when=asyncio.FIRST_COMPLETED)
            if begun.done():
                await asyncio.wait([begun.result()])
                # The client leaves by itself; told to go at once, OpenSSH's would not show what was said last.
                await asyncio.wait([closed], timeout=self._options.grace)
        finally:
            closed.cancel()

    def _begin_session(
        self, connection: asyncssh.SSHServerConnection, identity: Identity, begun: Begun
    ) -> TerminalSession:
        address, port = connection.get_extra_info("peername")[:2]
        here, here_port = connection.get_extra_info("sockname")[:2]
        return TerminalSession(self._house, identity, str(address), f"{address} {port} {here} {here_port}", begun)

    def _unreadable(self, reason: str) -> None:
        self._log.write("unreadable", reason=reason)

    async def _revoke(self) -> None:
        """Hang up on those whose key is taken off the list; a list that cannot be read changes nothing."""
        told: UserError | None = None
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                keyring = self._raters.keyring()
            except UserError as error:
                # One fault of the list is one and the same error until the list changes.
                if error is not told:
                    self._unreadable(error.message)
                told = error
                continue
            for session in list(self._house.sessions):
                if not keyring.holds(session.identity):
                    session.leave(Ending.REVOKED)


def connection_options(
    options: SshOptions, key: asyncssh.SSHKey, guard: Callable[[], Guard]
) -> asyncssh.SSHServerConnectionOptions:
    """Return what asyncssh may do for a client: have a key proved, and open a channel with a terminal."""
    return asyncssh.SSHServerConnectionOptions(
        server_factory=guard,
        server_version="viva",
        server_host_keys=[key],
        login_timeout=options.login,
        keepalive_interval=KEEPALIVE_SECONDS,
        keepalive_count_max=KEEPALIVES,
        public_key_auth=True,
        password_auth=False,
        kbdint_auth=False,
        host_based_auth=False,
        gss_host=None,
        gss_kex=False,
        gss_auth=False,
        x509_trusted_certs=None,
        # A few bytes could be unpacked to gigabytes.
        compression_algs=None,
        agent_forwarding=False,
        x11_forwarding=False,
        sftp_factory=None,
        allow_scp=False,
        line_editor=False,
        rdns_lookup=False,
        encoding=None,
        window=WINDOW,
    )
