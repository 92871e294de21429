"""The workbench itself over SSH, with the real OpenSSH client."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.fakes.filled import STUDY
from tests.fakes.ssh import MISSING, OPTIONS, WHY_NOT, WORKBENCH, Client, Server, make_key, until, write_raters

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=WHY_NOT),
    pytest.mark.slow,
    pytest.mark.parallel,
]
LEAVE = "\x11"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, filled_once: Path) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(filled_once, folder, dirs_exist_ok=True)
    people = {"ann": "rater", "lea": "lead", "eve": "engineer", "pat": "rater"}
    write_raters(
        folder / "raters.toml", {name: (make_key(folder, name), role) for name, role in people.items()}, plain=["pat"]
    )
    (folder / "viva.toml").write_text('rater = "eve"\nrole = "engineer"\n')
    found = Server(folder, WORKBENCH, replace(OPTIONS, grace=30.0))
    yield found
    assert found.close() == 0


def come(server: Server, name: str) -> Client:
    return Client(server.command(server.workspace / name, name), 120, 40)


def test_a_rater_finds_their_studies_and_an_engineer_the_workbench(server: Server) -> None:
    for name, shown in (("ann", "you read what was written"), ("lea", STUDY), ("eve", "tuned from starter")):
        client = come(server, name)
        client.until(shown)
        client.type(LEAVE)
        assert client.end() == 0


def test_who_asks_for_it_rates_line_by_line(server: Server) -> None:
    client = come(server, "pat")
    client.until("Accuracy, type")
    assert b"\x1b[" not in client.seen
    client.type("quit\r")
    assert client.end() == 0


@pytest.mark.parametrize("name", ["ann", "pat"])
def test_what_somebody_held_is_free_when_their_connection_is_lost(server: Server, name: str) -> None:
    client = come(server, name)
    if name == "ann":
        client.until("Enter begins")
        client.type("\r")
    client.until("Accuracy, type")
    processes = server.sessions()
    client.kill()
    until(lambda: not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in processes))
    assert claims(server) == []


def claims(server: Server) -> list[tuple[str]]:
    """Return who holds items, as the store has it."""
    from viva.store import Store

    paths = server.workspace
    with Store(paths / "results.duckdb", paths / "results.duckdb.lock", 10.0).read() as connection:
        return connection.execute("SELECT rater FROM claim WHERE until > now()::TIMESTAMP").fetchall()
