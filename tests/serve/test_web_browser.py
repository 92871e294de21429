"""The workbench in a real Chromium: it opens, paints, takes keys, keeps others out and leaves nothing running."""

import http.server
import signal
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.fakes.browser import Tab, browser
from tests.fakes.desk import NAME, add_study, make_texts, workbench_of
from tests.fakes.web_server import WebServer, gone
from viva.serve.web import REFUSED

pytestmark = [pytest.mark.slow, pytest.mark.parallel]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture
def server(workspace: Path) -> Iterator[WebServer]:
    started = WebServer(workspace, "--rater", "ann")
    try:
        yield started
    finally:
        started.close()


@pytest.fixture
def tab(chromium: Any, server: WebServer) -> Iterator[Tab]:
    """A page on the workbench, just opened."""
    context = chromium.new_context(viewport={"width": 1100, "height": 760})
    opened = Tab(context)
    opened.page.goto(server.address)
    opened.until("Help")
    try:
        yield opened
    finally:
        context.close()


@contextmanager
def elsewhere(content: str) -> Iterator[str]:
    """Serve one page at another port of the same machine, for browsers the same site; yield its address."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Page) as other:
        other.daemon_threads = True
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{other.server_address[1]}/"
        finally:
            other.shutdown()
            thread.join()


def test_the_page_opens_paints_and_takes_keys(tab: Tab, server: WebServer) -> None:
    assert tab.page.url == f"{server.base}/"
    assert "Home" in tab.until("Home").splitlines()[0]
    tab.page.keyboard.press("?")
    tab.until("Ctrl+Q")
    tab.page.keyboard.press("Escape")
    tab.until(lambda text: "Ctrl+Q" not in text)
    assert not any(said.startswith("error") or "Refused" in said for said in tab.said), tab.said
    # What stands over the terminal until it paints is gone, and the terminal is really drawn.
    assert not tab.page.locator(".starting").is_visible()
    assert not tab.page.locator(".ended").is_visible()
    assert tab.page.locator(".xterm-screen canvas").first.is_visible()


@pytest.fixture
def rating(chromium: Any, workspace: Path) -> Iterator[tuple[Tab, WebServer]]:
    """A page of ann, a rater, on the first text of a study."""
    rater = workbench_of(workspace, "ann")
    make_texts(rater, 2)
    add_study(rater, 2)
    started = WebServer(workspace, "--rater", "ann", "--role", "rater")
    context = chromium.new_context(viewport={"width": 1100, "height": 760})
    try:
        opened = Tab(context)
        opened.page.goto(started.address)
        opened.until(NAME)
        opened.page.keyboard.press("Enter")
        opened.until("Accuracy, type 0–5")
        yield opened, started
    finally:
        context.close()
        started.close()


def test_a_text_is_rated_from_the_page_to_the_store(rating: tuple[Tab, WebServer], workspace: Path) -> None:
    tab, server = rating
    for key in ("4", "2", "Enter"):
        tab.page.keyboard.press(key)
    tab.until("1 rated")
    # Nobody quits: what was saved is on disk, and the page may simply be closed.
    (program,) = server.programs()
    tab.page.close()
    assert gone(program)
    said = workbench_of(workspace, "ann").desk.history(NAME)
    assert [(verdict.rater, verdict.values) for verdict in said] == [("ann", {"accuracy": 4, "clarity": 2})]


def test_what_was_half_entered_is_there_again_after_the_page_was_closed(rating: tuple[Tab, WebServer]) -> None:
    tab, server = rating
    tab.page.keyboard.press("4")
    tab.until("[4]")
    (program,) = server.programs()
    tab.page.close()
    assert gone(program)
    again = Tab(tab.page.context)
    again.page.goto(f"{server.base}/")
    again.until(NAME)
    again.page.keyboard.press("Enter")
    again.until("[4]")


def test_no_request_leaves_this_machine(tab: Tab, server: WebServer) -> None:
    tab.page.wait_for_timeout(500)
    assert {urlsplit(url).netloc for url in tab.asked} == {urlsplit(server.base).netloc}
    assert any(url.endswith("/static/RobotoMono.ttf") for url in tab.asked)


def test_nothing_opens_a_window_so_that_an_address_in_a_text_stays_text(tab: Tab) -> None:
    assert tab.page.evaluate("window.open('http://127.0.0.1:1/') === null")
    assert len(tab.page.context.pages) == 1


def test_the_terminal_follows_the_window(tab: Tab) -> None:
    def footer(text: str) -> int:
        return next((n for n, line in reversed(list(enumerate(text.splitlines()))) if "Help" in line), -1)

    before = footer(tab.until("Help"))
    tab.page.set_viewport_size({"width": 900, "height": 500})
    tab.until(lambda text: any("Help" in line for line in text.splitlines()[: before - 5]))


def test_another_browser_is_refused_with_the_same_address(tab: Tab, chromium: Any, server: WebServer) -> None:
    context = chromium.new_context()
    try:
        page = context.new_page()
        for address in (server.address, f"{server.base}/", f"{server.base}/static/textual.js"):
            answer = page.goto(address)
            assert (answer.status, page.inner_text("body").strip()) == (403, REFUSED.strip())
    finally:
        context.close()


def test_a_page_elsewhere_gets_no_websocket_and_no_frame_although_the_cookie_is_sent(
    tab: Tab, server: WebServer
) -> None:
    socket = server.base.replace("http", "ws") + "/ws"
    programs = server.programs()
    script = (
        f"<title>?</title><script>const s = new WebSocket('{socket}');"
        "s.onopen = () => document.title = 'open'; s.onerror = () => document.title = 'refused';</script>"
        f"<iframe src='{server.base}/'></iframe>"
    )
    with elsewhere(script) as address:
        page = tab.page.context.new_page()
        sent: list[dict[str, str]] = []
        page.on(
            "request", lambda request: sent.append(request.all_headers()) if request.url == f"{server.base}/" else None
        )
        page.goto(address)
        page.wait_for_function("document.title != '?'")
        assert page.title() == "refused"
        page.wait_for_timeout(300)
        assert not any(frame.url.startswith(server.base) for frame in page.frames)
    assert server.programs() == programs


def test_closing_the_page_ends_its_program(tab: Tab, server: WebServer) -> None:
    (program,) = server.programs()
    tab.page.close()
    assert gone(program)
    assert server.process.poll() is None


def test_quitting_says_so_and_a_new_session_is_one_click_away(tab: Tab, server: WebServer) -> None:
    (program,) = server.programs()
    tab.page.keyboard.press("Control+q")
    tab.page.locator(".ended").wait_for(state="visible")
    assert gone(program)
    tab.shown.reset()
    tab.page.get_by_role("link", name="Open viva again").click()
    tab.until("Help")
    assert len(server.programs()) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_end_of_the_server_ends_every_program(tab: Tab, server: WebServer, number: signal.Signals) -> None:
    (program,) = server.programs()
    code, said = server.end(number)
    assert (code, "Traceback" in said) == (0, False)
    assert gone(program)
    tab.page.locator(".ended").wait_for(state="visible")


def test_a_killed_server_leaves_no_program_behind(tab: Tab, server: WebServer) -> None:
    (program,) = server.programs()
    server.end(signal.SIGKILL)
    assert gone(program)
