"""A full disk: told, and nothing is lost or left half made."""

import random
from pathlib import Path

import pytest

from tests.store.hand_made import fill, store_at, verdict
from tests.store.processes import rows
from viva.errors import StoreError
from viva.store import Store
from viva.store.outbox import Outbox, apply_all

BEST = {"accuracy": 5, "clarity": 3}


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
        apply_all(box.path.parent, store)
    assert box.pending() == [first]
    ballast.unlink()
    box.append(second)
    assert apply_all(box.path.parent, store) == 2


def test_a_store_is_not_made_on_a_full_disk(little_disk: Path) -> None:
    ballast = fill_up(little_disk)
    store = store_at(little_disk / "workspace")
    with pytest.raises(StoreError), store.write():
        pass
    assert not store.exists
    ballast.unlink()
    with store.write():
        pass
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
