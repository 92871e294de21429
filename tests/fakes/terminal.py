"""A pseudo-terminal to run a full-screen program in, and to read what it painted and when."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from pathlib import Path


class Terminal:
    """A program on a pseudo-terminal of its own; every byte it writes is kept with its time."""

    def __init__(self, command: Sequence[str], cwd: Path, columns: int = 120, rows: int = 40) -> None:
        self.started = time.perf_counter()
        self.output = b""
        environment = {
            **os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(rows), "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execvpe(command[0], list(command), environment)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read_until(self, wanted: bytes, timeout: float = 30.0) -> float:
        """Read until `wanted` has been painted; return the seconds since the program was started."""
        start = len(self.output)
        deadline = time.perf_counter() + timeout
        while wanted not in self.output[max(0, start - len(wanted)) :]:
            self._read(deadline - time.perf_counter())
            if time.perf_counter() > deadline:
                raise TimeoutError(f"{wanted!r} was not painted in {timeout} s: {self.output[-2000:]!r}")
        return time.perf_counter() - self.started

    def read_until_quiet(self, quiet: float = 0.5, timeout: float = 30.0) -> float:
        """Read until nothing has come for `quiet` seconds; return when the last byte came, from the start."""
        last = time.perf_counter()
        deadline = last + timeout
        while time.perf_counter() - last < quiet and time.perf_counter() < deadline:
            if self._read(quiet / 5):
                last = time.perf_counter()
        return last - self.started

    def type(self, keys: bytes) -> None:
        """Send keys."""
        os.write(self.descriptor, keys)

    def memory_kib(self) -> int:
        """Return the resident memory of the program, in KiB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        return 0

    def close(self) -> None:
        """End the program and everything it started in its session."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        os.close(self.descriptor)
        os.waitpid(self.pid, 0)

    def _read(self, timeout: float) -> bool:
        ready, _, _ = select.select([self.descriptor], [], [], max(0.0, timeout))
        if not ready:
            return False
        try:
            self.output += os.read(self.descriptor, 65536)
        except OSError:
            raise RuntimeError(f"the program ended: {self.output[-2000:]!r}") from None
        return True
