"""The sessions of the web server: for each open page one program, which ends with its page."""

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from viva.serve.web_terminal import WebTerminal

HEARTBEAT = 15.0
"""Seconds between two questions whether the page is still there."""
LONGEST_MESSAGE = 1 << 20
"""Bytes of one message of a page; what a person pastes comes in one."""
CLOSING = 2.0
"""Seconds for a page to say that it saw the end."""


class Sessions:
    """Starts `command` for each page, at most `most` at once, and gives each `grace` seconds to end."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], grace: float, most: int) -> None:
        self._command = list(command)
        self._environment = dict(environment)
        self._grace = grace
        self._most = most
        self._open: dict[web.WebSocketResponse, WebTerminal] = {}

    @property
    def full(self) -> bool:
        return len(self._open) >= self._most

    @property
    def terminals(self) -> list[WebTerminal]:
        return list(self._open.values())

    async def run(self, request: web.Request) -> web.WebSocketResponse:
        """Show a program to the page that asks until one of them ends; then neither is left."""
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT, max_msg_size=LONGEST_MESSAGE, timeout=CLOSING, compress=False
        )
        await socket.prepare(request)
        columns, rows = _number(request.query.get("width"), 80), _number(request.query.get("height"), 24)
        terminal = WebTerminal(self._command, self._environment, columns, rows)
        self._open[socket] = terminal
        painting = asyncio.create_task(_paint(terminal, socket), name="web painting")
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await _obey(message.data, terminal, socket)
        finally:
            await self._end(socket, terminal, painting)
        return socket

    async def close(self) -> None:
        """Tell every page that the server ends; their programs are ended as the pages go."""
        await asyncio.gather(*(socket.close(code=WSCloseCode.GOING_AWAY) for socket in list(self._open)))

    def kill(self) -> None:
        """End every program that is left, at once."""
        for terminal in self.terminals:
            terminal.kill()
        self._open.clear()

    async def _end(self, socket: web.WebSocketResponse, terminal: WebTerminal, painting: asyncio.Task[None]) -> None:
        painting.cancel()
        await asyncio.gather(painting, return_exceptions=True)
        await terminal.end(self._grace)
        self._open.pop(socket, None)


async def _paint(terminal: WebTerminal, socket: web.WebSocketResponse) -> None:
    # A page that went away is noticed by whoever reads from it.
    with contextlib.suppress(ConnectionResetError):
        while painted := await terminal.read():
            await socket.send_bytes(painted)
        await socket.close()


async def _obey(said: str, terminal: WebTerminal, socket: web.WebSocketResponse) -> None:
    """Do what a page asks; what is none of its few requests is passed over."""
    match _read(said):
        case ["stdin", str(keys)]:
            await terminal.write(keys.encode("utf-8", "replace"))
        case ["resize", {"width": int(columns), "height": int(rows)}]:
            terminal.resize(columns, rows)
        case ["ping", str(when)]:
            with contextlib.suppress(ConnectionResetError):
                await socket.send_json(["pong", when])


def _read(said: str) -> Any:
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        return None


def _number(said: str | None, default: int) -> int:
    return int(said) if said and len(said) < 6 and said.isascii() and said.isdigit() else default
