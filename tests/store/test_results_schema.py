"""The views made fast: they must say what the earlier ones said, on any store."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

from viva.store import migrations, results_schema
from viva.store.migrations import MIGRATIONS

VIEWS = ("generations", "metrics", "verdicts", "example_verdicts", "leaderboard", "field_leaderboard")
BEGUN = datetime(2026, 1, 1)


@pytest.fixture
def earlier() -> Iterator[duckdb.DuckDBPyConnection]:
    """A store as it was before the views were made fast."""
    with duckdb.connect(":memory:") as connection:
        for name, function in MIGRATIONS:
            if function is not migrations._0010_results:
                assert name != "0010_results"
                function(connection)
        yield connection


def rows_of(connection: duckdb.DuckDBPyConnection, view: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    found = connection.execute(f"SELECT * FROM {view}")
    columns = [column[0] for column in found.description]
    return columns, sorted(found.fetchall(), key=lambda row: [(part is None, str(part)) for part in rounded(row)])


def rounded(row: tuple[Any, ...]) -> list[Any]:
    return [round(part, 9) if isinstance(part, float) else part for part in row]


def fill(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> None:
    """Make a small store in which everything occurs that the views look at, often several times over."""
    examples = _examples(connection, chance)
    texts = _texts(connection, chance, examples)
    _scores(connection, chance, texts)
    _people(connection, chance, texts)
    _judges(connection, chance, texts)


def _examples(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> list[str]:
    versions = [("a1", "a", 1), ("a2", "a", 2), ("b1", "b", 1)]
    for dataset_id, name, version in versions:
        connection.execute(
            "INSERT INTO dataset VALUES (?, ?, ?, '', '', '', NULL, ?)", [dataset_id, name, version, BEGUN]
        )
    made = []
    for dataset_id, _, _ in versions:
        for position in range(chance.randrange(3, 8)):
            made.append(f"{dataset_id}-{position}")
            connection.execute(
                "INSERT INTO example VALUES (?, ?, ?, 'q', 'r', ?, ?, ?, NULL, '{}', NULL, NULL, ?)",
                [made[-1], dataset_id, position, chance.choice([None, "f", "g"]), chance.choice([None, "s"]),
                 chance.choice([None, "", "test", "train"]), made[-1]],
            )  # fmt: skip
    for system in "xyz":
        connection.execute("INSERT INTO system VALUES (?, ?, 'm', 'p', '{}', ?)", [f"id-{system}", system, BEGUN])
    return made


def _texts(connection: duckdb.DuckDBPyConnection, chance: random.Random, examples: list[str]) -> list[str]:
    made = []
    for example in examples:
        for system in "xyz":
            for sample in range(chance.choice([0, 1, 1, 3])):
                for attempt in range(chance.choice([1, 1, 2])):
                    made.append(f"{example}-{system}-{sample}-{attempt}")
                    failed = chance.choice([None, None, "out of memory"]) if attempt else None
                    connection.execute(
                        "INSERT INTO generation VALUES (?, ?, ?, 'text', 'stop', 1, 1, 1, ?, ?, ?, NULL)",
                        [made[-1], f"id-{system}", example, _moment(chance), sample, failed],
                    )
    return made


def _scores(connection: duckdb.DuckDBPyConnection, chance: random.Random, texts: list[str]) -> None:
    for text in texts:
        for _ in range(chance.randrange(5)):
            value = chance.choice([None, 0.0, chance.random()])
            connection.execute(
                "INSERT INTO score (generation_id, metric, version, settings, value, unscored, created_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [text, chance.choice(["rouge", "chrf"]), chance.choice("12"), chance.choice(["", "{}"]), value,
                 "empty" if value is None else None, BEGUN],
            )  # fmt: skip
    for _ in range(chance.randrange(4)):
        connection.execute(
            "INSERT INTO metric_choice (dataset_id, measure, version, settings, created_at) VALUES (?, ?, ?, ?, ?)",
            [chance.choice(["a1", "b1"]), chance.choice(["rouge", "chrf"]), chance.choice("12"), "", BEGUN],
        )


def _people(connection: duckdb.DuckDBPyConnection, chance: random.Random, texts: list[str]) -> None:
    connection.execute("INSERT INTO rubric VALUES ('r', 'r', 'R', ?)", [BEGUN])
    for place, criterion in enumerate(["accuracy", "relevance"]):
        connection.execute("INSERT INTO criterion VALUES ('r', ?, ?, 50, 'q', 0, 5, '{}')", [place, criterion])
    for study in ("one", "two"):
        connection.execute(
            "INSERT INTO study VALUES (?, ?, 'a1', 'test', 'r', 'rubric', 2, 0, ?, '{}', '{}')", [study, study, BEGUN]
        )
    for number in range(chance.randrange(30, 60)):
        text, study, rater, moment = chance.choice(texts), chance.choice(["one", "two"]), chance.choice("uv"), BEGUN
        for criterion in ("accuracy", "relevance"):
            value = chance.choice([None, 0, 3, 5])
            connection.execute(
                "INSERT INTO rating (event_id, study_id, item_id, generation_id, rater, criterion, value, unscored, "
                "comment, flagged, seconds, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', false, 1, ?)",
                [f"e{number}", study, text, text, rater, criterion, value, "no" if value is None else None, moment],
            )


def _judges(connection: duckdb.DuckDBPyConnection, chance: random.Random, texts: list[str]) -> None:
    for number in range(chance.randrange(30, 60)):
        text, judge, mode = chance.choice(texts), chance.choice("jk"), chance.choice(["reference", "independent"])
        protocol, sample, moment = chance.choice([None, "p", "q"]), chance.choice([0, 0, 1]), _moment(chance)
        for criterion in ("accuracy", "relevance"):
            value = chance.choice([None, 0, 3, 5])
            connection.execute(
                "INSERT INTO judgment (event_id, generation_id, rubric_id, judge, mode, criterion, value, unscored, "
                "rationale, created_at, sample, protocol_id) VALUES (?, ?, 'r', ?, ?, ?, ?, ?, '', ?, ?, ?)",
                [f"j{number}", text, judge, mode, criterion, value, "no" if value is None else None, moment, sample,
                 protocol],
            )  # fmt: skip
    for dataset in ("a1", "b1"):
        connection.execute(
            "INSERT INTO panel (name, dataset_id, mode, judges, created_at) "
            "VALUES ('panel', ?, 'reference', '[\"j\", \"k\"]', ?)",
            [dataset, BEGUN],
        )


def _moment(chance: random.Random) -> datetime:
    return BEGUN + timedelta(seconds=chance.randrange(100_000))


@pytest.mark.parametrize("seed", range(4))
def test_views_say_what_the_earlier_ones_said(earlier: duckdb.DuckDBPyConnection, seed: int) -> None:
    fill(earlier, random.Random(seed))
    before = {view: rows_of(earlier, view) for view in VIEWS}
    earlier.execute(results_schema.VIEWS)
    for view, (columns, rows) in before.items():
        columns_now, rows_now = rows_of(earlier, view)
        assert columns_now == columns, view
        assert [rounded(row) for row in rows_now] == [rounded(row) for row in rows], view


def test_the_random_store_holds_what_is_hard(earlier: duckdb.DuckDBPyConnection) -> None:
    fill(earlier, random.Random(0))
    for query in (
        "SELECT 1 FROM score GROUP BY generation_id, metric, version, settings HAVING count(*) > 1",
        "SELECT 1 FROM generation GROUP BY system_id, example_id HAVING count(*) > 1",
        "SELECT 1 FROM generation WHERE failed IS NOT NULL",
        "SELECT 1 FROM example_verdicts WHERE texts > texts_scored",
        "SELECT 1 FROM example_verdicts WHERE split IS NULL AND source = 'judge'",
        "SELECT 1 FROM judgments WHERE panel",
        "SELECT 1 FROM ratings WHERE unscored IS NOT NULL",
    ):
        assert earlier.execute(query).fetchone(), query
