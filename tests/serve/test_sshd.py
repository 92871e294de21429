"""The plain OpenSSH server in front of viva: one forced command for each key, and nothing beside it."""

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.desk import NAME, add_study, make_texts, workbench_of
from tests.fakes.terminal import Terminal
from tests.fakes.web_server import gone
from viva.workbench import Workbench

SSHD = shutil.which("sshd", path="/usr/sbin:/sbin:/usr/local/sbin:/usr/bin")
CLIENTS = [name for name in ("ssh", "ssh-keygen", "sftp") if shutil.which(name) is None]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.parallel,
    pytest.mark.skipif(SSHD is None or bool(CLIENTS), reason="OpenSSH's server or clients are not installed"),
]
# Forwarding is on here, as it is where nobody changed it: what a key may do is for its own line to say.
CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PermitRootLogin forced-commands-only
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowTcpForwarding yes
AllowAgentForwarding yes
MaxStartups 60:30:100
Subsystem sftp internal-sftp
"""


class Sshd:
    """OpenSSH's server on a free port of this machine, with one key whose only command is rating as `ann`."""

    def __init__(self, folder: Path, workspace: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        for name in ("host", "key", "stranger"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(command, check=True, capture_output=True)
        viva = Path(sys.executable).with_name("viva")
        rate = f"{viva} rate --workspace {workspace} --rater ann --role rater"
        key = (folder / "key.pub").read_text()
        (folder / "authorized_keys").write_text(f'restrict,pty,command="{rate}" {key}')
        (folder / "config").write_text(CONFIG.format(port=self.port, folder=folder))
        command = [*_with_its_directory(), str(SSHD), "-D", "-e", "-f", str(folder / "config")]
        self.log = (folder / "log").open("wb")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def wait(self) -> None:
        """Wait until it listens; skip the test where it cannot run here."""
        for _ in range(200):
            if self.process.poll() is not None:
                pytest.skip(f"sshd does not run here: {(self.folder / 'log').read_text()[-300:]}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("sshd does not listen")

    def client(self, *options: str, key: str = "key", program: str = "ssh") -> list[str]:
        """Return the command line of a client, up to the host's name."""
        port = "-P" if program == "sftp" else "-p"
        return [
            program, "-F", "none", port, str(self.port), "-i", str(self.folder / key), "-o", "IdentitiesOnly=yes",
            "-o", "IdentityAgent=none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
            "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", *options, f"{getpass.getuser()}@127.0.0.1",
        ]  # fmt: skip

    def programs(self) -> list[int]:
        """Return the process ids of what the key's command runs now."""
        found = []
        wanted = f"--workspace\0{self.folder.parent / 'workspace'}\0--rater\0ann".encode()
        for line in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = line.read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if wanted in words and b"python" in words.split(b"\0")[0]:
                found.append(int(line.parent.name))
        return found

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


def _with_its_directory() -> list[str]:
    """Return what gives root's sshd the empty directory that it asks for, where the system has none."""
    if Path("/run/sshd").is_dir() or os.getuid() != 0 or shutil.which("unshare") is None:
        return []
    return ["unshare", "-m", "sh", "-c", 'mount -t tmpfs tmpfs /run && mkdir /run/sshd && exec "$@"', "sh"]


@pytest.fixture
def study(workspace: Path) -> Workbench:
    """A workspace with a study that ann may rate."""
    workbench = workbench_of(workspace, "ann")
    make_texts(workbench, 3)
    add_study(workbench, 3)
    return workbench


@pytest.fixture
def sshd(study: Workbench, tmp_path: Path) -> Iterator[Sshd]:
    folder = tmp_path / "sshd"
    folder.mkdir()
    started = Sshd(folder, study.paths.root)
    try:
        started.wait()
        yield started
    finally:
        started.close()


def run(command: list[str], typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, input=typed)


def test_a_key_leads_to_rating_as_its_rater_and_what_was_rated_is_kept(sshd: Sshd, study: Workbench) -> None:
    terminal = Terminal(sshd.client("-tt"), sshd.folder)
    try:
        terminal.read_until(b"Accuracy")
        terminal.read_until_quiet()
        terminal.type(b"42\r")
        terminal.read_until(b"1 rated")
        (program,) = sshd.programs()
    finally:
        terminal.close()
    # The connection was cut, nobody quit.
    assert gone(program)
    verdicts = study.desk.history(NAME)
    assert [(verdict.rater, verdict.values) for verdict in verdicts] == [("ann", {"accuracy": 4, "clarity": 2})]


@pytest.mark.parametrize("asked", ["cat /etc/passwd", "viva sql 'SELECT 1'", "sh", "viva rate --rater bob"])
def test_whatever_command_is_asked_for_there_is_only_rating(sshd: Sshd, asked: str) -> None:
    done = run([*sshd.client("-T"), asked])
    assert done.returncode == 2
    assert done.stdout == ""
    assert "error: rating needs a terminal" in done.stderr


def test_neither_files_nor_ports_nor_another_key_come_through(sshd: Sshd) -> None:
    copied = run(sshd.client(program="sftp"), "get /etc/passwd\n")
    assert copied.returncode != 0
    assert not (Path.cwd() / "passwd").exists()
    backwards = run(sshd.client("-T", "-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1"))
    assert backwards.returncode != 0
    assert "remote port forwarding failed" in backwards.stderr
    forwards = run(sshd.client("-T", "-W", f"127.0.0.1:{sshd.port}"))
    assert "SSH-2.0" not in forwards.stdout
    assert "forwarding failed" in forwards.stderr
    assert "Permission denied" in run(sshd.client("-T", key="stranger")).stderr


def test_a_client_cannot_say_who_it_is(sshd: Sshd) -> None:
    terminal = Terminal(sshd.client("-tt", "-o", "SetEnv=VIVA_RATER=bob VIVA_ROLE=engineer"), sshd.folder)
    try:
        terminal.read_until(b"Accuracy")
        (program,) = sshd.programs()
        names = {line.partition(b"=")[0] for line in Path(f"/proc/{program}/environ").read_bytes().split(b"\0")}
    finally:
        terminal.close()
    assert b"SSH_CONNECTION" in names
    assert not {name for name in names if name.startswith(b"VIVA")}
