"""Clients that ask for what OpenSSH's would not: a session for a key that is only offered, a second program."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh
from asyncssh.auth import MSG_USERAUTH_PK_OK
from asyncssh.constants import MSG_CHANNEL_OPEN
from asyncssh.packet import Boolean, String, UInt32

from tests.fakes.ssh import SECONDS, Server

WORDS = {
    b"pty-req": (String(b"xterm"), UInt32(80), UInt32(24), UInt32(0), UInt32(0), String(b"")),
    b"x11-req": (Boolean(False), String(b"MIT-MAGIC-COOKIE-1"), String(b"00" * 16), UInt32(0)),
}
"""What belongs to some requests of a channel."""


@asynccontextmanager
async def connected(server: Server, name: str) -> AsyncIterator[Any]:
    """Connect to `server` with the key of `name`; cut the connection at the end."""
    async with asyncio.timeout(SECONDS):
        connection = await asyncssh.connect(
            "127.0.0.1", server.port, username=name, client_keys=[str(server.workspace / name)], known_hosts=None,
            config=None, agent_path=None,
        )  # fmt: skip
        try:
            yield connection
        finally:
            connection.abort()
            await connection.wait_closed()


class Offering(asyncssh.SSHClient):
    """Offers a public key without a signature, then acts as if that were enough."""

    def __init__(self, key: asyncssh.SSHKey) -> None:
        self.key = key
        self.answers: list[str] = []

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        self.connection: Any = conn

    async def public_key_auth_requested(self) -> None:
        connection = self.connection
        handler = connection.auth
        processed = handler.process_packet

        def process(pkttype: int, pktid: int, packet: Any) -> Any:
            if pkttype != MSG_USERAUTH_PK_OK:
                return processed(pkttype, pktid, packet)
            self.answers.append("the key would do")
            # From now on the client's own side believes that it is in.
            connection._auth_complete = True
            window = UInt32(65536)
            connection.send_packet(MSG_CHANNEL_OPEN, String(b"session"), UInt32(0), window, window)
            return True

        handler.process_packet = process
        data = self.key.public_data
        await connection.send_userauth_request(
            b"publickey", Boolean(False), String(self.key.algorithm), String(data), trivial=False
        )
        await asyncio.sleep(60)


async def offer(port: int, user: str, public: Path) -> list[str]:
    """Offer a public key, again and again where it is refused, and ask for a session.

    Returns how the server answered, last how the connection ended.
    """
    client = Offering(asyncssh.read_public_key(public))
    ending = "open"
    try:
        async with asyncio.timeout(60):
            await asyncssh.connect(
                "127.0.0.1", port, username=user, known_hosts=None, config=None, agent_path=None, client_keys=None,
                client_factory=lambda: client, preferred_auth="publickey",
            )  # fmt: skip
    except asyncssh.DisconnectError as error:
        ending = f"disconnected: {error.reason}"
    except TimeoutError:
        ending = "nothing happened"
    return [*client.answers, ending]
