"""Migrations: idempotent, whole or not at all, and a fresh file is like an upgraded one."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.store.hand_made import store_at
from viva.errors import StoreNewer
from viva.store import Store, migrations


def everything(store: Store) -> list[tuple[Any, ...]]:
    """Return the definition of every table, view, index and sequence, and the migrations applied."""
    with store.read() as connection:
        return connection.execute(
            "SELECT 'table', table_name, sql FROM duckdb_tables() WHERE NOT internal"
            " UNION ALL SELECT 'view', view_name, sql FROM duckdb_views() WHERE NOT internal"
            " UNION ALL SELECT 'sequence', sequence_name, sql FROM duckdb_sequences()"
            " UNION ALL SELECT 'migration', name, '' FROM migration ORDER BY ALL"
        ).fetchall()


def test_applying_migrations_again_changes_nothing(store: Store) -> None:
    before = everything(store)
    with store.write() as connection:
        connection.commit()
        migrations.apply(connection)
        connection.begin()
    assert everything(store) == before


def test_an_upgraded_file_is_like_a_fresh_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh, old = store_at(tmp_path / "fresh"), store_at(tmp_path / "old")
    for count in range(1, len(migrations.MIGRATIONS) + 1):
        with monkeypatch.context() as patch:
            patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:count])
            with old.write():
                pass
    assert everything(old) == everything(fresh)


def test_a_reader_upgrades_an_old_file(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        with store.write():
            pass
    with store.read() as connection:
        assert connection.execute("FROM leaderboard").fetchall() == []


def test_a_failing_migration_leaves_the_file_as_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(connection: Any) -> None:
        connection.execute("CREATE TABLE half_done (i INTEGER)")
        connection.execute("SELECT no_such_column")

    before = everything(store)
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", [*migrations.MIGRATIONS, ("9999_failing", failing)])
        with pytest.raises(duckdb.BinderException), store.write():
            pass
    assert everything(store) == before


def test_a_file_of_a_newer_viva_is_refused_even_while_this_one_runs(store: Store) -> None:
    with store.write() as connection:
        connection.execute("INSERT INTO migration VALUES ('9999_future', now()::TIMESTAMP)")
    before = store.path.read_bytes()
    for use in (store.read, store.write):
        with pytest.raises(StoreNewer, match="9999_future") as caught, use():
            pass
        assert "upgrade viva" in caught.value.hint
    with pytest.raises(StoreNewer):
        store.snapshot(store.path.with_name("copy.duckdb"))
    assert store.path.read_bytes() == before
