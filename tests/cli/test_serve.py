"""`viva serve`: what is given on the command line reaches what serves."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.running import Viva, program_command
from viva.records.serving import SshOptions, WebOptions


def test_without_options_the_usual_ones_hold(viva: Viva) -> None:
    assert viva("serve", "ssh").served == [SshOptions()]
    assert viva("serve", "web").served == [WebOptions()]


def test_options_reach_the_ssh_server(viva: Viva) -> None:
    given = {
        "host": "127.0.0.1", "port": 0, "idle": 60.0, "longest": 3600.0, "sessions": 20, "waiting": 5,
        "per_address": 7, "failures": 3, "login": 10.0, "grace": 2.5,
    }  # fmt: skip
    words = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", value)]
    assert viva("serve", "ssh", *words).served == [SshOptions(**given)]  # type: ignore[arg-type]


def test_options_reach_the_web_server(viva: Viva) -> None:
    done = viva("serve", "web", "--host", "::1", "--port", "9000", "--public-url", "https://rate.example")
    assert done.served == [WebOptions("::1", 9000, "https://rate.example")]


@pytest.mark.parametrize("words", [["--port", "70000"], ["--idle", "0"], ["--sessions", "0"], ["--grace", "-1"]])
def test_what_makes_no_sense_is_refused(viva: Viva, words: list[str]) -> None:
    done = viva("serve", "ssh", *words)
    assert (done.code, done.served) == (2, [])


def test_without_anybody_to_let_in_the_program_says_what_to_do(tmp_path: Path) -> None:
    words = program_command("serve", "ssh", "--workspace", tmp_path, "--port", "0")
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert "viva rater add NAME KEYFILE" in done.stderr
    assert not (tmp_path / "data").exists()
