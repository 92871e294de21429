"""Who gets in, and what they can do there: each case with the real OpenSSH client."""

import asyncio
import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes import ssh_wire
from tests.fakes.ssh import MISSING, OPTIONS, WHY_NOT, Client, Server, make_key, until, write_raters

pytestmark = pytest.mark.skipif(bool(MISSING), reason=WHY_NOT)
DENIED = "Permission denied (publickey)"


class House:
    """A server, and the keys of who may come in and of one who may not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ann, self.bob, self.stranger = (make_key(folder, name) for name in ("ann", "bob", "stranger"))
        self.rsa = make_key(folder, "rsa", "rsa")
        self.names = {"ann": (self.ann, "rater"), "bob": (self.bob, "lead"), "carl": (self.rsa, "engineer")}
        write_raters(folder / "raters.toml", self.names, plain=["bob"])
        self.server = Server(folder)

    def client(self, key: Path, user: str, *options: str) -> Client:
        return Client(self.server.command(key, user, *options))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = House(tmp_path_factory.mktemp("house"))
    try:
        yield found
    finally:
        assert found.server.close() == 0


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    """Something that listens and that nobody may reach through the server."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.3)
        yield listening


@pytest.mark.parametrize("user", ["ann", "viva"])
def test_the_key_tells_who_one_is(house: House, user: str) -> None:
    client = house.client(house.ann, user)
    client.until("hello ann rater plain=False")
    client.type("q")
    assert client.end() == 7


def test_role_and_mode_come_with_the_name(house: House) -> None:
    for key, line in ((house.bob, "hello bob lead plain=True"), (house.rsa, "hello carl engineer plain=False")):
        client = house.client(key, "viva")
        client.until(line)
        client.kill()


@pytest.mark.parametrize("user", ["ann", "viva", "root"])
def test_an_unknown_key_is_refused(house: House, user: str) -> None:
    done = house.server.run(house.stranger, user)
    assert done.returncode == 255
    assert DENIED in done.stderr
    house.server.until_logged("denied", user=user, keys=1)


@pytest.mark.parametrize("user", ["bob", "root", "Ann", "", "ann\tviva"])
def test_the_right_key_under_another_name_is_refused(house: House, user: str) -> None:
    done = house.server.run(house.ann, user, "-l", user)
    assert done.returncode == 255
    assert not [line for line in house.server.log() if line["event"] == "accepted" and line.get("user") == user]


def test_a_key_that_is_only_offered_opens_nothing(house: House) -> None:
    answers = asyncio.run(ssh_wire.offer(house.server.port, "ann", house.ann.with_suffix(".pub")))
    assert answers[0] == "the key would do"
    assert answers[-1].startswith("disconnected")
    assert house.server.until_logged("denied", user="ann")
    answers = asyncio.run(ssh_wire.offer(house.server.port, "ann", house.stranger.with_suffix(".pub")))
    assert answers == ["disconnected: Too many keys"]


def test_one_is_whom_one_proved_to_be_not_whose_key_one_offered(house: House) -> None:
    only_public = house.folder / "public"
    only_public.mkdir(exist_ok=True)
    bobs = only_public / "bob"
    bobs.with_suffix(".pub").write_bytes(house.bob.with_suffix(".pub").read_bytes())
    client = house.client(bobs, "viva", "-i", str(house.ann), "-o", "LogLevel=VERBOSE")
    client.until("hello ann")
    client.kill()


@pytest.mark.parametrize("method", ["password", "keyboard-interactive", "hostbased", "gssapi-with-mic"])
def test_nothing_but_a_key_is_asked_for(house: House, method: str) -> None:
    ask = house.folder / "ask"
    ask.write_text("#!/bin/sh\necho secret\n")
    ask.chmod(0o700)
    words = house.server.command(None, "ann", "-o", f"PreferredAuthentications={method}")
    environment = {**os.environ, "SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force"}
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment, timeout=60)
    assert done.returncode == 255
    assert DENIED in done.stderr


def test_a_command_is_not_run(house: House) -> None:
    made = house.folder / "made"
    for options in ([], ["-tt"]):
        done = house.server.run(house.ann, "ann", *options, after=[f"touch {made}"])
        assert done.returncode == 1
        assert "runs no commands" in done.stderr + done.stdout
    assert not made.exists()


def test_without_a_terminal_one_line_says_what_is_needed(house: House) -> None:
    done = house.server.run(house.ann, "ann", "-T")
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr
        == "viva: this opens in a terminal and runs no commands: ssh -t, and nothing after the host's name\n"
    )


def test_no_file_can_be_fetched_or_left(house: House) -> None:
    secret, left = house.folder / "raters.toml", house.folder / "left"
    for options in ([], ["-O"]):
        copy = house.server.command(house.ann, "ann", "-o", "BatchMode=yes", *options, program="scp")
        for words in ([str(secret), f"ann@127.0.0.1:{left}"], [f"ann@127.0.0.1:{secret}", str(left)]):
            assert subprocess.run([*copy, *words], capture_output=True, timeout=60).returncode != 0
    assert not left.exists()
    batch = house.folder / "batch"
    batch.write_text("ls\n")
    fetch = house.server.command(house.ann, "ann", "-o", "BatchMode=yes", "-b", str(batch), program="sftp")
    done = subprocess.run([*fetch, "ann@127.0.0.1"], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "raters.toml" not in done.stdout


@pytest.mark.parametrize("kind", ["-L", pytest.param("-D", marks=[pytest.mark.slow, pytest.mark.parallel]), "-W"])
def test_nobody_gets_further_through_the_server(house: House, ear: socket.socket, kind: str) -> None:
    target = f"127.0.0.1:{ear.getsockname()[1]}"
    if kind == "-W":
        assert house.server.run(house.ann, "ann", "-W", target).returncode == 255
    else:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        given = f"127.0.0.1:{port}:{target}" if kind == "-L" else f"127.0.0.1:{port}"
        words = house.server.command(house.ann, "ann", "-N", kind, given)
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as client:
            _knock(port, ear.getsockname()[1] if kind == "-D" else None)
            client.terminate()
    with pytest.raises(TimeoutError):
        ear.accept()


def _knock(port: int, beyond: int | None) -> None:
    """Go through a forwarded port, by SOCKS where a port beyond it is named; it must lead nowhere."""
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=60)
            break
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    with connection:
        if beyond is not None:
            connection.sendall(b"\x04\x01" + beyond.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + b"me\0")
        else:
            connection.sendall(b"anybody there?")
        try:
            answer = connection.recv(100)
        except ConnectionResetError:
            answer = b""
        assert answer[:2] != b"\x00\x5a"


def test_nobody_gets_back_through_the_server(house: House, ear: socket.socket) -> None:
    back = f"127.0.0.1:0:127.0.0.1:{ear.getsockname()[1]}"
    done = house.server.run(house.ann, "ann", "-N", "-R", back, "-o", "ExitOnForwardFailure=yes")
    assert done.returncode == 255
    assert "remote port forwarding failed" in done.stderr


def test_neither_agent_nor_display_comes_along(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = house.folder / "agent"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(agent))
        listening.listen()
        monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
        monkeypatch.setenv("DISPLAY", "127.0.0.1:7")
        client = house.client(house.ann, "ann", "-A", "-Y", "-o", "IdentityAgent=SSH_AUTH_SOCK", "-o", "LogLevel=INFO")
        threading.Thread(target=_refuse, args=(listening,), daemon=True).start()
        client.until("size")
        client.type("e")
        client.until("files")
        client.kill()
    shown = client.seen.decode()
    assert "X11 forwarding request failed" in shown
    assert "SSH_AUTH_SOCK" not in shown
    assert "DISPLAY" not in shown


def _refuse(listening: socket.socket) -> None:
    try:
        listening.accept()[0].close()
    except OSError:
        # The test is over.
        return


def test_no_environment_comes_along_but_the_number_of_colours(house: House) -> None:
    chosen = "TEXTUAL_DRIVER=evil:Driver LD_PRELOAD=/evil VIVA_ROLE=engineer NO_COLOR=1 COLORTERM=truecolor"
    client = house.client(house.ann, "ann", "-o", f"SetEnv={chosen}")
    client.until("size")
    client.type("e")
    client.until("files")
    client.kill()
    shown = client.seen.decode()
    assert '"COLORTERM": "truecolor"' in shown
    for name in ("TEXTUAL_DRIVER", "LD_PRELOAD", "VIVA_ROLE", "NO_COLOR", "SECRET_OF_THE_SERVER", "PYTHONPATH"):
        assert name not in shown
    # Keyboard and screen, and the look at the folder of open files itself.
    assert "files ['0', '1', '2', '3']" in shown


def test_a_user_name_of_10000_characters_is_refused(house: House) -> None:
    done = house.server.run(house.ann, "ann", "-l", "a" * 10_000)
    assert done.returncode == 255
    assert all(len(str(line)) < 1000 for line in house.server.log())


@pytest.fixture
def impatient(house: House, tmp_path: Path) -> Iterator[Server]:
    """A server that gives people four seconds."""
    write_raters(tmp_path / "raters.toml", house.names)
    server = Server(tmp_path, options=replace(OPTIONS, login=4.0))
    yield server
    assert server.close() == 0


@pytest.mark.slow
@pytest.mark.parallel
def test_who_never_says_who_they_are_is_shown_the_door(impatient: Server) -> None:
    with contextlib.ExitStack() as stack:
        clients = []
        for words in (b"", b"SSH-2.0-x\r\n", b"GET / HTTP/1.1\r\n\r\n"):
            clients.append(stack.enter_context(socket.create_connection(("127.0.0.1", impatient.port), timeout=60)))
            clients[-1].sendall(words)
        for client in clients:
            heard = b""
            while data := _heard(client):
                heard += data
            assert heard.startswith(b"SSH-2.0-viva\r\n")


def _heard(connection: socket.socket) -> bytes:
    try:
        return connection.recv(4096)
    except ConnectionResetError:
        return b""


@pytest.mark.slow
@pytest.mark.parallel
def test_who_comes_in_and_opens_no_session_is_shown_the_door(house: House, impatient: Server) -> None:
    words = impatient.command(house.ann, "ann", "-N")
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as client:
        assert client.wait(60) == 255


def test_who_is_taken_off_the_list_is_out_at_once(house: House) -> None:
    client = house.client(house.bob, "bob")
    client.until("hello bob")
    without = {name: known for name, known in house.names.items() if name != "bob"}
    write_raters(house.folder / "raters.toml", without)
    try:
        assert DENIED in house.server.run(house.bob, "bob").stderr
        client.until("your access has ended")
        assert client.end() == 1
    finally:
        write_raters(house.folder / "raters.toml", house.names, plain=["bob"])


def test_a_broken_list_lets_nobody_in_and_leaves_sessions_alone(house: House) -> None:
    client = house.client(house.ann, "ann")
    client.until("hello ann")
    (house.folder / "raters.toml").write_text("[raters.ann\n")
    try:
        assert DENIED in house.server.run(house.ann, "ann").stderr
        assert "raters.toml" in house.server.until_logged("unreadable")["reason"]
        before = len(house.server.log())
        until(lambda: any(line["event"] == "unreadable" for line in house.server.log()[before:]))
        client.type("x")
        client.until("typed 'x'")
    finally:
        write_raters(house.folder / "raters.toml", house.names, plain=["bob"])
    client.type("q")
    assert client.end() == 7
