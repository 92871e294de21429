"""Many at once: a whole class comes in, and those who only hold the door open keep nobody out."""

import asyncio
import contextlib
import random
import socket
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.fakes import ssh_wire
from tests.fakes.ssh import MISSING, OPTIONS, WHY_NOT, Client, Server, make_key, until, write_raters

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=WHY_NOT),
    pytest.mark.slow,
    pytest.mark.parallel,
]
CROWD = 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    people = {"ann": (make_key(tmp_path, "ann"), "rater")}
    write_raters(tmp_path / "raters.toml", people)
    make_key(tmp_path, "stranger")
    return tmp_path


def at_once(server: Server, key: Path, count: int) -> Counter[int]:
    """Let many clients come at the same time; return their exit codes (1: let in, but without a terminal)."""
    words = server.command(key, "ann", "-T", "-o", "BatchMode=yes")
    with contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(
                subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            )
            for _ in range(count)
        ]
        return Counter(client.wait(200) for client in clients)


def test_a_hundred_come_in_at_once_though_few_may_log_in_at_a_time(folder: Path) -> None:
    server = Server(folder, options=replace(OPTIONS, waiting=30))
    try:
        assert at_once(server, folder / "ann", CROWD) == {1: CROWD}
        assert Counter(line["event"] for line in server.log())["accepted"] == CROWD
    finally:
        assert server.close() == 0


def test_of_a_hundred_from_one_address_as_many_come_in_as_may_in_a_minute(folder: Path) -> None:
    server = Server(folder, options=replace(OPTIONS, per_address=40))
    try:
        assert at_once(server, folder / "ann", CROWD) == {1: 40, 255: CROWD - 40}
        refused = [line for line in server.log() if line.get("reason") == "too many connections"]
        assert len(refused) == CROWD - 40
        # Another address is not concerned.
        client = Client(server.command(folder / "ann", "ann", "-b", "127.0.0.2"))
        client.until("hello ann")
        client.kill()
    finally:
        assert server.close() == 0


def test_an_address_whose_keys_fail_is_turned_away_and_others_are_not(folder: Path) -> None:
    server = Server(folder, options=replace(OPTIONS, failures=5))
    try:
        for _ in range(5):
            assert server.run(folder / "stranger", "ann").returncode == 255
        assert server.run(folder / "ann", "ann").returncode == 255
        assert server.until_logged("refused", reason="too many failed keys")
        assert server.run(folder / "ann", "ann", "-b", "127.0.0.2").returncode == 1
    finally:
        assert server.close() == 0


def test_who_holds_the_door_open_keeps_nobody_else_out(folder: Path) -> None:
    server = Server(folder, options=replace(OPTIONS, waiting=6, login=100.0))
    try:
        with contextlib.ExitStack() as stack:
            silent = [
                stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=60)) for _ in range(60)
            ]
            assert silent
            client = Client(server.command(folder / "ann", "ann", "-b", "127.0.0.2"))
            client.until("hello ann", 50)
            client.kill()
            crowded = [line for line in server.log() if line.get("reason") == "too many connections wait"]
            assert crowded
    finally:
        assert server.close() == 0


def test_garbage_ends_its_own_connection_only(folder: Path) -> None:
    server = Server(folder, options=OPTIONS)
    chance = random.Random(7)
    try:
        for number in range(60):
            with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
                kind = bytes([chance.choice([1, 2, 3, 4, 5, 6, 7, 20, 21, 30, 31, 50, 60, 80, 90, 94, 98, 250])])
                body = kind + chance.randbytes(chance.randrange(0, 300))
                packet = (len(body) + 9).to_bytes(4, "big") + b"\x08" + body + b"\0" * 8
                connection.sendall(b"SSH-2.0-x\r\n" + (packet if number % 2 else chance.randbytes(200)))
        client = Client(server.command(folder / "ann", "ann"))
        client.until("hello ann")
        client.kill()
        until(lambda: len([line for line in server.log() if line["event"] == "denied"]) == 60)
    finally:
        assert server.close() == 0
    assert not [line for line in server.said if "Traceback" in line or "never retrieved" in line]


async def test_a_client_that_takes_nothing_fills_no_memory(folder: Path) -> None:
    server = Server(folder)
    memory = psutil.Process(server.process.pid).memory_info
    try:
        async with ssh_wire.connected(server, "ann") as connection:
            # This client allows two gigabytes to be sent, and then reads nothing.
            process = await connection.create_process(term_type="xterm", encoding=None, window=2**31 - 1)
            await process.stdout.read(10)
            connection._transport.pause_reading()
            before = memory().rss
            for _ in range(40):
                process.stdin.write(b"&")
            [program] = server.sessions()
            await asyncio.sleep(3)
            assert program.is_running()
            assert memory().rss - before < 8 * 1024**2
    finally:
        assert server.close() == 0


async def test_a_paste_that_nobody_reads_fills_no_memory(folder: Path) -> None:
    server = Server(folder)
    memory = psutil.Process(server.process.pid).memory_info
    try:
        async with ssh_wire.connected(server, "ann") as connection:
            process = await connection.create_process(term_type="xterm", encoding=None)
            process.stdin.write(b"#")
            await process.stdout.readuntil(b"deaf")
            before = memory().rss
            process.stdin.write(b"x" * 20 * 1024**2)
            await asyncio.sleep(3)
            grown = memory().rss - before
        assert grown < 8 * 1024**2
    finally:
        assert server.close() == 0
