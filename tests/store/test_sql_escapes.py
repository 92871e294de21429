"""Ways out of the SQL prompt: each is refused or stopped, and the store stays as it was, byte for byte."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.store.hand_made import fill, store_at
from tests.store.sql_escape_list import FILES, RUNAWAYS, SETTINGS, TRICKS, WRITES
from viva.errors import UserError
from viva.store import Store
from viva.store.sql import _CANCELLED, SqlSession, _Query
from viva.store.sql_snapshot import LatestCopy

REFUSED = {**FILES, **SETTINGS, **WRITES, **TRICKS}


class Fortress(NamedTuple):
    """A store under attack, and what the workspace held before."""

    store: Store
    session: SqlSession
    before: dict[str, str]

    def unchanged(self) -> bool:
        return everything(self.store.path.parent) == self.before


class Child:
    """A query process that is asked again after it has refused: what an attack leaves behind meets the next one."""

    def __init__(self, fortress: Fortress) -> None:
        self._copy = LatestCopy(fortress.store, fortress.store.path.parent / "snapshots")
        self._copy.refresh()
        self._query: _Query | None = None

    def ask(self, query: str) -> dict[str, Any]:
        """Return the process's answer, or why it ended instead; the next query then gets a new one."""
        if self._query is None:
            self._query = _Query(2.0)
            with self._copy.current() as descriptor:
                self._query.start(descriptor, 1 << 30)
        try:
            return self._query._ask({"query": query, "rows": 10, "bytes": 1 << 20})
        except UserError as error:
            self._query = None
            return {"error": error.message, "hint": error.hint}

    def close(self) -> None:
        if self._query is not None:
            self._query.end(_CANCELLED)
        self._copy.close()


def everything(folder: Path) -> dict[str, str]:
    """Return a sum of each file's bytes in a workspace, locks apart."""
    files = [path for path in folder.rglob("*") if path.is_file() and ".lock" not in path.name]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


@pytest.fixture(scope="module")
def fortress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    workspace = tmp_path_factory.mktemp("fortress")
    store = store_at(workspace)
    fill(store)
    with SqlSession(store, workspace / "snapshots", time_limit=2.0, memory_limit_bytes=1 << 30) as session:
        yield Fortress(store, session, everything(workspace))


@pytest.fixture(scope="module")
def child(fortress: Fortress) -> Iterator[Child]:
    found = Child(fortress)
    yield found
    found.close()


def attack(fortress: Fortress, query: str, out: Path) -> str:
    """Run a query that must not be answered; return why it was not, when nothing has changed by it."""
    with pytest.raises(UserError) as caught:
        fortress.session.run(query.replace("{out}", str(out)).replace("{store}", str(fortress.store.path)))
    assert fortress.unchanged()
    assert not out.exists()
    return caught.value.message


@pytest.mark.parametrize("name", REFUSED)
def test_whatever_is_no_reading_of_the_store_is_refused_and_changes_nothing(
    fortress: Fortress, child: Child, tmp_path: Path, name: str
) -> None:
    query = REFUSED[name].replace("{out}", str(tmp_path / "out")).replace("{store}", str(fortress.store.path))
    answer = child.ask(query)
    assert answer["error"].strip()
    assert "root:" not in answer["error"]
    assert "stopped" not in answer["error"]
    assert set(answer) == {"error", "hint"}
    assert fortress.unchanged()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["read_text of a system file", "getenv", "delete", "two statements"])
def test_a_session_tells_why_it_refuses(fortress: Fortress, tmp_path: Path, name: str) -> None:
    message = attack(fortress, REFUSED[name], tmp_path / "out")
    assert message.strip()
    assert "stopped" not in message


def test_the_path_that_is_always_allowed_leads_nowhere(fortress: Fortress, child: Child) -> None:
    """DuckDB allows what is attached, and its logs; but the process can open no file any more."""
    [[path]] = child.ask("SELECT path FROM duckdb_databases() WHERE NOT internal")["rows"]
    for target in (path, f"{path}.wal", f"{path}.wal.checkpoint", path.rsplit("/", 1)[0] + "/0"):
        for reader in ("read_text", "read_blob", "read_csv", "read_duckdb", "glob"):
            answer = child.ask(f"FROM {reader}('{target}')")
            assert "error" in answer or answer["rows"] == [], (reader, target)
    for query in (f"ATTACH '{path}' AS other", f"COPY example TO '{path}.wal'", f"SET allowed_paths = ['{path}']"):
        assert "error" in child.ask(query)
    assert fortress.unchanged()


def test_a_child_that_has_refused_everything_still_answers_rightly(fortress: Fortress, child: Child) -> None:
    assert child.ask("SELECT count(*) FROM example")["rows"] == [[4]]
    assert child.ask("SELECT getvariable('x')")["rows"] == [[None]]


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNAWAYS)
def test_a_query_without_bounds_is_stopped_and_the_next_one_runs(fortress: Fortress, tmp_path: Path, name: str) -> None:
    assert attack(fortress, RUNAWAYS[name], tmp_path / "out").strip()
    assert fortress.session.run("SELECT count(*) FROM example").rows == ((4,),)


def test_there_are_more_than_sixty_escapes_each_with_a_name_of_its_own() -> None:
    assert len(REFUSED) + len(RUNAWAYS) == sum(map(len, (FILES, SETTINGS, WRITES, TRICKS, RUNAWAYS))) > 60


def test_what_a_query_makes_of_the_catalogue_is_gone_with_it(session: SqlSession) -> None:
    for query in ("CREATE TEMP MACRO mine() AS 1", "SET VARIABLE x = 1"):
        with pytest.raises(UserError):
            session.run(query)
    assert session.run("SELECT getvariable('x')").rows == ((None,),)
    with pytest.raises(UserError, match="mine does not exist"):
        session.run("SELECT mine()")


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


def test_a_long_error_is_cut_before_it_crosses_and_still_points_at_its_place(child: Child) -> None:
    assert len(child.ask("SELECT error(repeat('x', 100000))")["error"]) < 5000
    long = child.ask(f"SELECT '{'x' * 9000}' + missing")["error"]
    assert len(long) < 5000
    assert "^" in long[-300:]


def test_columns_with_endless_names_or_types_are_refused(child: Child) -> None:
    for query in (
        "SELECT ''a''::ENUM(''' || repeat('x', 2000000) || ''', ''a'')",
        "SELECT 1 AS ' || repeat('y', 2000000) || '",
    ):
        assert "too long to show" in child.ask(f"FROM query('{query}')")["error"]
