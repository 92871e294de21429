"""What the web server lets in and what it says to everybody else, asked without a browser."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import (
    ClientResponse,
    ClientSession,
    ClientWebSocketResponse,
    CookieJar,
    WSMsgType,
    WSServerHandshakeError,
    web,
)

from viva.records.serving import WebOptions
from viva.serve.web import FULL, REFUSED, application
from viva.serve.web_gate import Gate
from viva.serve.web_sessions import Sessions
from viva.serve.web_terminal import environment

ROOT = Path(__file__).parents[2]


class Server:
    """A web server on a free port, with a program that notes in `note` how it ended."""

    def __init__(self, gate: Gate, sessions: Sessions, note: Path) -> None:
        self.gate, self.sessions, self.note = gate, sessions, note
        self.base = f"http://127.0.0.1:{gate.port}"
        self.token = gate.address.partition("=")[2]

    def client(self) -> ClientSession:
        """Return a client that has no cookie yet."""
        return ClientSession(cookie_jar=CookieJar(unsafe=True))

    async def enter(self, client: ClientSession) -> None:
        async with client.get(f"{self.base}/?token={self.token}") as answer:
            assert answer.status == 200

    def socket(self, client: ClientSession, **headers: str) -> Any:
        return client.ws_connect(f"{self.base}/ws?width=91&height=33", headers={"Origin": self.base, **headers})

    async def noted(self, wanted: Callable[[str], bool]) -> str:
        """Wait for what the program writes into its file."""
        for _ in range(250):
            if self.note.exists() and wanted(text := self.note.read_text()):
                return text
            await asyncio.sleep(0.02)
        raise AssertionError("the program noted nothing of the kind")


@asynccontextmanager
async def running(
    tmp_path: Path, *words: str, grace: float = 5.0, most: int = 2, options: WebOptions | None = None
) -> AsyncIterator[Server]:
    runner: web.AppRunner | None = None
    note = tmp_path / "note"
    command = [sys.executable, "-m", "tests.fakes.web_program", str(note), *words]
    sessions = Sessions(command, environment({**os.environ, "PYTHONPATH": str(ROOT)}), grace, most)
    listening = await asyncio.to_thread(_listening)
    gate = Gate(options or WebOptions(), listening.getsockname()[1])
    runner = web.AppRunner(application(gate, sessions), access_log=None, shutdown_timeout=grace + 2)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    try:
        yield Server(gate, sessions, note)
    finally:
        await runner.cleanup()
        sessions.kill()


def _listening() -> Any:
    import socket

    return socket.create_server(("127.0.0.1", 0))


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running(tmp_path) as started:
        yield started


async def painted(socket: ClientWebSocketResponse, wanted: bytes) -> bytes:
    """Read what the program painted until `wanted` is in it."""
    seen = b""
    while (message := await socket.receive(timeout=20)).type in (WSMsgType.BINARY, WSMsgType.TEXT):
        if message.type is WSMsgType.BINARY:
            seen += message.data
            if wanted in seen:
                return seen
    raise AssertionError(f"{wanted!r} was not painted: {seen!r}")


async def refused(asked: Awaitable[ClientResponse]) -> None:
    answer = await asked
    assert (answer.status, await answer.text()) == (403, REFUSED)
    assert answer.content_type == "text/plain"


async def test_the_token_opens_once_and_leaves_a_cookie_that_scripts_and_other_sites_do_not_get(server: Server) -> None:
    async with server.client() as client:
        answer = await client.get(f"{server.base}/?token={server.token}", allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, f"{server.base}/")
        cookie = answer.cookies[server.gate.cookie]
        assert cookie["httponly"]
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Strict", "/", "")
        assert server.token not in str(cookie)
        page = await client.get(f"{server.base}/")
        assert page.status == 200
        assert server.token not in await page.text()
        # Whoever is in already may follow the old address, and is sent on.
        assert (await client.get(f"{server.base}/?token={server.token}")).status == 200
    async with server.client() as other:
        await refused(other.get(f"{server.base}/?token={server.token}"))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?token=",
        "/?token=wrong",
        "/?token=%ff%ed%a0%80",
        "/static/textual.js",
        "/static/nothing",
        "/ws",
        "/x",
        "/%00",
    ],
)
async def test_without_the_cookie_everything_is_refused_with_one_line(server: Server, path: str) -> None:
    async with server.client() as client:
        await refused(client.get(f"{server.base}{path}"))
        await refused(client.post(f"{server.base}{path}"))
        await refused(client.get(f"{server.base}{path}", headers={"Cookie": f"{server.gate.cookie}=guess"}))


async def test_before_the_token_is_used_no_cookie_is_right(server: Server) -> None:
    async with server.client() as client:
        await refused(client.get(f"{server.base}/", headers={"Cookie": f"{server.gate.cookie}={server.gate._session}"}))


async def test_looking_at_the_address_without_getting_it_does_not_burn_the_token(server: Server) -> None:
    async with server.client() as client:
        assert (await client.head(f"{server.base}/?token={server.token}")).status == 403
        await server.enter(client)


async def test_only_the_page_and_what_it_loads_is_there(server: Server) -> None:
    async with server.client() as client:
        await server.enter(client)
        for name in ("textual.js", "xterm.css", "viva.css", "viva.js", "RobotoMono.ttf", "RobotoMono-Italic.ttf"):
            answer = await client.get(f"{server.base}/static/{name}")
            assert answer.status == 200
            assert len(await answer.read()) > 100
        for path in (
            "/static/",
            "/static",
            "/download/1",
            "/static/..%2fserver.py",
            "/static/%2e%2e/server.py",
            "/favicon.ico",
        ):
            assert (await client.get(f"{server.base}{path}")).status == 404
        assert (await client.post(f"{server.base}/")).status == 405


async def test_every_answer_forbids_frames_foreign_code_and_keeping_a_copy(server: Server) -> None:
    async with server.client() as client:
        refusal = await client.get(f"{server.base}/")
        await server.enter(client)
        for answer in (
            refusal,
            await client.get(f"{server.base}/"),
            await client.get(f"{server.base}/static/viva.css"),
        ):
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "script-src 'self';" in policy
            assert "frame-ancestors 'none'" in policy
            assert f"connect-src 'self' ws://127.0.0.1:{server.gate.port}/ws" in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Server"] == "viva"


async def test_the_page_names_no_other_host(server: Server) -> None:
    async with server.client() as client:
        await server.enter(client)
        page = await (await client.get(f"{server.base}/")).text()
        style = await (await client.get(f"{server.base}/static/viva.css")).text()
        hosts = {part.split('"')[0].split("/")[0] for part in (page + style).split("//")[1:]}
        assert hosts == {f"127.0.0.1:{server.gate.port}"}


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "127.0.0.1:8000@evil", "a b", "8.8.8.8"]
)
async def test_another_name_that_leads_here_is_refused(server: Server, host: str) -> None:
    async with server.client() as client:
        await refused(client.get(f"{server.base}/?token={server.token}", headers={"Host": host}))
        await server.enter(client)
        await refused(client.get(f"{server.base}/", headers={"Host": host}))


async def test_a_port_that_was_led_elsewhere_by_ssh_is_followed(server: Server) -> None:
    async with server.client() as client:
        answer = await client.get(
            f"{server.base}/?token={server.token}", headers={"Host": "localhost:9000"}, allow_redirects=False
        )
        assert answer.headers["Location"] == "http://localhost:9000/"
        value = answer.cookies[server.gate.cookie].value
        cookie = {"Cookie": f"{server.gate.cookie}={value}", "Host": "localhost:9000"}
        assert 'url="ws://localhost:9000/ws"' in await (await client.get(f"{server.base}/", headers=cookie)).text()
        async with server.socket(client, Origin="http://localhost:9000", **cookie) as socket:
            await painted(socket, b"size 91x33")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", None])
async def test_a_websocket_of_another_page_is_refused(server: Server, origin: str | None) -> None:
    async with server.client() as client:
        await server.enter(client)
        headers = {} if origin is None else {"Origin": origin}
        with pytest.raises(WSServerHandshakeError) as refusal:
            await client.ws_connect(f"{server.base}/ws", headers=headers)
        assert refusal.value.status == 403
    assert not server.note.exists()


async def test_a_websocket_without_the_cookie_is_refused(server: Server) -> None:
    async with server.client() as client:
        with pytest.raises(WSServerHandshakeError) as refusal:
            await server.socket(client)
        assert refusal.value.status == 403
    assert not server.note.exists()


async def test_a_page_gets_a_program_on_a_terminal_of_its_size_that_takes_its_keys(server: Server) -> None:
    async with server.client() as client:
        await server.enter(client)
        async with server.socket(client) as socket:
            assert b" on /dev/" in await painted(socket, b"size 91x33")
            await socket.send_json(["resize", {"width": 100, "height": 30}])
            await painted(socket, b"size 100x30")
            await socket.send_json(["stdin", "3\u00e9"])
            await painted(socket, rb"keys b'3\xc3\xa9'")
            await socket.send_json(["ping", "12"])
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    assert json.loads(message.data) == ["pong", "12"]
                    break
            await socket.send_json(["stdin", "q"])
            async for _ in socket:
                pass
            assert socket.closed


async def test_messages_that_say_nothing_known_are_passed_over(server: Server) -> None:
    async with server.client() as client:
        await server.enter(client)
        async with server.socket(client) as socket:
            await painted(socket, b"size")
            for said in (
                "", "{", "[]", "[" * 50_000, '"stdin"', '["stdin"]', '["stdin", 3]', '["resize", {"width": "x"}]',
                '["resize", {"width": -5, "height": 1e9}]', '["quit"]', '["stdin", "\\ud800"]', "NaN",
            ):  # fmt: skip
                await socket.send_str(said)
            await socket.send_bytes(b"\x00\xff")
            await socket.send_json(["resize", {"width": 10**12, "height": -4}])
            await painted(socket, b"size 1000x1")
            await socket.send_json(["stdin", "x"])
            await painted(socket, b"?x'")


async def test_closing_the_page_hangs_its_program_up(server: Server) -> None:
    async with server.client() as client:
        await server.enter(client)
        async with server.socket(client) as socket:
            await painted(socket, b"size")
            pid = int(server.note.read_text())
        assert await server.noted(lambda text: text == "hung up")
        await gone(pid)
        assert not server.sessions.terminals


async def test_a_program_that_stays_on_is_killed_after_its_grace(tmp_path: Path) -> None:
    async with running(tmp_path, "stubborn", grace=0.1) as server, server.client() as client:
        await server.enter(client)
        async with server.socket(client) as socket:
            await painted(socket, b"size")
            pid = int(server.note.read_text())
        assert await server.noted(lambda text: text == "hung up")
        await gone(pid)


async def test_the_end_of_the_server_ends_pages_and_programs(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        client = server.client()
        await server.enter(client)
        socket = await server.socket(client)
        await painted(socket, b"size")
        pid = int(server.note.read_text())
        closing = asyncio.create_task(socket.receive())
    assert (await closing).type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING)
    await client.close()
    assert server.note.read_text() == "hung up"
    await gone(pid)


async def test_a_program_that_is_killed_closes_its_page(server: Server) -> None:
    async with server.client() as client:
        await server.enter(client)
        async with server.socket(client) as socket:
            await painted(socket, b"size")
            os.kill(int(server.note.read_text()), signal.SIGKILL)
            async for _ in socket:
                pass
            assert socket.close_code == 1000


async def test_no_more_programs_run_than_are_allowed(server: Server) -> None:
    async with server.client() as client:
        await server.enter(client)
        async with server.socket(client) as first, server.socket(client) as second:
            await painted(first, b"size")
            await painted(second, b"size")
            answer = await client.get(f"{server.base}/ws", headers={"Origin": server.base})
            assert (answer.status, await answer.text()) == (503, FULL)


async def test_a_large_paste_reaches_the_program_whole(server: Server) -> None:
    async with server.client() as client:
        await server.enter(client)
        async with server.socket(client) as socket:
            await painted(socket, b"size")
            await socket.send_json(["stdin", "y" * 20_000 + "END"])
            await painted(socket, b"END")


async def test_behind_a_proxy_the_public_address_is_told_and_asked_for(tmp_path: Path) -> None:
    options = WebOptions(public_url="https://Rating.example.org/viva/")
    async with running(tmp_path, options=options) as server, server.client() as client:
        assert server.gate.address.startswith("https://rating.example.org/viva/?token=")
        answer = await client.get(f"{server.base}/?token={server.token}", allow_redirects=False)
        assert answer.headers["Location"] == "https://rating.example.org/viva/"
        cookie = answer.cookies[server.gate.cookie]
        assert cookie["secure"]
        assert cookie["path"] == "/viva/"
        given = {"Cookie": f"{server.gate.cookie}={cookie.value}", "Host": "rating.example.org"}
        page = await client.get(f"{server.base}/", headers=given)
        assert 'url="wss://rating.example.org/viva/ws"' in await page.text()
        async with server.socket(client, Origin="https://rating.example.org", **given) as socket:
            await painted(socket, b"size")
        with pytest.raises(WSServerHandshakeError):
            await server.socket(client, **given)


async def gone(pid: int) -> None:
    """Wait until no process has this id."""
    for _ in range(250):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"process {pid} is still there")
