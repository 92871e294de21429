"""`viva serve web`: the workbench in a browser, for the one person that the settings name."""

import asyncio
import errno
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from viva.errors import UsageError
from viva.records.serving import WebOptions
from viva.serve import web_page
from viva.serve.web_gate import Gate, is_loopback
from viva.serve.web_sessions import CLOSING, Sessions
from viva.serve.web_terminal import command, environment
from viva.settings import Settings
from viva.text import display_line

GRACE = 5.0
"""Seconds that a program has to put its things away when its page is gone."""
MOST_PAGES = 16
"""How many pages may be open at once; each is a program of about 40 MB."""
REFUSED = "This is not open to you; whoever started it has the address that lets one in, once.\n"
FULL = "Too many pages are open; close one of them first.\n"


def serve(settings: Settings, options: WebOptions) -> int:
    """Offer the workbench to one browser, as the person of the settings, until told to end; return the exit code.

    The address to open, with its one-time token, goes to stdout. Raises `UsageError` for a host or port that cannot be
    listened at, a public address that is none and a workspace that is none.
    """
    if not settings.workspace.is_dir():
        raise UsageError(
            f"there is no directory {settings.workspace}", "make it first, or name another with --workspace"
        )
    listening = _listen(options)
    try:
        gate = Gate(options, listening.getsockname()[1])
        sessions = Sessions(command(settings), environment(os.environ), GRACE, MOST_PAGES)
        announce(gate, options)
        asyncio.run(_serve(listening, gate, sessions))
    finally:
        listening.close()
    return 0


def application(gate: Gate, sessions: Sessions) -> web.Application:
    """Return the web application: one page, what it loads, and its websocket, all behind the gate."""
    assets = web_page.assets()

    async def page(request: web.Request) -> web.StreamResponse:
        return web.Response(text=web_page.page(gate.base_for(request.host)), content_type="text/html")

    async def asset(request: web.Request) -> web.StreamResponse:
        found = assets.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound(text="There is nothing here.\n")
        return web.Response(body=found.content, content_type=found.media_type)

    async def session(request: web.Request) -> web.StreamResponse:
        if not gate.good_origin(request.headers.get("Origin"), request.host):
            raise web.HTTPForbidden(text=REFUSED)
        if sessions.full:
            raise web.HTTPServiceUnavailable(text=FULL)
        return await sessions.run(request)

    async def on_shutdown(_: web.Application) -> None:
        await sessions.close()

    app = web.Application(middlewares=[_guard(gate)])
    app.on_response_prepare.append(_headers(gate))
    app.on_shutdown.append(on_shutdown)
    app.router.add_get("/", page, allow_head=False)
    app.router.add_get("/static/{name}", asset, allow_head=False)
    app.router.add_get("/ws", session, allow_head=False)
    return app


def _guard(gate: Gate) -> Middleware:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not all(gate.good_host(host) for host in request.headers.getall("Host", [""])):
            raise web.HTTPForbidden(text=REFUSED)
        known = gate.knows(request.cookies.get(gate.cookie))
        if request.method == "GET" and request.path == "/" and "token" in request.query:
            return _admit(gate, request, known)
        if not known:
            raise web.HTTPForbidden(text=REFUSED)
        return await handler(request)

    return guard


def _admit(gate: Gate, request: web.Request, known: bool) -> web.Response:
    """Send whoever has the token on to the address without it, with a cookie in its place."""
    session = None if known else gate.exchange(request.query["token"])
    if session is None and not known:
        raise web.HTTPForbidden(text=REFUSED)
    answer = web.Response(status=303, headers={"Location": gate.base_for(request.host) + "/"})
    if session is not None:
        answer.set_cookie(
            gate.cookie, session, path=gate.path, secure=gate.secure, httponly=True, samesite="Strict"
        )  # fmt: skip
    return answer


def _headers(gate: Gate) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    async def headers(request: web.Request, response: web.StreamResponse) -> None:
        base = gate.base_for(request.host) if gate.good_host(request.host) else gate.base
        response.headers.update(web_page.headers(base))

    return headers


async def _serve(listening: socket.socket, gate: Gate, sessions: Sessions) -> None:
    ended = asyncio.Event()
    _on_signals(ended, sessions)
    # A program that needs its grace must not be cut short by the server's own patience.
    runner = web.AppRunner(
        application(gate, sessions), access_log=None, handle_signals=False, shutdown_timeout=GRACE + 2 * CLOSING
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        await ended.wait()
    finally:
        await runner.cleanup()
        sessions.kill()


def _on_signals(ended: asyncio.Event, sessions: Sessions) -> None:
    """End in order at the first signal; at the second one kill what is left."""

    def end() -> None:
        if ended.is_set():
            sessions.kill()
        ended.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Under nohup a hang-up is none of ours.
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, end)


def _listen(options: WebOptions) -> socket.socket:
    where = f"{display_line(options.host, 60)}:{options.port}"
    try:
        family, _, _, _, address = socket.getaddrinfo(
            options.host or None, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address, family=family, backlog=64)
    except (OSError, OverflowError, UnicodeError) as error:
        number = error.errno if isinstance(error, OSError) else None
        if number == errno.EADDRINUSE:
            raise UsageError(f"{where} is taken by another program", "choose another with --port") from error
        why = error.strerror if isinstance(error, OSError) and error.strerror else "no such address"
        raise UsageError(f"cannot listen at {where}: {why}", "choose another with --host and --port") from error


def announce(gate: Gate, options: WebOptions) -> None:
    """Tell where the workbench is: the address to stdout, everything about it to stderr."""
    lines = ["Open this address in a browser; it works once:"]
    if not is_loopback(options.host):
        lines.insert(0, "warning: what others send over the network is not encrypted; put a proxy with TLS before it")
    _say(lines)
    sys.stdout.write(f"{gate.address}\n")
    sys.stdout.flush()
    _say(["Ctrl+C ends it."])


def _say(lines: Sequence[str]) -> None:
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    sys.stderr.flush()
