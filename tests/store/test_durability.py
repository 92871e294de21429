"""The store's promises under real processes: nothing acknowledged is lost, nothing is stored twice."""

import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.store.hand_made import fill, score, store_at, verdict
from viva.errors import StoreBusy, StoreError
from viva.store import Store
from viva.store.outbox import Outbox, apply_all

ROOT = Path(__file__).parents[2]
BEST = {"accuracy": 5, "clarity": 3}
LANES = 4


class Program:
    """A process of tests/store/programs.py and what it has said was safe."""

    def __init__(self, name: str, workspace: Path, *arguments: str) -> None:
        self.said: list[str] = []
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.store.programs", name, str(workspace), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                # A line torn by a kill was not said.
                self.said += [line.removesuffix("\n")] if line.endswith("\n") else []
                self._news.notify_all()
        with self._news:
            self._process.wait()
            self._news.notify_all()

    def wait_for(self, lines: int) -> None:
        """Wait until the program has said so many lines, `ready` among them, or has ended."""
        with self._news:
            self._news.wait_for(lambda: len(self.said) >= lines or self._process.returncode is not None)

    def go(self) -> None:
        assert self._process.stdin is not None
        self.wait_for(1)
        assert self.said == ["ready"]
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def kill_after(self, lines: int, seconds: float) -> None:
        """Kill the program `seconds` after it has said so many lines."""
        self.wait_for(lines)
        time.sleep(seconds)
        self._process.kill()

    def finish(self) -> int:
        """Wait for the end; return the exit code."""
        self._listener.join()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        return self._process.returncode

    @property
    def safe(self) -> list[str]:
        """What was acknowledged, line by line."""
        return self.said[1:]


def run(name: str, workspace: Path, *arguments: str) -> int:
    return Program(name, workspace, *arguments).finish()


def killed_at_random(programs: list[Program], most_lines: int, longest: float, chance: random.Random) -> None:
    """Let the programs go at once; kill each when it has said a few lines, at a moment before the next."""
    for program in programs:
        program.wait_for(1)
    for program in programs:
        program.go()
    killers = [
        threading.Thread(target=p.kill_after, args=[chance.randint(1, most_lines + 1), chance.uniform(0, longest)])
        for p in programs
    ]
    for killer in killers:
        killer.start()
    for killer in killers:
        killer.join()
    for program in programs:
        program.finish()


def rows(store: Store) -> set[str]:
    with store.read() as connection:
        found = connection.execute("SELECT job_id || ' ' || step FROM job_metric").fetchall()
    assert len(found) == len(set(found))
    return {row for (row,) in found}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_forty_processes_writing_at_once_lose_no_row(tmp_path: Path) -> None:
    programs = [Program("write", tmp_path, f"p{number}", "20") for number in range(40)]
    for program in programs:
        program.wait_for(1)
    for program in programs:
        program.go()
    assert [program.finish() for program in programs] == [0] * 40
    said = {line for program in programs for line in program.safe}
    assert len(said) == 800
    assert rows(store_at(tmp_path, timeout=200)) == said


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_hundred_kills_lose_no_row_that_was_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(1)
    store = store_at(tmp_path, timeout=200)
    said: set[str] = set()
    for wave in range(100 // LANES):
        programs = [Program("write", tmp_path, f"w{wave}-{lane}", "100000") for lane in range(LANES)]
        killed_at_random(programs, 4, 0.1, chance)
        said |= {line for program in programs for line in program.safe}
        found = rows(store)
        assert said <= found
    # At most one row for each kill was committed and not yet acknowledged.
    assert len(found - said) <= 100
    assert len(said) >= 50


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_kills_while_the_file_is_made_leave_one_that_opens(tmp_path: Path) -> None:
    chance = random.Random(2)
    for wave in range(5):
        workspaces = [tmp_path / f"{wave}-{lane}" for lane in range(LANES)]
        programs = [Program("write", workspace, "p", "100000") for workspace in workspaces]
        killed_at_random(programs, 0, 0.25, chance)
        for workspace, program in zip(workspaces, programs, strict=True):
            assert set(program.safe) <= rows(store_at(workspace))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_kills_around_the_outbox_lose_no_verdict_and_store_none_twice(tmp_path: Path) -> None:
    chance = random.Random(3)
    waves, each = 10, 100
    store = store_at(tmp_path, timeout=200)
    fill(store, extra_items=waves * each)
    said: dict[str, int] = {}
    for wave in range(waves):
        # All lanes rate the same items, as different people, and deliver one another's verdicts.
        bounds = str(wave * each), str((wave + 1) * each)
        programs = [Program("rate", tmp_path, f"rater{lane}", *bounds) for lane in range(LANES)]
        killed_at_random(programs, 12, 0.1, chance)
        said |= {event: int(number) for program in programs for event, number in map(str.split, program.safe)}
    apply_all(tmp_path / "outbox", store)
    assert apply_all(tmp_path / "outbox", store) == 0
    with store.read() as connection:
        stored = connection.execute("SELECT event_id, criterion, count(*) FROM rating GROUP BY ALL").fetchall()
        shown = connection.execute(
            "SELECT generation, rater, count(*), count(DISTINCT criterion), min(value) FROM ratings GROUP BY ALL"
        ).fetchall()
    assert all(count == 1 for _, _, count in stored)
    assert set(said) <= {event for event, _, _ in stored}
    assert all(count == criteria == 2 for _, _, count, criteria, _ in shown)
    # At most one verdict for each kill was kept and not yet acknowledged.
    assert len(said) <= len(shown) <= len(said) + waves * LANES
    assert set(said.values()) <= {int(generation[1:]) for generation, *_ in shown}


@contextmanager
def held(store: Store, mode: str) -> Iterator[Program]:
    program = Program("hold", store.path.parent, mode)
    program.wait_for(1)
    try:
        yield program
    finally:
        program.go()
        assert program.finish() == 0


def test_a_foreign_writer_is_named_and_what_waits_is_delivered_when_it_ends(small: Store) -> None:
    box = Outbox.of_rater(small.path.parent / "outbox", "ann")
    event = verdict("b1", BEST)
    with held(small, "write") as holder:
        box.append(event)
        for use in (small.read, small.write):
            with pytest.raises(StoreBusy, match=rf"python.*process {holder.pid}") as caught, use(timeout=0.2):
                pass
            assert caught.value.pid == holder.pid
        with pytest.raises(StoreBusy) as caught:
            box.apply(small, timeout=0.2)
        assert caught.value.pid == holder.pid
        assert box.pending() == [event]
    assert box.apply(small) == 1
    with small.read() as connection:
        assert connection.execute("SELECT count(*) FROM ratings").fetchall() == [(2,)]


def test_everyone_who_waits_for_a_foreign_writer_is_told_who_it_is(small: Store) -> None:
    told: list[int | None] = []

    def ask() -> None:
        with pytest.raises(StoreBusy) as caught, small.write(timeout=1.0):
            pass
        told.append(caught.value.pid)

    with held(small, "write") as holder:
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert told == [holder.pid] * 4


def test_a_foreign_writer_that_ends_in_time_is_waited_for(small: Store) -> None:
    holder = Program("hold", small.path.parent, "write")
    holder.wait_for(1)
    freed = threading.Timer(0.3, holder.go)
    freed.start()
    score(small, "b1", "rouge_l", 0.5)
    freed.join()
    assert holder.finish() == 0


def test_a_foreign_reader_holds_up_writers_only(small: Store) -> None:
    with held(small, "read") as holder:
        with small.read(timeout=0.2) as connection:
            assert connection.execute("SELECT count(*) FROM generation").fetchall() == [(6,)]
        small.snapshot(small.path.with_name("copy.duckdb"))
        with pytest.raises(StoreBusy) as caught, small.write(timeout=0.2):
            pass
        assert caught.value.pid == holder.pid
    score(small, "b1", "rouge_l", 0.5)


def test_a_snapshot_waits_for_a_foreign_writer_too(small: Store) -> None:
    small.timeout = 0.2
    copy = small.path.with_name("copy.duckdb")
    with held(small, "write"), pytest.raises(StoreBusy):
        small.snapshot(copy)
    assert not copy.exists()


def test_rows_in_a_log_left_by_a_kill_are_read_and_kept(small: Store) -> None:
    log = small.path.with_name("results.duckdb.wal")
    assert run("leave-log", small.path.parent) == -9
    assert log.exists()
    assert rows(small) == {"logged 1"}
    copy = store_at(small.path.parent.parent / "copy")
    copy.path.parent.mkdir()
    small.snapshot(copy.path)
    assert [path.name for path in copy.path.parent.iterdir()] == ["results.duckdb"]
    assert rows(copy) == {"logged 1"}
    score(small, "b1", "rouge_l", 0.5)
    assert not log.exists()
    assert rows(small) == {"logged 1"}


def test_a_crash_in_the_middle_of_a_migration_undoes_it(small: Store) -> None:
    assert run("migrate-and-die", small.path.parent) == -9
    with small.write() as connection:
        assert connection.execute("FROM leaderboard").fetchall() == []
        assert connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'half_done'").fetchall() == []
    with small.read() as connection:
        assert connection.execute("SELECT count(*) FROM generation").fetchall() == [(6,)]


def test_threads_of_one_process_may_use_the_store_together(small: Store, tmp_path: Path) -> None:
    small.timeout = 200
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for step in range(8):
                with small.write() as connection:
                    connection.execute("INSERT INTO job_metric VALUES (?, ?, 'loss', 1.0)", [f"t{number}", step])
                with small.read() as connection:
                    connection.execute("FROM leaderboard").fetchall()
                if number == 0:
                    small.snapshot(tmp_path / f"copy{step}.duckdb")
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=work, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(rows(small)) == 6 * 8


@pytest.fixture
def little_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 32 MB, where this machine lets one be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=32m", "tmpfs", str(disk)]
    if mount is None or subprocess.run([mount, *options], capture_output=True).returncode != 0:
        pytest.skip("only root can mount a small disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fill_up(disk: Path) -> Path:
    """Use every byte that is left on the disk; removing the file returned frees them."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return ballast


def write_until_full(store: Store) -> int:
    """Write rows of 1 MB until the disk is full; return how many were acknowledged."""
    for number in range(1000):
        text = random.Random(number).randbytes(500_000).hex()
        try:
            with store.write() as connection:
                connection.execute("INSERT INTO rubric VALUES (?, ?, '', now()::TIMESTAMP)", [str(number), text])
        except StoreError as error:
            if error.message == "the disk is full; nothing was changed":
                return number
            raise
    raise AssertionError("the disk never filled up")


def numbers(store: Store) -> list[int]:
    with store.read() as connection:
        found = connection.execute(
            "SELECT rubric_id::INTEGER FROM rubric WHERE length(name) = 1000000 ORDER BY 1"
        ).fetchall()
    return [number for (number,) in found]


def test_a_full_disk_is_told_and_costs_nothing(little_disk: Path) -> None:
    store = store_at(little_disk)
    reserve = little_disk / "reserve"
    fill(store)
    reserve.write_bytes(b"\0" * 6_000_000)
    kept = write_until_full(store)
    assert kept > 3
    assert numbers(store) == list(range(kept))
    reserve.unlink()
    with store.write() as connection:
        connection.execute("INSERT INTO job_metric VALUES ('after', 1, 'loss', 1.0)")
    assert numbers(store) == list(range(kept))
    assert rows(store) == {"after 1"}


def test_an_outbox_on_a_full_disk_acknowledges_nothing(little_disk: Path) -> None:
    store = store_at(little_disk)
    fill(store)
    box = Outbox.of_rater(little_disk / "outbox", "ann")
    first, second = verdict("b1", BEST), verdict("b2", BEST, comment="long " * 2000)
    box.append(first)
    ballast = fill_up(little_disk)
    for event in (second, second):
        with pytest.raises(StoreError, match="could not be saved: No space left") as caught:
            box.append(event)
        assert caught.value.hint
    assert box.pending() == [first]
    with pytest.raises(StoreError):
        box.apply(store)
    assert box.pending() == [first]
    ballast.unlink()
    box.append(second)
    assert box.apply(store) == 2


def test_a_store_is_not_made_on_a_full_disk(little_disk: Path) -> None:
    ballast = fill_up(little_disk)
    store = store_at(little_disk / "workspace")
    with pytest.raises(StoreError), store.write():
        pass
    assert not store.exists
    ballast.unlink()
    assert rows(store) == set()
    assert sorted(path.name for path in store.path.parent.iterdir()) == [
        "results.duckdb",
        "results.duckdb.lock",
        "results.duckdb.lock.next",
    ]


def test_a_snapshot_on_a_full_disk_is_told_and_leaves_nothing(small: Store, little_disk: Path) -> None:
    fill_up(little_disk)
    with pytest.raises(StoreError, match="disk is full"):
        small.snapshot(little_disk / "copy.duckdb")
    assert not (little_disk / "copy.duckdb").exists()
