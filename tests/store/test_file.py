"""Opening the store: one transaction at a time, made when missing, refused with reasons."""

import os
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tests.store.hand_made import EXAMPLES, store_at
from viva.errors import StoreBusy, StoreDamaged, StoreError
from viva.records.dataset import Example
from viva.store import Store, datasets, lock, rows
from viva.store.sql import OWN_VIEWS, RESULT_VIEWS, schema

FILES = ["results.duckdb", "results.duckdb.lock", "results.duckdb.lock.next"]


def curve(store: Store) -> list[int]:
    with store.read() as connection:
        return [step for (step,) in connection.execute("SELECT step FROM job_metric ORDER BY step").fetchall()]


def add_point(store: Store, step: int) -> None:
    with store.write() as connection:
        connection.execute("INSERT INTO job_metric VALUES ('job', ?, 'loss', 1.0)", [step])


def test_a_reader_finds_an_empty_store_where_there_is_none_and_makes_no_file(store: Store, tmp_path: Path) -> None:
    assert curve(store) == []
    store.snapshot(tmp_path / "copy.duckdb")
    assert [path.name for path in tmp_path.iterdir()] == ["copy.duckdb"]
    add_point(store, 1)
    assert curve(store) == [1]


def test_a_new_file_has_no_leftovers_beside_it(store: Store) -> None:
    add_point(store, 1)
    assert sorted(path.name for path in store.path.parent.iterdir()) == FILES


def test_what_is_written_is_there_for_the_next_reader(store: Store) -> None:
    add_point(store, 1)
    assert curve(store_at(store.path.parent)) == [1]


def test_a_block_that_raises_is_rolled_back(store: Store) -> None:
    add_point(store, 1)
    with pytest.raises(ZeroDivisionError), store.write() as connection:
        connection.execute("INSERT INTO job_metric VALUES ('job', 2, 'loss', 1.0)").fetchall()[1 // 0]
    assert curve(store) == [1]


def test_an_error_of_the_database_is_rolled_back_too(store: Store) -> None:
    with pytest.raises(duckdb.ConstraintException), store.write() as connection:
        connection.executemany("INSERT INTO job_metric VALUES (?, 1, 'loss', 1.0)", [["job"], ["job"]])
    assert curve(store) == []


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(duckdb.InvalidInputException), store.read() as connection:
        connection.execute("INSERT INTO job_metric VALUES ('job', 1, 'loss', 1.0)")


def test_a_held_lock_is_waited_for_no_longer_than_asked(store: Store) -> None:
    add_point(store, 1)
    lock_file = store.path.with_name("results.duckdb.lock")
    with (
        lock.held(lock_file, exclusive=True, timeout=1),
        pytest.raises(StoreBusy, match="held by another viva process"),
        store.read(timeout=0.05),
    ):
        pass
    assert curve(store) == [1]


def test_readers_share_the_lock(store: Store) -> None:
    add_point(store, 1)
    with store.read() as first, store.read(timeout=0.5) as second:
        assert first.execute("FROM job_metric").fetchall() == second.execute("FROM job_metric").fetchall()


def test_a_connection_of_this_process_is_named_as_the_one_in_the_way(store: Store) -> None:
    add_point(store, 1)
    own = duckdb.connect(str(store.path), config={"threads": "1"})
    with pytest.raises(StoreBusy, match="this very process") as caught, store.read(timeout=0.2):
        pass
    own.close()
    assert caught.value.pid == os.getpid()
    assert curve(store) == [1]


@pytest.mark.parametrize("damage", ["garbage", "empty", "short", "head only", "directory"])
def test_a_damaged_file_is_refused_and_left_alone(store: Store, damage: str) -> None:
    add_point(store, 1)
    whole = store.path.read_bytes()
    store.path.unlink()
    if damage == "directory":
        store.path.mkdir()
    else:
        store.path.write_bytes(
            {"garbage": b"\xff" * 9000, "empty": b"", "short": b"DUCK", "head only": whole[:5000]}[damage]
        )
    before = None if store.path.is_dir() else store.path.read_bytes()
    for use in (store.read, store.write, store_at(store.path.parent).write):
        with pytest.raises(StoreDamaged, match=r"results\.duckdb") as caught, use():
            pass
        assert "restore a copy" in caught.value.hint
    with pytest.raises(StoreDamaged):
        store.snapshot(store.path.with_name("copy.duckdb"))
    assert (None if store.path.is_dir() else store.path.read_bytes()) == before


def test_a_file_cut_short_behind_its_head_is_damaged_too(store: Store) -> None:
    long = [Example(f"{number}" * 5000, "r" * 5000, example_id=f"long{number}") for number in range(200)]
    with store.write() as connection:
        datasets.add(connection, "d", "long", "here", long)
    store.path.write_bytes(store.path.read_bytes()[: store.path.stat().st_size // 2])
    with pytest.raises(StoreDamaged), store.read() as connection:
        connection.execute("SELECT sum(length(question)) FROM example").fetchall()


def test_a_file_that_is_gone_while_its_log_holds_rows_is_not_made_anew(store: Store) -> None:
    add_point(store, 1)
    store.path.unlink()
    log = store.path.with_name("results.duckdb.wal")
    log.write_bytes(b"rows")
    with pytest.raises(StoreDamaged, match=r"results\.duckdb\.wal"), store.write():
        pass
    assert log.read_bytes() == b"rows"


def test_a_half_made_file_of_a_crashed_process_is_made_over(store: Store) -> None:
    store.path.parent.mkdir()
    store.path.with_name("results.duckdb.new").write_bytes(b"half")
    add_point(store, 1)
    assert curve(store) == [1]


def test_a_workspace_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be used"), store_at(tmp_path / "file" / "workspace").write():
        pass


def test_a_snapshot_is_a_store_of_its_own(store: Store) -> None:
    add_point(store, 1)
    copy = store_at(store.path.parent.parent / "copy")
    copy.path.parent.mkdir()
    store.snapshot(copy.path)
    add_point(store, 2)
    assert curve(copy) == [1]


def test_text_that_is_no_text_is_mended_visibly(store: Store) -> None:
    odd = "\ud800a\udfff\ud83d\ude00 \x00\u2028\x85\n\ufeff"
    with store.write() as connection:
        datasets.add(connection, "d", odd, odd, [Example(odd, odd, odd, odd, odd, {odd: [odd]}, "e")])
    with store.read() as connection:
        [example] = datasets.examples(connection, "d")
        found = datasets.by_name(connection, odd)
    mended = "\ufffda\ufffd😀 \x00\u2028\x85\n\ufeff"
    assert (example.question, example.meta) == (mended, {mended: [mended]})
    assert found is not None
    assert found.source == mended


def test_mending_leaves_good_text_alone() -> None:
    assert [rows.storable(value) for value in ("é😀\x00", 1, None, 2.5)] == ["é😀\x00", 1, None, 2.5]


def test_a_dataset_comes_back_as_it_was_given(small: Store) -> None:
    with small.read() as connection:
        given = [replace(example, lineage=example.example_id) for example in EXAMPLES]
        assert datasets.examples(connection, "dataset-1") == given
        assert [example.example_id for example in datasets.examples(connection, "dataset-1", "train")] == ["e4"]


def test_the_schema_lists_views_before_tables_and_those_with_results_first(store: Store) -> None:
    found = schema(store)
    kinds = [table.is_view for table in found]
    assert kinds == sorted(kinds, reverse=True)
    assert [table.name for table in found][: len(RESULT_VIEWS)] == list(RESULT_VIEWS)
    public = [table.public for table in found]
    assert public == sorted(public, reverse=True)
    assert {table.name for table in found if table.is_view and not table.public} == OWN_VIEWS
    others = [table.name for table in found if table.public][len(RESULT_VIEWS) :]
    assert others == sorted(others)
    by_name = {table.name: table for table in found}
    assert {"examples", "generations", "metrics", "ratings", "judgments", "preferences", "totals", "leaderboard"} <= {
        table.name for table in found if table.is_view
    }
    assert by_name["job_metric"].columns == (
        ("job_id", "VARCHAR"), ("step", "BIGINT"), ("name", "VARCHAR"), ("value", "DOUBLE"),
    )  # fmt: skip
