"""A real Chromium, and what a web page's terminal was sent, read as a terminal reads it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyte
import pytest

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def chromium() -> str:
    """Return where Chromium is; skip the test where it is not installed."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("Chromium is not installed")
    pytest.importorskip("playwright", reason="playwright is not installed")
    return found


@contextmanager
def browser(folder: Path) -> Iterator[Any]:
    """Run Chromium with its files below `folder`; yield playwright's browser."""
    executable = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=executable, args=list(FLAGS), env={"HOME": str(folder), "PATH": "/usr/bin:/bin"}
        )
        try:
            yield opened
        finally:
            opened.close()


class Tab:
    """One page: what it asked for, what its console said, and what its terminal shows."""

    def __init__(self, context: Any, columns: int = 160, rows: int = 60) -> None:
        self.page = context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.shown = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.shown)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("websocket", self._follow)

    def text(self) -> str:
        """Return what the terminal shows, a line for each row that shows anything."""
        return "\n".join(line.rstrip() for line in self.shown.display).rstrip()

    def until(self, shown: Callable[[str], bool] | str, timeout: float = 60.0) -> str:
        """Wait until the terminal shows a text, or what a function says of all of it; return all it shows then."""
        wanted = (lambda text: shown in text) if isinstance(shown, str) else shown
        for _ in range(int(timeout / 0.05)):
            if wanted(self.text()):
                return self.text()
            self.page.wait_for_timeout(50)
        raise AssertionError(f"not shown within {timeout} s: {shown!r}\n{self.text()}\n{self.said}")

    def _follow(self, socket: Any) -> None:
        self.asked.append(socket.url)
        self.shown.reset()
        socket.on("framereceived", self._feed)

    def _feed(self, frame: Any) -> None:
        if isinstance(frame, bytes):
            self._stream.feed(frame)
