"""The copy that queries look at: whole, current, and taken without holding writers up."""

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from tests.store.hand_made import score
from tests.store.processes import Program
from viva.errors import StoreBusy, StoreError, UserError
from viva.store import Store, snapshot, snapshot_child
from viva.store.snapshot import Copier, opened
from viva.store.sql import SqlSession
from viva.store.sql_snapshot import LatestCopy

GROW = "CREATE TABLE IF NOT EXISTS ballast AS SELECT md5(random()::VARCHAR) AS s FROM range({rows})"


def grow(store: Store, rows: int = 900_000) -> None:
    """Make the file longer than what is copied while writers wait."""
    with store.write() as connection:
        connection.execute(GROW.format(rows=rows))


def content(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


@pytest.fixture
def latest(small: Store, snapshots: Path) -> Iterator[LatestCopy]:
    copy = LatestCopy(small, snapshots, patience=20)
    yield copy
    copy.close()


def bytes_of(copy: LatestCopy) -> bytes:
    with copy.current() as descriptor:
        return content(descriptor)


def test_a_copy_is_the_store_byte_for_byte_and_stays_so(small: Store, latest: LatestCopy) -> None:
    chance = random.Random(0)
    latest.refresh()
    assert bytes_of(latest) == small.path.read_bytes()
    for step in range(12):
        with small.write() as connection:
            match chance.randrange(4):
                case 0:
                    connection.execute(f"CREATE TABLE t{step} AS SELECT md5(range::VARCHAR) AS s FROM range(40000)")
                case 1:
                    connection.execute(
                        f"INSERT INTO job_metric SELECT 'j{step}', range, 'loss', random() FROM range(9999)"
                    )
                case 2:
                    connection.execute("DELETE FROM job_metric WHERE step % 3 = 0")
                case _:
                    connection.execute(f"DROP TABLE IF EXISTS t{max(step - 2, 0)}")
        latest.refresh()
        assert bytes_of(latest) == small.path.read_bytes()


def test_what_is_written_while_blocks_are_copied_is_in_the_copy(small: Store, tmp_path: Path) -> None:
    """A writer saves between each two looks of the copier: it is never kept waiting, and nothing of it is lost."""
    grow(small)
    assert small.path.stat().st_size > snapshot_child.AT_ONCE + (2 << 20)
    looks = 0

    @contextmanager
    def quiet(timeout: float) -> Iterator[None]:
        nonlocal looks
        score(small, "b1", f"metric-{looks}", 0.5)
        looks += 1
        with small.quiet(timeout):
            yield

    descriptor = opened(tmp_path / "copy")
    try:
        with Copier(small.path, descriptor) as copier:
            copied = copier.run(quiet, 10)
        assert looks == snapshot.ROUNDS + 1
        assert copier.touched
        assert not copied.log
        assert content(descriptor) == small.path.read_bytes()
    finally:
        os.close(descriptor)


def test_a_store_that_is_rewritten_again_and_again_is_copied_in_the_end(small: Store, tmp_path: Path) -> None:
    looks = 0

    @contextmanager
    def quiet(timeout: float) -> Iterator[None]:
        nonlocal looks
        with small.write() as connection:
            connection.execute(
                "CREATE OR REPLACE TABLE ballast AS SELECT md5(random()::VARCHAR) AS s FROM range(700000)"
            )
        looks += 1
        with small.quiet(timeout):
            yield

    descriptor = opened(tmp_path / "copy")
    try:
        with Copier(small.path, descriptor) as copier:
            copier.run(quiet, 10)
        assert looks <= snapshot.ROUNDS + 1
        assert content(descriptor) == small.path.read_bytes()
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("kind", ["BIGINT", "UUID"])
def test_values_that_change_places_are_seen(small: Store, latest: LatestCopy, kind: str) -> None:
    """DuckDB's checksum of a block does not tell in which order its words come: blocks are compared byte for byte."""
    chance = random.Random(0)
    value = "hash(range) >> 1" if kind == "BIGINT" else "md5(range::VARCHAR)"
    with small.write() as connection:
        connection.execute(f"CREATE TABLE pairs AS SELECT range AS id, ({value})::{kind} AS x FROM range(5000)")
    latest.refresh()
    for step in range(8):
        a, b = chance.sample(range(5000), 2)
        with small.write() as connection:
            connection.execute(
                "UPDATE pairs SET x = (SELECT x FROM pairs p WHERE p.id = $a + $b - pairs.id) WHERE id IN ($a, $b)",
                {"a": a, "b": b},
            )
        if step % 2:
            latest.refresh()
            assert bytes_of(latest) == small.path.read_bytes()


def test_a_large_store_is_compared_byte_for_byte_too(
    small: Store, latest: LatestCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(small)
    latest.refresh()
    with small.path.open("r+b") as file:
        file.seek(17 << 20)
        file.write(b"changed")
    latest.refresh()
    assert bytes_of(latest) == small.path.read_bytes()


def test_another_file_in_the_place_of_the_store_is_seen(small: Store, latest: LatestCopy, tmp_path: Path) -> None:
    """A restored store can come to the same number of checkpoints as the one that was copied, with other rows."""
    backup = small.path.read_bytes()
    score(small, "b1", "one", 0.25)
    latest.refresh()
    small.path.write_bytes(backup)
    score(small, "b1", "two", 0.75)
    latest.refresh()
    assert bytes_of(latest) == small.path.read_bytes()


def test_what_was_committed_while_a_checkpoint_ran_is_in_the_copy(small: Store, tmp_path: Path) -> None:
    """A program that dies then leaves two logs behind."""
    code = (
        "import duckdb, os, pathlib, sys, threading\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "connection.execute(\"SET checkpoint_threshold = '1GB'\")\n"
        "connection.execute('SET enable_progress_bar = false')\n"
        "connection.execute('CREATE TABLE ballast AS SELECT md5(random()::VARCHAR) AS s FROM range(1000000)')\n"
        "connection.execute('CHECKPOINT')\n"
        "def say():\n"
        "    log = pathlib.Path(sys.argv[1] + '.wal.checkpoint')\n"
        "    cursor = connection.cursor()\n"
        "    number = 0\n"
        "    while True:\n"
        "        cursor.execute(\"INSERT INTO job_metric VALUES ('said', ?, 'loss', 0.5)\", [number])\n"
        "        number += 1\n"
        "        if log.exists():\n"
        "            print(number, flush=True)\n"
        "            os.kill(os.getpid(), 9)\n"
        "threading.Thread(target=say, daemon=True).start()\n"
        "for _ in range(100):\n"
        "    connection.execute('DELETE FROM ballast WHERE random() < 0.1')\n"
        "    try:\n"
        "        connection.execute('CHECKPOINT')\n"
        "    except duckdb.Error:\n"
        "        continue\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(small.path)], capture_output=True, text=True)
    assert small.path.with_name("results.duckdb.wal.checkpoint").exists()
    # Reading alone changes nothing, so both logs are still there for the copy.
    target = tmp_path / "copy.duckdb"
    small.snapshot(target)
    with duckdb.connect(str(target), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM job_metric").fetchall() == [(int(done.stdout),)]


def test_what_another_program_is_writing_is_not_copied(small: Store, tmp_path: Path) -> None:
    holder = Program("hold", small.path.parent, "write")
    holder.wait_for(1)
    descriptor = opened(tmp_path / "copy")
    try:
        with Copier(small.path, descriptor) as copier, pytest.raises(StoreBusy, match="another program"):
            copier.run(small.quiet, 0.3)
        holder.go()
        assert holder.finish() == 0
        with Copier(small.path, descriptor) as copier:
            copier.run(small.quiet, 10)
        assert content(descriptor) == small.path.read_bytes()
    finally:
        os.close(descriptor)


def test_writers_go_on_while_blocks_are_copied(small: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(small)
    asked = Copier._ask

    def ask(self: Copier, order: str) -> object:
        if order == "copy":
            with small.write(timeout=5):
                pass
        return asked(self, order)

    monkeypatch.setattr(Copier, "_ask", ask)
    small.snapshot(tmp_path / "copy.duckdb")


def test_an_unchanged_store_is_not_copied_again(latest: LatestCopy) -> None:
    latest.refresh()
    with latest.current() as first:
        before = os.fstat(first)
        latest.refresh()
        with latest.current() as second:
            after = os.fstat(second)
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_busy_store_is_seen_as_it_was_a_moment_ago(
    small: Store, snapshots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viva.store.sql_snapshot.SHORT_PATIENCE", 0.3)
    with SqlSession(small, snapshots) as session:
        assert session.run("SELECT count(*) FROM score").rows == ((0,),)
        assert session.age == 0
        score(small, "b1", "rouge_l", 0.5)
        with small.write() as connection:
            connection.execute("SELECT 1")
            assert session.run("SELECT count(*) FROM score").rows == ((0,),)
            assert session.age > 0
        assert session.run("SELECT count(*) FROM score").rows == ((1,),)
        assert session.age == 0


def test_a_first_query_waits_for_a_busy_store(small: Store, snapshots: Path) -> None:
    holder = Program("hold", small.path.parent, "write")
    holder.wait_for(1)
    with SqlSession(small, snapshots, patience=60) as session:
        freed = threading.Timer(1.5, holder.go)
        freed.start()
        assert session.run("SELECT count(*) FROM score").rows == ((0,),)
        freed.join()
    assert holder.finish() == 0


def test_a_store_that_stays_busy_is_told_at_last(small: Store, snapshots: Path) -> None:
    with SqlSession(small, snapshots, patience=0.3) as session, small.write(), pytest.raises(StoreBusy):
        session.run("SELECT 1")


def test_waiting_for_a_busy_store_can_be_cancelled(small: Store, snapshots: Path) -> None:
    with SqlSession(small, snapshots, patience=60) as session, small.write():
        failure: list[UserError] = []

        def run() -> None:
            with pytest.raises(UserError) as caught:
                session.run("SELECT 1")
            failure.append(caught.value)

        thread = threading.Thread(target=run)
        thread.start()
        time.sleep(0.3)
        session.cancel()
        thread.join(timeout=10)
        assert not thread.is_alive()
    assert failure[0].message == "query cancelled"


def test_a_log_that_comes_later_is_part_of_the_next_look(small: Store, snapshots: Path) -> None:
    code = (
        "import duckdb, os, sys\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "connection.execute(\"INSERT INTO job_metric VALUES ('killed', 1, 'loss', 0.5)\")\n"
        "os.kill(os.getpid(), 9)\n"
    )
    with SqlSession(small, snapshots) as session:
        assert session.run("SELECT count(*) FROM job_metric").rows == ((0,),)
        subprocess.run([sys.executable, "-c", code, str(small.path)])
        assert small.path.with_name("results.duckdb.wal").exists()
        assert session.run("SELECT count(*) FROM job_metric").rows == ((1,),)
        score(small, "b1", "rouge_l", 0.5)
        assert session.run("SELECT count(*) FROM score").rows == ((1,),)


def test_a_copy_that_broke_off_is_made_anew(small: Store, latest: LatestCopy, monkeypatch: pytest.MonkeyPatch) -> None:
    latest.refresh()
    score(small, "b1", "rouge_l", 0.5)
    with monkeypatch.context() as patched:
        patched.setattr(snapshot, "PROGRAM", Path("/nowhere"))
        with pytest.raises(StoreError):
            latest.refresh()
        with pytest.raises(StoreError), latest.current():
            pass
    latest.refresh()
    assert bytes_of(latest) == small.path.read_bytes()


def test_nobody_else_can_read_a_copy(small: Store, tmp_path: Path) -> None:
    small.snapshot(tmp_path / "copy.duckdb")
    assert (tmp_path / "copy.duckdb").stat().st_mode & 0o077 == 0


def seen(copy: LatestCopy, target: Path) -> dict[str, list[int]]:
    """Return what DuckDB finds in the copy: the steps of each writer. Every block of it is read, and so checked."""
    target.write_bytes(bytes_of(copy))
    with duckdb.connect(str(target), read_only=True) as connection:
        found: dict[str, list[int]] = {}
        for name, step in connection.execute("SELECT job_id, step FROM job_metric ORDER BY ALL").fetchall():
            found.setdefault(name, []).append(step)
        for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            connection.execute(f'SELECT sum(hash(COLUMNS(*))) FROM "{table}"').fetchall()
    return found


def stressed(small: Store, latest: LatestCopy, target: Path, looks: int, chance: random.Random) -> int:
    """Look at the store while two programs write and the copying child is killed at random; return how often it was."""
    programs = [Program("write", small.path.parent, f"w{number}", "1000000") for number in range(2)]
    killed = 0
    try:
        for program in programs:
            program.go()
        for _ in range(looks):
            said = {f"w{number}": len(program.safe) for number, program in enumerate(programs)}
            latest.begin()
            killer = threading.Timer(chance.uniform(0, 0.15), kill_copier, [latest])
            if chance.random() < 0.5:
                killer.start()
            try:
                latest.refresh()
            except StoreError:
                killed += 1
                continue
            finally:
                killer.cancel()
            found = seen(latest, target)
            assert all(steps == list(range(len(steps))) for steps in found.values())
            assert all(len(found.get(name, [])) >= count for name, count in said.items())
    finally:
        for program in programs:
            program.kill_after(1, 0)
            program.finish()
    latest.refresh()
    for number, program in enumerate(programs):
        assert len(seen(latest, target)[f"w{number}"]) >= len(program.safe) > 0
    return killed


def kill_copier(latest: LatestCopy) -> None:
    process = latest._copier._process if latest._copier is not None else None
    if process is not None:
        process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("large", [False, True])
def test_every_copy_is_whole_whatever_is_written_and_killed(
    small: Store, latest: LatestCopy, tmp_path: Path, large: bool
) -> None:
    if large:
        grow(small)
    stressed(small, latest, tmp_path / "seen.duckdb", 12, random.Random(5))
