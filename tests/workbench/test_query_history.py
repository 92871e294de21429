import stat
from pathlib import Path

from viva.workbench import Workbench, query_history


def test_the_latest_comes_first_and_each_once(tmp_path: Path) -> None:
    file = tmp_path / "queries" / ".history.jsonl"
    assert query_history.read(file) == []
    for query in ("SELECT 1", "SELECT\n2", "SELECT 1 ", " "):
        query_history.add(file, query)
    assert query_history.read(file) == ["SELECT 1", "SELECT\n2"]


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / ".history.jsonl"
    query_history.add(file, "SELECT 'secret'")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_only_the_last_are_kept_and_huge_ones_are_not(tmp_path: Path) -> None:
    file = tmp_path / ".history.jsonl"
    file.write_text("".join(f'{{"query": "SELECT {n}"}}\n' for n in range(2 * query_history.MOST)))
    query_history.add(file, "x" * (query_history.LONGEST + 1))
    query_history.add(file, "SELECT 'last'")
    found = query_history.read(file)
    assert len(found) == query_history.MOST
    assert found[:2] == ["SELECT 'last'", f"SELECT {2 * query_history.MOST - 1}"]


def test_a_damaged_history_loses_its_bad_lines_only(tmp_path: Path) -> None:
    file = tmp_path / ".history.jsonl"
    file.write_bytes(b'{"query": "SELECT 1"}\n{"query": 5}\n[1]\nno json\n\xff\xfe\n{"query": "SEL')
    assert query_history.read(file) == ["SELECT 1"]


def test_a_history_that_cannot_be_written_stops_no_query(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    query_history.add(tmp_path / "file" / ".history.jsonl", "SELECT 1")


def test_the_workbench_keeps_it_beside_the_saved_queries_but_apart(bench: Workbench) -> None:
    bench.sql.remember("SELECT '\ud800'")
    assert bench.sql.history() == ["SELECT '?'"]
    assert bench.sql.saved() == {}
