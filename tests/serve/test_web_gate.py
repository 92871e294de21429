"""Where the web server listens, which names it answers to, and whom it starts."""

import socket
from pathlib import Path

import pytest

from viva.errors import UsageError
from viva.records.serving import WebOptions
from viva.serve.web import announce, serve
from viva.serve.web_gate import Gate
from viva.serve.web_terminal import command, environment
from viva.settings import Settings


def test_where_it_cannot_listen_is_said_in_one_line(workspace: Path) -> None:
    settings = Settings(workspace=workspace, rater="ann")
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(UsageError, match="is taken by another program"),
    ):
        serve(settings, WebOptions(port=taken.getsockname()[1]))
    with pytest.raises(UsageError, match=r"cannot listen at 192\.0\.2\.1:0"):
        serve(settings, WebOptions("192.0.2.1", 0))
    with pytest.raises(UsageError, match="cannot listen at no such host"):
        serve(settings, WebOptions("no such host", 0))
    with pytest.raises(UsageError, match="there is no directory"):
        serve(Settings(workspace=workspace / "none"), WebOptions())


@pytest.mark.parametrize(
    "url",
    [
        "example.org",
        "ftp://a",
        "https://",
        "https://a b",
        "https://a/?x=1",
        "https://a/#x",
        'http://a/"><b>',
        "http://[",
    ],
)
def test_a_public_address_that_is_none_is_refused(workspace: Path, url: str) -> None:
    with pytest.raises(UsageError, match="the public address must be"):
        serve(Settings(workspace=workspace), WebOptions(port=0, public_url=url))


@pytest.mark.parametrize(
    ("host", "warned"),
    [("127.0.0.1", False), ("::1", False), ("localhost", False), ("0.0.0.0", True), ("10.0.0.5", True)],
)
def test_whoever_lets_other_machines_in_is_told_that_nothing_is_encrypted(
    host: str, warned: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    options = WebOptions(host, 8000)
    gate = Gate(options, 8000)
    announce(gate, options)
    said = capsys.readouterr()
    assert ("not encrypted" in said.err) is warned
    assert said.out == f"{gate.address}\n"


def test_a_server_for_all_addresses_knows_addresses_but_no_names() -> None:
    gate = Gate(WebOptions("0.0.0.0"), 8000)
    assert gate.good_host("192.168.1.5:8000")
    assert gate.good_host("[fe80::1]:8000")
    assert not gate.good_host("evil.example:8000")
    assert Gate(WebOptions("lab.example.org"), 8000).good_host("LAB.example.org:8000")


def test_the_program_runs_as_the_person_of_the_settings_and_knows_nothing_of_the_servers_terminal() -> None:
    words = command(Settings(workspace=Path("/w"), rater="-ann", role="lead"))
    assert words[1:] == ["-P", "-m", "viva", "--workspace=/w", "--rater=-ann", "--role=lead"]
    kept = {"HOME": "/h", "NO_COLOR": "1"}
    server = {"TERM": "dumb", "TMUX": "1", "TEXTUAL_DRIVER": "evil:Driver", "COLUMNS": "9", **kept}
    assert environment(server) == {"TERM": "xterm-256color", "COLORTERM": "truecolor", **kept}
