"""A terminal that a test types into and reads, through tmux on a server of its own."""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path


class Tmux:
    """One program in a terminal of its own; closing the terminal hangs the program up, as closing a window does."""

    def __init__(self, command: Sequence[str], cwd: Path, columns: int = 80, rows: int = 24) -> None:
        self._socket = f"viva-{secrets.token_hex(4)}"
        size = ["-x", str(columns), "-y", str(rows)]
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, "-c", str(cwd), "exec " + " ".join(command))

    def screen(self) -> str:
        """Return what the terminal shows."""
        return self._tmux("capture-pane", "-p")

    def type(self, *keys: str) -> None:
        """Type keys, by tmux's names."""
        self._tmux("send-keys", *keys)

    def until(self, wanted: str, timeout: float = 60.0) -> str:
        """Wait until the terminal shows `wanted`; return all it shows then."""
        deadline = time.monotonic() + timeout
        while wanted not in (screen := self.screen()):
            assert time.monotonic() < deadline, f"{wanted!r} was not shown:\n{screen}"
            time.sleep(0.05)
        return screen

    def kill(self) -> None:
        """End the program with SIGKILL."""
        os.kill(int(self._tmux("list-panes", "-F", "#{pane_pid}")), signal.SIGKILL)

    def close(self) -> None:
        """Close the terminal."""
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], capture_output=True, check=False)

    def _tmux(self, *arguments: str) -> str:
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        done = subprocess.run(
            ["tmux", "-u", "-L", self._socket, *arguments], capture_output=True, text=True, check=True, env=environment
        )
        return done.stdout
