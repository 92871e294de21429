"""The SQL prompt: what it answers, and what it never does."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.store.hand_made import score
from viva.errors import UserError
from viva.store import Store
from viva.store.sql import PROGRAM, SqlSession

ENDLESS = "SELECT count(*) FROM range(100000000) a, range(100000000) b"


def folders(snapshots: Path) -> list[Path]:
    return [path for path in snapshots.iterdir() if path.is_dir()]


def children() -> list[str]:
    """Return the query processes that this process has started and not ended."""
    # -ww: ps cuts its lines to the width of a terminal otherwise, and with them the program's name.
    command = ["ps", "-ww", "--ppid", str(os.getpid()), "-o", "stat=,args="]
    done = subprocess.run(command, capture_output=True, text=True)
    return [line for line in done.stdout.splitlines() if PROGRAM.name in line]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT generation FROM generations WHERE system = 'base' ORDER BY 1", [("b1",), ("b2",), ("b3",)]),
        ("FROM generation SELECT count(*)", [(6,)]),
        ("VALUES (1, 'a'), (2, 'b')", [(1, "a"), (2, "b")]),
        ("WITH t AS (SELECT 1 AS one) SELECT one FROM t", [(1,)]),
        ("TABLE study", None),
        ("DESCRIBE leaderboard", None),
        ("SHOW TABLES", None),
        ("SUMMARIZE example", None),
        ("EXPLAIN SELECT 1", None),
        ("-- why\nEXPLAIN (ANALYZE, FORMAT json) SELECT count(*) FROM example", None),
        ("SELECT 1;", [(1,)]),
        ("SELECT DATE '2026-01-02'; -- a; b", [("2026-01-02",)]),
        ("/* a ; b */ SELECT DATE '2026-01-02' AS \"x;y\" -- z ; ", [("2026-01-02",)]),
        ("SELECT ';' AS a, [1] AS b;;", [(";", "[1]")]),
        ("SELECT 1 AS a, 2 AS a, [3] AS a", [(1, 2, "[3]")]),
        ("PIVOT example ON split IN ('test', 'train') USING count(*) GROUP BY dataset_id", [("dataset-1", 3, 1)]),
        ("SELECT d FROM (VALUES (DATE '2026-01-01'), (DATE '2026-01-03')) t(d) ORDER BY d DESC", None),
        ("SELECT example FROM examples WHERE question = 'Why?'", [("e2",)]),
        ("SELECT results.example.example_id FROM results.example ORDER BY 1 LIMIT 1", [("e1",)]),
    ],
)
def test_queries_that_read_are_answered(session: SqlSession, query: str, rows: list[tuple[Any, ...]] | None) -> None:
    page = session.run(query)
    assert page.rows
    assert all(len(row) == len(page.columns) == len(page.types) for row in page.rows)
    if rows is not None:
        assert list(page.rows) == rows
        assert not page.more


def test_an_empty_result_has_its_columns(session: SqlSession) -> None:
    page = session.run("SELECT question, meta FROM example WHERE false")
    assert (page.columns, page.types, page.rows, page.more) == (("question", "meta"), ("VARCHAR", "JSON"), (), False)


def test_plain_values_stay_themselves_and_others_are_the_text_duckdb_prints(session: SqlSession) -> None:
    page = session.run(
        """
        SELECT 1, 9223372036854775808, 2.5::DOUBLE, true, 'é' || chr(10) || '\u2028', NULL, 'nan'::DOUBLE,
               '-inf'::FLOAT,
               2.50, DATE '2026-01-02', TIMESTAMP '2026-01-02 03:04:05.5', TIMESTAMPTZ '2026-01-02 03:04:05+00',
               ['a', NULL], {'a': 1, 'b': 'x'}, MAP {'k': 1}, '\\x00\\xFF'::BLOB, INTERVAL 3 DAY, '{"a": 1}'::JSON,
               'one'::ENUM ('one', 'two'), '00000000-0000-0000-0000-000000000001'::UUID
        """
    )
    assert page.rows[0] == (
        1, 9223372036854775808, 2.5, True, "é\n\u2028", None, "nan", "-inf",
        "2.50", "2026-01-02", "2026-01-02 03:04:05.5", "2026-01-02 03:04:05+00",
        "[a, NULL]", "{'a': 1, 'b': x}", "{k=1}", "\\x00\\xFF", "3 days", '{"a": 1}',
        "one", "00000000-0000-0000-0000-000000000001",
    )  # fmt: skip
    assert page.types[:3] == ("INTEGER", "HUGEINT", "DOUBLE")
    assert page.types[8:11] == ("DECIMAL(3,2)", "DATE", "TIMESTAMP")


def test_every_type_that_duckdb_has_can_be_shown(session: SqlSession) -> None:
    page = session.run("FROM test_all_types()")
    assert len(page.rows) == 3
    assert all(value is None or isinstance(value, int | float | str) for row in page.rows for value in row)


def test_pages_follow_one_another_and_none_is_cut(session: SqlSession) -> None:
    page = session.run("SELECT range FROM range(25)", page_size=10)
    pages = [page]
    while page.more:
        page = session.next_page()
        pages.append(page)
    assert [len(page.rows) for page in pages] == [10, 10, 5]
    assert [value for page in pages for (value,) in page.rows] == list(range(25))
    with pytest.raises(UserError, match="no further rows"):
        session.next_page()


def test_a_last_page_that_is_full_says_that_nothing_follows(session: SqlSession) -> None:
    assert not session.run("SELECT range FROM range(10)", page_size=10).more
    assert session.run("SELECT range FROM range(11)", page_size=10).more


def test_there_is_no_page_before_a_query(session: SqlSession) -> None:
    with pytest.raises(UserError, match="no further rows"):
        session.next_page()


def test_a_huge_result_is_not_computed_further_than_it_is_read(session: SqlSession) -> None:
    page = session.run("SELECT range AS n, DATE '2026-01-01' AS day FROM range(1000000000000)", page_size=5)
    assert [row[0] for row in session.next_page().rows] == [5, 6, 7, 8, 9]
    assert page.more


def test_a_cell_of_a_million_characters_is_kept_whole(session: SqlSession) -> None:
    [(text,)] = session.run("SELECT repeat('é', 1000000)").rows
    assert text == "é" * 1_000_000


def test_a_page_of_long_cells_is_shorter_and_the_rest_follows(session: SqlSession) -> None:
    page = session.run("SELECT range, repeat('x', 3000000) FROM range(12)")
    numbers = [row[0] for row in page.rows]
    assert len(numbers) == 5
    while page.more:
        page = session.next_page()
        numbers += [row[0] for row in page.rows]
    assert numbers == list(range(12))


def test_a_row_too_long_for_any_page_is_an_error(session: SqlSession) -> None:
    with pytest.raises(UserError, match="too long to show") as caught:
        session.run("SELECT repeat('x', 17000000)")
    assert "left(" in caught.value.hint


def test_results_are_current(session: SqlSession, small: Store) -> None:
    assert session.run("SELECT count(*) FROM score").rows == ((0,),)
    score(small, "b1", "rouge_l", 0.5)
    assert session.run("SELECT count(*) FROM score").rows == ((1,),)


def test_an_open_result_does_not_hold_up_writers(session: SqlSession, small: Store) -> None:
    page = session.run("SELECT range FROM range(1000)", page_size=10)
    score(small, "b1", "rouge_l", 0.5)
    assert page.more
    assert session.next_page().rows[0] == (10,)


def test_a_mistake_is_told_with_the_place_where_it_is(session: SqlSession) -> None:
    with pytest.raises(UserError) as caught:
        session.run("SELECT mesure\nFROM leaderboard")
    message = caught.value.message
    assert 'Referenced column "mesure" not found' in message
    assert "LINE 1: SELECT mesure\n               ^^^^^^" in message
    assert not message.endswith(".")


def test_a_mistake_found_while_running_points_at_the_persons_own_line(session: SqlSession) -> None:
    with pytest.raises(UserError) as caught:
        session.run("SELECT DATE '2026-01-01',\n       CAST(question AS INTEGER) FROM example")
    assert "LINE 2:        CAST(question" in caught.value.message


def test_a_hostile_mistake_cannot_act_on_the_terminal(session: SqlSession) -> None:
    with pytest.raises(UserError) as caught:
        session.run('SELECT "\x1b[2J\u202e"')
    assert "\x1b" not in caught.value.message
    assert "\u202e" not in caught.value.message


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("UPDATE EXTENSIONS", "UPDATE EXTENSIONS"),
        ("-- a\nupdate /* b */ extensions (json)", "UPDATE EXTENSIONS"),
        ("UPDATE example SET question = 'x'", "UPDATE"),
    ],
)
def test_what_does_not_read_is_refused_by_its_kind(session: SqlSession, query: str, kind: str) -> None:
    with pytest.raises(UserError, match=f"^the SQL prompt does not run {kind}$") as caught:
        session.run(query)
    assert "it reads with SELECT" in caught.value.hint


@pytest.mark.parametrize("query", ["", "  ", ";", "-- nothing", "/* nothing */"])
def test_an_empty_query_is_told_so(session: SqlSession, query: str) -> None:
    with pytest.raises(UserError, match="no query"):
        session.run(query)


def test_a_lone_surrogate_in_a_query_is_an_ordinary_character(session: SqlSession) -> None:
    assert session.run("SELECT '\ud800'").rows == (("?",),)


def test_cancelling_ends_a_running_query_at_once(small: Store, snapshots: Path) -> None:
    with SqlSession(small, snapshots) as session:
        failure: list[UserError] = []

        def run() -> None:
            with pytest.raises(UserError) as caught:
                session.run(ENDLESS)
            failure.append(caught.value)

        thread = threading.Thread(target=run)
        thread.start()
        deadline = time.monotonic() + 30
        while not children() and time.monotonic() < deadline:
            time.sleep(0.01)
        session.cancel()
        thread.join(timeout=10)
        assert not thread.is_alive()
        assert failure[0].message == "query cancelled"
        assert children() == []
        assert session.run("SELECT 1").rows == ((1,),)


def test_closing_ends_the_child(small: Store, snapshots: Path) -> None:
    session = SqlSession(small, snapshots)
    assert session.run("SELECT range FROM range(1000)", page_size=10).more
    assert len(children()) == 1
    session.close()
    session.close()
    assert children() == []
    with pytest.raises(UserError):
        session.next_page()


def test_a_child_whose_session_is_killed_ends_by_itself(small: Store, snapshots: Path) -> None:
    code = (
        "import sys, threading, time, pathlib\n"
        "from tests.store.hand_made import store_at\n"
        "from viva.store.sql import SqlSession\n"
        "session = SqlSession(store_at(pathlib.Path(sys.argv[1])), pathlib.Path(sys.argv[2]))\n"
        f"threading.Thread(target=lambda: session.run({ENDLESS!r}), daemon=True).start()\n"
        "while not (session._query._process and session._query._page_size): time.sleep(0.01)\n"
        "print(session._query._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code, str(small.path.parent), str(snapshots)], stdout=subprocess.PIPE, text=True
    )
    with owner:
        assert owner.stdout is not None
        child = int(owner.stdout.readline())
        owner.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{child}").exists()


def test_a_query_is_stopped_after_the_time_limit(small: Store, snapshots: Path) -> None:
    with SqlSession(small, snapshots, time_limit=1.0) as session:
        with pytest.raises(UserError, match="stopped after 1 s") as caught:
            session.run(ENDLESS)
        assert "LIMIT" in caught.value.hint
        assert children() == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT list(range) FROM range(1000000000)",
        "SELECT string_agg(repeat('x', 100000), '') FROM range(100000)",
        "SELECT [repeat('x', 1000000) FOR i IN range(100000)]",
        "SELECT repeat('x', 4000000000)",
        "SELECT repeat(repeat('x', 100000000), 40)",
        "SELECT range(1000000000)",
        "SELECT range, repeat('x', 1000000) AS text FROM range(100000) ORDER BY text, range DESC",
    ],
)
def test_a_query_that_needs_too_much_memory_ends_and_the_session_lives(
    small: Store, snapshots: Path, query: str
) -> None:
    with SqlSession(small, snapshots, memory_limit_bytes=1 << 30) as session:
        with pytest.raises(UserError, match=r"needs too much memory|stopped after|too long") as caught:
            session.run(query)
        assert caught.value.hint
        assert session.run("SELECT 1").rows == ((1,),)


@pytest.mark.parametrize(
    "query",
    ["SELECT " + "(" * 20000 + "1" + ")" * 20000, "SELECT " + "- " * 200000 + "1"],
    ids=["brackets", "signs"],
)
def test_a_query_nested_too_deep_ends_and_the_session_lives(session: SqlSession, query: str) -> None:
    with pytest.raises(UserError):
        session.run(query)
    assert session.run("SELECT 1").rows == ((1,),)


def test_a_snapshot_has_no_name_while_its_result_is_open(session: SqlSession, snapshots: Path) -> None:
    assert session.run("SELECT range FROM range(1000)", page_size=10).more
    assert folders(snapshots) == []


def test_a_new_session_clears_away_what_a_crashed_one_left(small: Store, snapshots: Path) -> None:
    code = (
        "import sys, os, pathlib\n"
        "from viva.store.sql_snapshot import claimed_folder\n"
        "with claimed_folder(pathlib.Path(sys.argv[1])) as folder:\n"
        "    (folder / 'results.duckdb').write_text('copy')\n"
        "    print('made', flush=True)\n"
        "    sys.stdin.read()\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    snapshots.mkdir(parents=True)
    owner = subprocess.Popen(
        [sys.executable, "-c", code, str(snapshots)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    with owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "made\n"
        SqlSession(small, snapshots).close()
        assert len(list(snapshots.glob("*/results.duckdb"))) == 1
    SqlSession(small, snapshots).close()
    assert folders(snapshots) == []


def test_a_log_left_by_a_killed_writer_is_part_of_the_result(small: Store, snapshots: Path) -> None:
    code = (
        "import duckdb, os, sys\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "connection.execute(\"INSERT INTO job_metric VALUES ('killed', 1, 'loss', 0.5)\")\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(small.path)])
    assert small.path.with_name("results.duckdb.wal").exists()
    with SqlSession(small, snapshots) as session:
        assert session.run("SELECT value FROM job_metric").rows == ((0.5,),)


def test_the_store_opens_in_duckdb_alone(small: Store) -> None:
    with duckdb.connect(str(small.path), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM generations").fetchall() == [(6,)]
