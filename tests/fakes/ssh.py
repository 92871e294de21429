"""An SSH server in a process of its own, keys, and the real OpenSSH client that comes to it.

`python -m tests.fakes.ssh WORKSPACE OPENER OPTIONS` serves (what a test runs through `Server`). `stand_in` is a tiny
program in place of the workbench: it says who it is for, tells its size, and repeats what is typed.
"""

import json
import os
import pty
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psutil

from viva.cli.exits import say
from viva.records.serving import SshOptions
from viva.serve.ssh import serve
from viva.settings import Settings

NEEDED = ("ssh", "ssh-keygen", "scp", "sftp")
MISSING = [name for name in NEEDED if shutil.which(name) is None]
WHY_NOT = f"OpenSSH's clients are not installed: {', '.join(MISSING)}"
SEQUENCE = re.compile(rb"\x1b\[[0-9;?<=>$]*[a-zA-Z]")
SECONDS = 60.0
"""How long a test waits for what a quiet machine does at once."""

ROOT = Path(__file__).parents[2]
STAND_IN = "tests.fakes.ssh:stand_in"
WORKBENCH = "viva.__main__:load_session"
OPTIONS = SshOptions(host="127.0.0.1", port=0, per_address=1000, failures=1000, login=120.0, grace=2.0)


def stand_in() -> Callable[[Settings, bool], int]:
    """Return the program of `_tiny`, as the fork server asks for it."""
    # What `nohup` or a library may have done before; no session is to have it.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    return _tiny


def _tiny(settings: Settings, plain: bool) -> int:
    """Paint a line, then obey: `q` ends, `!` crashes, `%` fails, `#` ends only when killed, `&` writes much.

    `e` shows the environment, `p` what the process is to the system.
    """
    import termios
    import tty

    def size(*_: object) -> None:
        columns, rows = os.get_terminal_size(1)
        show(f"size {columns}x{rows}")

    def show(text: str) -> None:
        os.write(1, f"{text}\r\n".encode())

    modes = termios.tcgetattr(0)
    # What was typed ahead stays.
    tty.setraw(0, termios.TCSANOW)
    signal.signal(signal.SIGWINCH, size)
    show(f"hello {settings.rater} {settings.role} plain={plain}")
    size()
    while data := os.read(0, 1024):
        for letter in data.decode("utf-8", "replace"):
            if letter == "q":
                show("bye")
                return 7
            if letter == "!":
                os.kill(os.getpid(), signal.SIGSEGV)
            elif letter == "e":
                show(json.dumps(dict(os.environ)))
                show(f"files {sorted(file.name for file in Path('/proc/self/fd').iterdir())}")
            elif letter == "p":
                show(f"process {_process(modes[0])}")
            elif letter == "%":
                raise RuntimeError("a fault of its own")
            elif letter == "#":
                for number in (signal.SIGHUP, signal.SIGTERM):
                    signal.signal(number, signal.SIG_IGN)
                show("deaf")
                while True:
                    time.sleep(1)
            elif letter == "&":
                for _ in range(2000):
                    os.write(1, b"x" * 1000 + b"\r\n")
                show("flooded")
            else:
                show(f"typed {letter!r}")
    return 0


def _process(modes: int) -> dict[str, Any]:
    """Return what a session's process is to the system."""
    return {
        "leads": os.getsid(0) == os.getpid() == os.tcgetpgrp(0),
        "utf8": bool(modes & 0o40000),
        "hang_up": signal.getsignal(signal.SIGHUP) == signal.SIG_DFL,
        "blocked": len(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "bounded": resource.getrlimit(resource.RLIMIT_AS)[1] != resource.RLIM_INFINITY,
    }


def make_key(folder: Path, name: str, kind: str = "ed25519") -> Path:
    """Make a key pair without a passphrase; return the file of the private one."""
    path = folder / name
    subprocess.run(
        [
            "ssh-keygen",
            "-q",
            "-t",
            kind,
            *(["-b", "2048"] if kind == "rsa" else []),
            "-N",
            "",
            "-C",
            f"{name}@test",
            "-f",
            str(path),
        ],
        check=True,
        capture_output=True,
    )
    return path


def write_raters(path: Path, raters: dict[str, tuple[Path, str]], plain: Sequence[str] = ()) -> None:
    """Write raters.toml: names with a private key's file and a role."""
    lines = []
    for name, (key, role) in raters.items():
        public = key.with_name(f"{key.name}.pub").read_text().strip()
        lines += [
            f'[raters."{name}"]',
            f'role = "{role}"',
            f"plain = {str(name in plain).lower()}",
            f'keys = ["{public}"]',
        ]
    draft = path.with_suffix(".new")
    draft.write_text("\n".join(lines) + "\n")
    draft.chmod(0o600)
    draft.replace(path)


class Server:
    """`viva serve ssh` in a process of its own."""

    def __init__(self, workspace: Path, opener: str = STAND_IN, options: SshOptions = OPTIONS) -> None:
        self.workspace = workspace
        arguments = [str(workspace), opener, json.dumps(asdict(options))]
        environment = {**os.environ, "SECRET_OF_THE_SERVER": "1", "LANG": "C.UTF-8", "VIVA_ROLE": "engineer"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.ssh", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.rstrip("\n"))
            if line == "ready\n":
                break
        assert self.said[-1:] == ["ready"], f"the server did not begin: {self.said}"
        self.port = int(self.said[0].rpartition(" ")[2])
        public = (workspace / "data" / "ssh" / "host_key").with_suffix(".pub")
        self.known_hosts = workspace / "known_hosts"
        if not self.known_hosts.exists():
            made = subprocess.run(
                ["ssh-keygen", "-y", "-f", str(public.with_suffix(""))], check=True, capture_output=True, text=True
            )
            self.known_hosts.write_text(f"* {made.stdout}")

    def log(self) -> list[dict[str, Any]]:
        """Return the access log."""
        text = (self.workspace / "data" / "ssh" / "access.jsonl").read_text("ascii")
        return [json.loads(line) for line in text.splitlines()]

    def until_logged(self, event: str, seconds: float = SECONDS, **known: object) -> dict[str, Any]:
        """Wait until the log holds an event with these values; return it."""
        deadline = time.monotonic() + seconds
        while True:
            for line in self.log():
                if line["event"] == event and all(line.get(name) == value for name, value in known.items()):
                    return line
            assert time.monotonic() < deadline, f"{event} {known} was not logged: {self.log()[-5:]}"
            time.sleep(0.02)

    def sessions(self) -> list[psutil.Process]:
        """Return the processes of the sessions that run."""
        fork_server = self.fork_server()
        return fork_server.children() if fork_server else []

    def fork_server(self) -> psutil.Process | None:
        """Return the process from which sessions are forked."""
        children = psutil.Process(self.process.pid).children()
        return next((child for child in children if child.status() != psutil.STATUS_ZOMBIE), None)

    def close(self) -> int:
        """End it as `kill` does; return the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        assert self.process.stderr is not None
        if not self.process.stderr.closed:
            with self.process.stderr:
                self.said += self.process.stderr.read().splitlines()
        return self.process.wait(SECONDS)

    def command(self, key: Path | None, user: str, *options: str, program: str = "ssh") -> list[str]:
        """Return the command line of a client that uses one key and nothing of whoever runs the test."""
        given = {
            "UserKnownHostsFile": str(self.known_hosts),
            "GlobalKnownHostsFile": "/dev/null",
            "StrictHostKeyChecking": "yes",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "ConnectTimeout": "120",
            "LogLevel": "ERROR",
            **({"IdentityFile": str(key)} if key else {"PubkeyAuthentication": "no"}),
        }
        port = "-p" if program == "ssh" else "-P"
        command = [program, "-F", "/dev/null", port, str(self.port)]
        command += [word for name, value in given.items() for word in ("-o", f"{name}={value}")]
        return [*command, *options, *([f"{user}@127.0.0.1"] if program == "ssh" else [])]

    def run(
        self, key: Path | None, user: str, *options: str, after: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a client without a terminal to its end; `after` stands behind the host's name."""
        return subprocess.run(
            [*self.command(key, user, "-o", "BatchMode=yes", *options), *after],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS,
        )


class Client:
    """A real `ssh` in a terminal of its own, which a test types into and reads."""

    def __init__(self, command: Sequence[str], columns: int = 80, rows: int = 24, term: str = "xterm-256color") -> None:
        self.begun = time.monotonic()
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = term
            os.execvp(command[0], list(command))
        self.seen = b""
        self.resize(columns, rows)

    @property
    def text(self) -> str:
        """What was shown, without the sequences that move the cursor and choose colours."""
        return SEQUENCE.sub(b"", self.seen).decode("utf-8", "replace")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal."""
        from viva.serve.child import set_size

        set_size(self._master, columns, rows)

    def type(self, text: str) -> None:
        """Type."""
        os.write(self._master, text.encode())

    def until(self, wanted: str, seconds: float = SECONDS) -> float:
        """Read until `wanted` was shown; return the seconds since the client was started."""
        deadline = time.monotonic() + seconds
        while wanted not in self.text:
            assert time.monotonic() < deadline, f"{wanted!r} was not shown: {self.text[-2000:]!r}"
            if not self._read(0.2):
                assert wanted in self.text, f"the client ended without {wanted!r}: {self.text[-2000:]!r}"
        return time.monotonic() - self.begun

    def end(self, seconds: float = SECONDS) -> int:
        """Wait for the client to end by itself; return its exit code."""
        deadline = time.monotonic() + seconds
        while self._read(0.2):
            assert time.monotonic() < deadline, f"the client did not end: {self.seen[-500:]!r}"
        return self._reap()

    def kill(self) -> None:
        """Cut the connection: the client gets no chance to say good-bye."""
        os.kill(self.pid, signal.SIGKILL)
        self._reap()

    def _read(self, seconds: float) -> bool:
        """Read what there is; False at the end."""
        while select.select([self._master], [], [], seconds)[0]:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return False
            if not data:
                return False
            self.seen += data
            seconds = 0.0
        return True

    def _reap(self) -> int:
        os.close(self._master)
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


def until(true: Callable[[], object], seconds: float = SECONDS) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(
        serve(
            replace(Settings(), workspace=Path(sys.argv[1])),
            SshOptions(**json.loads(sys.argv[3])),
            sys.argv[2],
            say,
        )
    )
