"""An expert at a terminal of their own, who rates through the real `ssh` client, drops out, and comes back.

    python -m tests.fakes.expert CONFIG.json

The program rates until it has as many items as it shall or none is left, and writes what it saw to the file that the
configuration names: which verdicts it sent, which of them the screen then counted as saved, and how long keys took.
"""

import contextlib
import json
import os
import pty
import random
import re
import select
import struct
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ
from typing import Any

import pyte

MARK = re.compile(r"TEXT-\d{5}")
"""What every text begins with, so that it is known which one is on the screen."""
RATED = re.compile(r"([\d,]+) rated")
ELSEWHERE = "right now"
OVER = "That was the last one", "There is nothing to rate here", "This study is"
"""What the pages say that stand there instead of a text."""
SIZE = 40, 120


class Gone(Exception):
    """The connection ended."""


@dataclass
class Seen:
    """What an expert did and saw. Times are seconds; `sent` and `acknowledged` hold [text, values] in their order."""

    sent: list[tuple[str, list[int]]] = field(default_factory=list)
    acknowledged: list[tuple[str, list[int]]] = field(default_factory=list)
    key_to_paint: list[float] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)
    first_paints: list[float] = field(default_factory=list)
    dropped: int = 0
    notices: int = 0
    ended: str = ""


class Line:
    """A program on a pseudo-terminal, and the screen that its bytes make."""

    def __init__(self, command: Sequence[str]) -> None:
        self.screen = pyte.Screen(SIZE[1], SIZE[0])
        self._stream = pyte.ByteStream(self.screen)
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "HOME": os.environ.get("HOME", "/")}
            os.execvpe(command[0], list(command), environment)
        ioctl(self._descriptor, TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self.screen.display)

    def type(self, keys: bytes) -> None:
        """Send keys. Raises `Gone`."""
        try:
            os.write(self._descriptor, keys)
        except OSError as error:
            raise Gone from error

    def read(self, timeout: float) -> bool:
        """Take what comes within `timeout` seconds; return whether anything did. Raises `Gone`."""
        ready, _, _ = select.select([self._descriptor], [], [], max(0.0, timeout))
        if not ready:
            return False
        try:
            data = os.read(self._descriptor, 1 << 16)
        except OSError as error:
            raise Gone from error
        if not data:
            raise Gone
        try:
            self._stream.feed(data)
        except TypeError as error:
            # A killed program's last sequence was cut off, and what the server sent next was taken for its end.
            raise Gone from error
        return True

    def until(self, shown: Callable[[str], bool], timeout: float) -> bool:
        """Read until the screen's text is as wanted; return False when the time is up. Raises `Gone`."""
        end = time.perf_counter() + timeout
        while not shown(self.text):
            if time.perf_counter() > end:
                return False
            self.read(min(0.5, end - time.perf_counter()))
        return True

    def close(self) -> None:
        """Hang up."""
        os.close(self._descriptor)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)


class Expert:
    """Rates through one connection after the other until enough items are done."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.seen = Seen()
        self._chance = random.Random(config["seed"])
        self._given: dict[str, list[int]] = {}

    def rate(self) -> Seen:
        """Rate until `items` are saved, none is left, or the time is up; return what was seen."""
        end = time.monotonic() + self.config["timeout"]
        while not self.seen.ended:
            line = Line(self.config["command"])
            try:
                self._sit(line, end)
            except Gone:
                self.seen.dropped += 1
                time.sleep(self._chance.uniform(0.2, 1.5))
            finally:
                line.close()
            if time.monotonic() > end and not self.seen.ended:
                self.seen.ended = "time"
        return self.seen

    def _sit(self, line: Line, end: float) -> None:
        start = time.perf_counter()
        if not line.until(lambda text: "Studies" in text or RATED.search(text) is not None, 60):
            raise Gone
        self.seen.first_paints.append(time.perf_counter() - start)
        line.until(lambda text: "load" in text, 60)
        line.type(b"\r")
        while time.monotonic() < end:
            if not line.until(_settled, 60):
                raise Gone
            if not (mark := _mark(line.text)):
                if ELSEWHERE in line.text:
                    time.sleep(1.0)
                    line.type(b"\r")
                    line.read(2.0)
                    continue
                self.seen.ended = "nothing left"
                line.type(b"\x11")
                line.until(lambda _: False, 2)
                return
            self._item(line, mark)
            if len(self.seen.acknowledged) >= self.config["items"]:
                self.seen.ended = "enough"
                line.type(b"\x11")
                try:
                    line.until(lambda _: False, 5)
                except Gone:
                    return
                return

    def _item(self, line: Line, mark: str) -> None:
        """Give four digits and Enter, with a person's pauses; note it as acknowledged when the screen has moved on."""
        values = self._given.setdefault(mark, [self._chance.randint(0, 5) for _ in range(4)])
        # What was entered before the connection was lost is there again: begin at the first criterion.
        line.type(b"\x1b[A" * 4)
        line.until(lambda _: False, 0.3)
        if _mark(line.text) != mark:
            # What was seen was on its way out: nobody types before the screen stands still.
            return
        before = _rated(line.text)
        for value in values:
            time.sleep(self._chance.expovariate(5 / self.config["pace"]))
            while line.read(0):
                pass
            begun = time.perf_counter()
            line.type(str(value).encode())
            if line.read(10):
                self.seen.key_to_paint.append(time.perf_counter() - begun)
        time.sleep(self._chance.expovariate(5 / self.config["pace"]))
        self.seen.sent.append((mark, values))
        begun = time.perf_counter()
        line.type(b"\r")
        if not line.until(lambda text: _rated(text) > before and _mark(text) != mark, 90):
            raise Gone
        self.seen.saves.append(time.perf_counter() - begun)
        self.seen.acknowledged.append((mark, values))
        self.seen.notices += "safe" in line.text


def _mark(text: str) -> str:
    found = MARK.search(text)
    return found.group() if found else ""


def _rated(text: str) -> int:
    """Return how many verdicts the screen counts."""
    found = RATED.search(text)
    return int(found.group(1).replace(",", "")) if found else 0


def _settled(text: str) -> bool:
    """Tell whether the screen shows a text or a page that says that there is none."""
    return bool(_mark(text)) or any(words in text for words in (ELSEWHERE, *OVER))


def main() -> None:
    config = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    seen = Expert(config).rate()
    Path(config["result"]).write_text(json.dumps(asdict(seen)), "utf-8")


if __name__ == "__main__":
    main()
