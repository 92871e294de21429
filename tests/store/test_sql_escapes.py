"""Ways out of the SQL prompt: each is refused, and the store stays as it was."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.store.hand_made import fill, store_at
from viva.errors import UserError
from viva.store import Store
from viva.store.sql import SqlSession


def contents(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table."""
    with store.read() as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        return {name: connection.execute(f'FROM "{name}"').fetchall() for (name,) in tables}


class Fortress(NamedTuple):
    """A store under attack, and what it held before."""

    store: Store
    session: SqlSession
    contents: dict[str, list[tuple[Any, ...]]]
    file: bytes


@pytest.fixture(scope="module")
def fortress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    workspace = tmp_path_factory.mktemp("fortress")
    store = store_at(workspace)
    fill(store)
    with SqlSession(store, workspace / "snapshots") as session:
        yield Fortress(store, session, contents(store), store.path.read_bytes())


ESCAPES = [
    "COPY example TO '{out}'",
    "COPY (SELECT 1) TO '{out}' (FORMAT csv)",
    "COPY example FROM '/etc/passwd'",
    "EXPORT DATABASE '{out}'",
    "IMPORT DATABASE '{out}'",
    "ATTACH '{out}' AS other",
    "ATTACH '{store}' AS other",
    "DETACH results",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('{store}')",
    "SELECT * FROM read_json('/proc/self/environ')",
    "SELECT * FROM read_text('/proc/self/environ')",
    "SELECT * FROM parquet_scan('/etc/passwd')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_duckdb('{store}')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM 'data.csv'",
    'FROM "/etc/passwd"',
    "DESCRIBE '/etc/passwd'",
    "SUMMARIZE 'data.csv'",
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "SELECT * FROM 'https://127.0.0.1:9/x.parquet'",
    "SELECT getenv('HOME')",
    "SELECT current_setting('secret_directory') || getenv('PATH')",
    "INSTALL httpfs",
    "LOAD '/tmp/evil.duckdb_extension'",
    "SET enable_external_access = true",
    "SET GLOBAL memory_limit = '100GB'",
    "RESET lock_configuration",
    "PRAGMA enable_external_access",
    "PRAGMA database_list",
    "PRAGMA table_info('example')",
    "CALL pragma_database_list()",
    "CHECKPOINT",
    "FORCE CHECKPOINT",
    "VACUUM",
    "BEGIN",
    "CREATE TABLE stolen AS SELECT 1",
    "CREATE TEMP TABLE mine AS SELECT 1",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE MACRO mine() AS 1",
    "CREATE SECRET s (TYPE http)",
    "DROP TABLE example",
    "ALTER TABLE example ADD COLUMN x INTEGER",
    "INSERT INTO example SELECT * FROM example",
    "UPDATE example SET question = 'x'",
    "DELETE FROM example",
    "TRUNCATE example",
    "MERGE INTO example USING example e ON true WHEN MATCHED THEN DELETE",
    "PREPARE p AS DELETE FROM example",
    "EXECUTE p",
    "USE temp",
    "SELECT 1; DELETE FROM example",
    "SELECT 1 /* ; */; /* SELECT */ DELETE FROM example",
    "SELECT 1 --\n; DELETE FROM example",
    "/**/DELETE FROM example -- SELECT",
    "SELECT 1) AS result(c0); DELETE FROM example; SELECT DATE '2026-01-01' FROM (SELECT 1",
    "SELECT DATE '2026-01-01') AS result(c0), (SELECT 1",
    "EXPLAIN ANALYZE DELETE FROM example",
    "EXPLAIN ANALYZE CREATE TEMP TABLE mine AS SELECT 1",
    "EXPLAIN /* SELECT 1 */ ANALYZE COPY example TO '{out}'",
    "EXPLAIN ANALYZE SELECT 1; DELETE FROM example",
    "WITH gone AS (DELETE FROM example RETURNING *) SELECT * FROM gone",
    "EXPLAIN ANALYZE WITH gone AS (DELETE FROM example RETURNING *) SELECT * FROM gone",
    "SELECT * FROM query('DELETE FROM example')",
    "SELECT * FROM query('SELECT 1; DELETE FROM example')",
    "SELECT * FROM json_execute_serialized_sql('DELETE FROM example')",
    "SELECT nextval('event_order')",
    "SELECT * FROM duckdb_secrets()",
    "PIVOT example ON split USING count(*)",
    "SELECT * FROM example WHERE question = ?",
]


@pytest.mark.parametrize("query", ESCAPES)
def test_whatever_is_no_reading_of_the_store_is_refused_and_changes_nothing(
    fortress: Fortress, tmp_path: Path, query: str
) -> None:
    out = tmp_path / "out"
    with pytest.raises(UserError) as caught:
        fortress.session.run(query.replace("{out}", str(out)).replace("{store}", str(fortress.store.path)))
    assert caught.value.message.strip()
    assert "root:" not in caught.value.message
    assert contents(fortress.store) == fortress.contents
    assert fortress.store.path.read_bytes() == fortress.file
    assert not out.exists()


def test_no_function_tells_where_the_workspace_lies(session: SqlSession, small: Store) -> None:
    found = ""
    for query in (
        "FROM duckdb_databases()", "FROM duckdb_settings()", "FROM duckdb_temporary_files()",
        "FROM pragma_storage_info('example')", "FROM pragma_database_size()", "FROM duckdb_logs()", "SHOW DATABASES",
        "SELECT current_database(), current_catalog(), current_query(), version()", "FROM information_schema.schemata",
    ):  # fmt: skip
        found += str(session.run(query, page_size=1000).rows)
    assert str(small.path.parent) not in found
    assert small.path.parent.name not in found


def test_the_child_starts_with_an_environment_of_its_own(
    small: Store, snapshots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVA_TEST_SECRET", "hush")
    with SqlSession(small, snapshots) as session:
        session.run("SELECT range FROM range(1000)", page_size=1)
        process = session._query._process
        assert process is not None
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
        held = list(Path(f"/proc/{process.pid}/fd").iterdir())
    assert b"hush" not in environment
    assert b"HOME" not in environment
    # Its standard streams and the nameless snapshot, nothing else of this process.
    assert len(held) <= 5


def test_the_child_lives_within_hard_limits(small: Store, snapshots: Path) -> None:
    with SqlSession(small, snapshots, memory_limit_bytes=1 << 30) as session:
        session.run("SELECT range FROM range(1000)", page_size=1)
        process = session._query._process
        assert process is not None
        limits = Path(f"/proc/{process.pid}/limits").read_text()
    hard = {line[:26].strip(): line[26:].split()[1] for line in limits.splitlines()}
    assert hard["Max address space"] == str(1 << 30)
    assert hard["Max file size"] == hard["Max open files"] == hard["Max core file size"] == "0"
    soft = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert int(soft["Max cpu time"]) < 60
