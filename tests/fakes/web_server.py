"""`viva serve web` as a process of its own, and the programs that it runs."""

import select
import signal
import subprocess
import sys
import time
from pathlib import Path


class WebServer:
    """The server on a free port; `address` is the one that opens it, once."""

    def __init__(self, workspace: Path, *words: str) -> None:
        command = [sys.executable, "-m", "viva", "serve", "web", "--port", "0", "--workspace", str(workspace), *words]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=workspace)
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], 60)
        line = self.process.stdout.readline().decode() if ready else ""
        if not line:
            self.close()
            raise AssertionError("the server told no address")
        self.address = line.strip()
        self.base = self.address.partition("/?")[0]

    def programs(self) -> list[int]:
        """Return the process ids of the programs that run now."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(parent) == self.process.pid and state != "Z":
                found.append(int(stat.parent.name))
        return found

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal; return the exit code and all that the server wrote for people."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=30)
        return self.process.returncode, said.decode()

    def close(self) -> None:
        """Kill the server if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def gone(pid: int, timeout: float = 20.0) -> bool:
    """Wait until no process has this id; tell whether that came to pass."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False
