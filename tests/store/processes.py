"""Starting the programs of tests/store/programs.py, listening to them, killing them."""

import subprocess
import sys
import threading
import time
from pathlib import Path

from viva.store import Store

ROOT = Path(__file__).parents[2]


class Program:
    """A process of tests/store/programs.py and what it has said was safe."""

    def __init__(self, name: str, workspace: Path, *arguments: str) -> None:
        self.said: list[str] = []
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.store.programs", name, str(workspace), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                # A line torn by a kill was not said.
                self.said += [line.removesuffix("\n")] if line.endswith("\n") else []
                self._news.notify_all()
        with self._news:
            self._process.wait()
            self._news.notify_all()

    def wait_for(self, lines: int) -> None:
        """Wait until the program has said so many lines, `ready` among them, or has ended."""
        with self._news:
            self._news.wait_for(lambda: len(self.said) >= lines or self._process.returncode is not None)

    def go(self) -> None:
        assert self._process.stdin is not None
        self.wait_for(1)
        assert self.said == ["ready"]
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def kill_after(self, lines: int, seconds: float) -> None:
        """Kill the program `seconds` after it has said so many lines."""
        self.wait_for(lines)
        time.sleep(seconds)
        self._process.kill()

    def finish(self) -> int:
        """Wait for the end; return the exit code."""
        self._listener.join()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        return self._process.returncode

    @property
    def safe(self) -> list[str]:
        """What was acknowledged, line by line."""
        return self.said[1:]


def run(name: str, workspace: Path, *arguments: str) -> int:
    return Program(name, workspace, *arguments).finish()


def rows(store: Store) -> set[str]:
    """Return what the program `write` has put into the store, in its own words."""
    with store.read() as connection:
        found = connection.execute("SELECT job_id || ' ' || step FROM job_metric").fetchall()
    assert len(found) == len(set(found))
    return {row for (row,) in found}
