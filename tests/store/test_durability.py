"""The store's promises under real processes: nothing acknowledged is lost, nothing is stored twice."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.store.hand_made import fill, fill_pairs, score, store_at, verdict
from tests.store.processes import Program, rows, run
from viva.errors import StoreBusy
from viva.store import Store
from viva.store.outbox import Outbox, apply_all

BEST = {"accuracy": 5, "clarity": 3}
LANES = 4


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


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_kills_lose_nothing_of_what_raters_said_in_any_way(tmp_path: Path) -> None:
    chance = random.Random(4)
    waves, each = 6, 100
    store = store_at(tmp_path, timeout=200)
    fill(store, extra_items=waves * each)
    fill_pairs(store)
    said: set[str] = set()
    for wave in range(waves):
        programs = [
            Program("say", tmp_path, f"rater{wave}-{lane}", str(wave * each), str((wave + 1) * each))
            for lane in range(LANES)
        ]
        killed_at_random(programs, 24, 0.1, chance)
        said |= {line.split()[0] for program in programs for line in program.safe}
    apply_all(tmp_path / "outbox", store)
    assert [path.read_bytes() for path in (tmp_path / "outbox").glob("*.jsonl")] == [b""] * (waves * LANES)
    tables = ("rating WHERE criterion = 'clarity'", "preference WHERE criterion IS NULL", "known_verdict", "guess")
    stored: list[str] = []
    with store.read() as connection:
        for table in tables:
            stored += [event for (event,) in connection.execute(f"SELECT event_id FROM {table}").fetchall()]
        halves = connection.execute(
            "SELECT count(*) FROM preference GROUP BY scorer, created_at, item_id HAVING count(*) <> 3"
        ).fetchall()
        shown = connection.execute(
            "SELECT count(*) FROM preferences GROUP BY item, scorer HAVING count(*) <> 3"
        ).fetchall()
    assert len(stored) == len(set(stored))
    assert said <= set(stored)
    assert halves == shown == []
    # At most one event for each kill was kept and not yet acknowledged.
    assert len(stored) <= len(said) + waves * LANES


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
            apply_all(box.path.parent, small, timeout=0.2)
        assert caught.value.pid == holder.pid
        assert box.pending() == [event]
    assert apply_all(box.path.parent, small) == 1
    with small.read() as connection:
        assert connection.execute("SELECT count(*) FROM ratings").fetchall() == [(2,)]


def test_everyone_who_waits_for_a_foreign_writer_is_told_who_it_is(small: Store) -> None:
    told: list[int | None] = []

    def ask() -> None:
        with pytest.raises(StoreBusy) as caught, small.write(timeout=4.0):
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
    with held(small, "write"):
        with pytest.raises(StoreBusy):
            small.snapshot(copy)
        # A writer may also come between the snapshot's first look and the copying.
        with pytest.raises(StoreBusy):
            small.copy_to(copy, 0.2)
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
