"""A session over SSH from its first byte to its last, with the real OpenSSH client."""

import signal
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import asyncssh
import psutil
import pytest

from tests.fakes import ssh_wire
from tests.fakes.ssh import MISSING, OPTIONS, WHY_NOT, Client, Server, make_key, until, write_raters
from viva.errors import BadInput, NotFound, UsageError
from viva.records.serving import SshOptions
from viva.serve import session as sessions
from viva.serve.ssh import serve
from viva.settings import Settings

pytestmark = pytest.mark.skipif(bool(MISSING), reason=WHY_NOT)
Begin = Callable[..., Server]
SLOW = [pytest.mark.slow, pytest.mark.parallel]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one rater."""
    folder = tmp_path_factory.mktemp("made")
    write_raters(folder / "raters.toml", {"ann": (make_key(folder, "ann"), "rater")})
    return folder


@pytest.fixture
def begin(made: Path) -> Iterator[Begin]:
    """Begins servers, and ends them after the test."""
    begun: list[Server] = []

    def one(**changed: float) -> Server:
        begun.append(Server(made, options=replace(OPTIONS, **changed)))
        return begun[-1]

    yield one
    for server in begun:
        server.close()


@pytest.fixture(scope="module")
def server(made: Path) -> Iterator[Server]:
    found = Server(made)
    yield found
    assert found.close() == 0


def come(server: Server, columns: int = 80, rows: int = 24, term: str = "xterm-256color") -> Client:
    client = Client(server.command(server.workspace / "ann", "ann"), columns, rows, term)
    client.until("size")
    return client


def quiet(server: Server) -> None:
    """Wait until all sessions of earlier tests have ended."""

    def over() -> bool:
        events = Counter(line["event"] for line in server.log())
        return events["session"] == events["end"]

    until(over)


def gone(processes: list[psutil.Process]) -> Callable[[], bool]:
    return lambda: not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in processes)


def test_a_new_size_reaches_the_program(server: Server) -> None:
    client = come(server, 80, 24)
    client.until("size 80x24")
    client.resize(120, 40)
    client.until("size 120x40")
    client.kill()


def test_what_is_typed_arrives_and_what_is_painted_is_seen(server: Server) -> None:
    client = come(server)
    client.type("ä漢😀\x03\x11\x13")
    for shown in ("typed 'ä'", "typed '漢'", "typed '😀'", r"typed '\x03'", r"typed '\x11'", r"typed '\x13'"):
        client.until(shown)
    # Nothing of what a program writes last is lost.
    client.type("&q")
    assert client.end() == 7
    assert client.seen.count(b"x" * 1000) == 2000
    assert client.text.endswith("flooded\r\nbye\r\n")
    assert server.until_logged("end", reason="ended", status=7)["rater"] == "ann"


def test_a_kind_of_terminal_that_nobody_knows_is_the_usual_one(server: Server) -> None:
    client = come(server, term="../../evil")
    client.type("e")
    client.until('"TERM": "xterm-256color"')
    client.kill()


def test_the_process_leads_a_session_of_its_own_and_a_hang_up_ends_it(server: Server) -> None:
    client = come(server)
    client.type("p")
    expected = {"leads": True, "utf8": True, "hang_up": True, "blocked": 0, "core": 0, "bounded": True}
    client.until(f"process {expected}")
    client.kill()


def test_a_fault_of_the_program_is_logged_and_not_shown(server: Server) -> None:
    client = come(server)
    client.type("%")
    client.until("viva ended because of a fault of its own")
    assert client.end() == 1
    assert "Traceback" not in client.text
    assert "RuntimeError" not in client.text
    assert "RuntimeError: a fault of its own" in Settings(workspace=server.workspace).paths.log.read_text()


async def test_a_connection_has_one_session_and_what_is_typed_ahead_arrives(server: Server) -> None:
    async with ssh_wire.connected(server, "ann") as connection:
        first = await connection.create_process(term_type="xterm")
        first.stdin.write("xyq")
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.create_process(term_type="xterm")
        shown = await first.stdout.read()
        assert "typed 'x'\r\ntyped 'y'\r\nbye" in shown
        assert (await first.wait()).exit_status == 7


async def test_one_channel_has_one_program_and_no_agent(server: Server) -> None:
    quiet(server)
    async with ssh_wire.connected(server, "ann") as connection:
        process = await connection.create_process(term_type="xterm")
        await process.stdout.readuntil("size")
        for request in (b"shell", b"exec", b"subsystem", b"pty-req", b"auth-agent-req@openssh.com", b"x11-req"):
            words = (ssh_wire.String(b"sh"),) if request in (b"exec", b"subsystem") else ssh_wire.WORDS.get(request, ())
            assert not await process.channel._make_request(request, *words), request
        assert len(server.sessions()) == 1
        process.stdin.write("q")
        assert (await process.wait()).exit_status == 7


def test_who_is_in_no_longer_waits_at_the_door(begin: Begin) -> None:
    server = begin(waiting=1)
    clients = [come(server), come(server)]
    for client in clients:
        client.type("q")
        assert client.end() == 7


def test_a_program_that_crashes_gives_the_terminal_back(server: Server) -> None:
    client = come(server)
    client.type("!")
    client.until(sessions.ENDED_BADLY)
    assert client.end() == 128 + signal.SIGSEGV
    assert sessions.RESTORE in client.seen
    server.until_logged("end", status=-signal.SIGSEGV)


def test_a_lost_connection_ends_the_program(server: Server) -> None:
    quiet(server)
    client = come(server)
    [process] = server.sessions()
    client.kill()
    until(gone([process]))
    until(lambda: server.log()[-1]["event"] == "end")
    assert server.log()[-1]["reason"] == "disconnected"
    assert server.log()[-1]["status"] == -signal.SIGHUP


@pytest.mark.slow
@pytest.mark.parallel
def test_a_program_that_does_not_listen_is_ended_by_force(server: Server) -> None:
    quiet(server)
    client = come(server)
    client.type("#")
    client.until("deaf")
    [process] = server.sessions()
    client.kill()
    until(gone([process]))
    server.until_logged("end", status=-signal.SIGKILL)


def test_sessions_outlive_the_fork_server_and_new_ones_begin(server: Server) -> None:
    quiet(server)
    before = come(server)
    first = server.fork_server()
    assert first is not None
    [process] = first.children()
    first.kill()
    first.wait(60)
    client = come(server)
    second = server.fork_server()
    assert second is not None
    assert second.pid != first.pid
    before.type("x")
    before.until("typed 'x'")
    before.kill()
    until(gone([process]))
    client.type("q")
    assert client.end() == 7


@pytest.mark.slow
@pytest.mark.parallel
def test_whoever_types_nothing_is_hung_up_on(begin: Begin) -> None:
    client = come(begin(idle=3.0))
    client.type("x")
    client.until("nothing was typed for")
    assert client.end() == 1
    assert sessions.RESTORE in client.seen


@pytest.mark.slow
@pytest.mark.parallel
def test_no_session_lasts_for_ever(begin: Begin) -> None:
    server = begin(longest=3.0)
    client = come(server)
    client.until("a session ends after")
    assert client.end() == 1
    server.until_logged("end", reason="longest")


@pytest.mark.slow
@pytest.mark.parallel
def test_places_are_counted(begin: Begin) -> None:
    server = begin(sessions=1)
    client = come(server)
    second = Client(server.command(server.workspace / "ann", "ann"))
    second.until(sessions.FULL)
    assert second.end() == 1
    client.type("q")
    client.end()
    come(server).kill()


@pytest.mark.slow
@pytest.mark.parallel
def test_one_rater_does_not_take_all_places(begin: Begin) -> None:
    server = begin()
    clients = [come(server) for _ in range(sessions.SESSIONS_EACH)]
    one_more = Client(server.command(server.workspace / "ann", "ann"))
    one_more.until(sessions.FULL_EACH)
    assert one_more.end() == 1
    for client in clients:
        client.kill()


@pytest.mark.slow
@pytest.mark.parallel
def test_whoever_types_now_and_then_stays(begin: Begin) -> None:
    client = come(begin(idle=4.0))
    begun = time.monotonic()
    while time.monotonic() - begun < 6:
        client.type("x")
        time.sleep(0.2)
    client.type("q")
    assert client.end() == 7


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=SLOW)])
def test_the_server_ends_after_its_sessions(begin: Begin, number: signal.Signals) -> None:
    server = begin()
    # All servers of this file write to the same log.
    quiet(server)
    client = come(server)
    processes = [*server.sessions(), psutil.Process(server.fork_server().pid)]  # type: ignore[union-attr]
    server.process.send_signal(number)
    client.until("the server is ending")
    assert client.end() == 1
    assert server.close() == 0
    assert gone(processes)()
    assert [line["event"] for line in server.log()[-2:]] == ["end", "stopped"]


@pytest.mark.slow
@pytest.mark.parallel
def test_a_second_signal_ends_everything_at_once(begin: Begin) -> None:
    server = begin(grace=60.0)
    client = come(server)
    client.type("#")
    client.until("deaf")
    processes = server.sessions()
    server.process.terminate()
    client.until("the server is ending")
    server.process.terminate()
    assert server.close() == 0
    assert gone(processes)()
    client.end()


def test_nothing_is_left_of_a_server_that_was_killed(begin: Begin) -> None:
    server = begin()
    client = come(server)
    fork_server = server.fork_server()
    assert fork_server is not None
    processes = [fork_server, *fork_server.children()]
    server.process.kill()
    until(gone(processes))
    assert client.end() == 255
    server.close()


def test_log_and_key_are_the_owners_alone(server: Server) -> None:
    for name in ("host_key", "access.jsonl"):
        assert stat.S_IMODE((server.workspace / "data" / "ssh" / name).stat().st_mode) == 0o600
    text = (server.workspace / "data" / "ssh" / "access.jsonl").read_text()
    assert "AAAA" not in text
    assert "PRIVATE" not in text


def test_a_server_says_where_it_is_and_how_one_comes_in(server: Server) -> None:
    where, key, who, ready = server.said[:4]
    assert where == f"listening at 127.0.0.1, port {server.port}"
    assert key.startswith("host key SHA256:")
    assert who == f"1 person may come in: ssh -p {server.port} viva@127.0.0.1"
    assert ready == "ready"


@pytest.mark.parametrize("text", [None, "", "# nobody yet\n"])
def test_without_anybody_to_let_in_there_is_no_server(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "raters.toml").write_text(text)
        (tmp_path / "raters.toml").chmod(0o600)
    with pytest.raises(NotFound) as caught:
        serve(Settings(workspace=tmp_path), OPTIONS, "nothing:nothing", print)
    assert "viva rater add NAME KEYFILE" in caught.value.hint
    assert [file.name for file in tmp_path.iterdir()] == ([] if text is None else ["raters.toml"])


def test_a_list_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "raters.toml").write_text("[raters.ann\n")
    (tmp_path / "raters.toml").chmod(0o600)
    with pytest.raises(BadInput, match=r"raters\.toml"):
        serve(Settings(workspace=tmp_path), OPTIONS, "nothing:nothing", print)


def test_a_port_that_is_taken_is_told(server: Server) -> None:
    options = SshOptions(host="127.0.0.1", port=server.port)
    with pytest.raises(UsageError, match=f"port {server.port}"):
        serve(Settings(workspace=server.workspace), options, "nothing:nothing", print)
