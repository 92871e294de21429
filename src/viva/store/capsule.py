"""The rows of every table that belong to one version of a dataset, as Parquet files, and back into a fresh store.

Each table is written in the order of its rows, so that the same store gives the same bytes and sums are formed in the
same order. What ties rows to a machine or a person (paths, addresses, names of raters, comments) is left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from viva.errors import BadInput
from viva.store import rows
from viva.text import display_line

Connection = duckdb.DuckDBPyConnection

_DATASET = "(SELECT dataset_id FROM own_dataset)"
_STUDY = "study_id IN (SELECT study_id FROM study WHERE dataset_id IN (SELECT dataset_id FROM own_dataset))"
_EXAMPLE = "example_id IN (SELECT example_id FROM own_example)"
_TEXT = "generation_id IN (SELECT generation_id FROM own_text)"
_RUBRIC = """rubric_id IN (
    SELECT rubric_id FROM study WHERE dataset_id IN (SELECT dataset_id FROM own_dataset)
    UNION SELECT rubric_id FROM judgment WHERE generation_id IN (SELECT generation_id FROM own_text)
    UNION SELECT rubric_id FROM protocol WHERE protocol_id IN (SELECT protocol_id FROM own_protocol))"""
_MODEL = "name IN (SELECT name FROM own_model)"
_JOB = "kind IN ('train', 'sweep') AND spec->>'$.arguments.name' IN (SELECT name FROM own_model)"
_OF_JOB = f"job_id IN (SELECT job_id FROM job WHERE {_JOB})"
_KNOWN = f"known_id IN (SELECT known_id FROM study_item WHERE {_STUDY})"

_RATER = "coalesce((SELECT called FROM rater_called c WHERE c.name = {0}), 'somebody')"
_UNSAID = "''"
_FILE = "json_merge_patch({0}, '{{\"file\": null}}')"
_SKIPPED = (
    "CASE WHEN starts_with({0}, 'skipped: ') THEN 'skipped: for a reason left out' "
    "WHEN {0} IS NOT NULL THEN 'for a reason left out' END"
)
LARGEST_ROWS, LARGEST_BYTES = 100_000_000, 16 << 30
"""What a table of a capsule may hold, unpacked: a small file of Parquet can unpack to any amount."""


@dataclass(frozen=True)
class _Kept:
    """Which rows of a table go into a capsule, and which of its columns are written otherwise, as SQL.

    `private` columns are written so unless raters keep their names.
    """

    where: str
    instead: Mapping[str, str] = field(default_factory=dict)
    private: Mapping[str, str] = field(default_factory=dict)


TABLES: dict[str, _Kept] = {
    "dataset": _Kept(f"dataset_id IN {_DATASET}", {"parent": "NULL"}),
    "example": _Kept(_EXAMPLE),
    "leakage": _Kept(f"dataset_id IN {_DATASET}"),
    "leak": _Kept(f"dataset_id IN {_DATASET} AND example_a IN (SELECT example_id FROM own_example) "
                  "AND example_b IN (SELECT example_id FROM own_example)"),
    "model": _Kept(_MODEL, {"location": "CASE WHEN kind = 'hub' AND NOT starts_with(location, '/') THEN location "
                                        "ELSE '' END",
                            "settings": "'{}'", "note": _UNSAID}),
    "system": _Kept("system_id IN (SELECT system_id FROM own_text)"),
    "generation": _Kept(_EXAMPLE),
    "score": _Kept(_TEXT),
    "metric_choice": _Kept(f"dataset_id IN {_DATASET}"),
    "rubric": _Kept(_RUBRIC),
    "criterion": _Kept(_RUBRIC),
    "study": _Kept(f"dataset_id IN {_DATASET}", {}, {
        "design": "json_merge_patch(design, '{\"raters\": null, \"file\": null}')",
        "options": "json_merge_patch(options, '{\"note\": \"\"}')"}),
    "study_item": _Kept(_STUDY),
    "study_change": _Kept(_STUDY, {}, {"person": _UNSAID,
                                       "content": "CASE WHEN kind = 'raters' THEN '{\"raters\": null}' "
                                                  f"ELSE {_FILE.format('content')} END"}),
    "known_item": _Kept(_KNOWN),
    "rating": _Kept(_TEXT, {}, {"rater": _RATER.format("rating.rater"), "comment": _UNSAID,
                                    "unscored": _SKIPPED.format("unscored")}),
    "preference": _Kept("generation_a IN (SELECT generation_id FROM own_text)", {}, {
        "scorer": f"CASE WHEN source = 'human' THEN {_RATER.format('preference.scorer')} ELSE scorer END",
        "comment": "CASE WHEN source = 'human' THEN '' ELSE comment END",
        "unscored": f"CASE WHEN source = 'human' THEN {_SKIPPED.format('unscored')} ELSE unscored END"}),
    "guess": _Kept(_STUDY, {}, {"rater": _RATER.format("guess.rater")}),
    "known_verdict": _Kept(_STUDY, {}, {"rater": _RATER.format("known_verdict.rater"), "comment": _UNSAID,
        "skipped": "CASE WHEN skipped IS NOT NULL THEN 'for a reason left out' END"}),
    "adjudication": _Kept(_STUDY, {}, {"adjudicator": _UNSAID, "note": _UNSAID}),
    "judgment": _Kept(_TEXT),
    "protocol": _Kept("protocol_id IN (SELECT protocol_id FROM own_protocol)", {"model": "'{}'"}),
    "protocol_choice": _Kept(f"dataset_id IN {_DATASET}"),
    "judge_prompt": _Kept("EXISTS (SELECT 1 FROM protocol p JOIN own_protocol o USING (protocol_id) "
                          "WHERE contains(p.prompts::TEXT, judge_prompt.hash))"),
    "judge_call": _Kept(_EXAMPLE),
    "panel": _Kept(f"dataset_id IN {_DATASET}"),
    "judge_check": _Kept(f"dataset_id IN {_DATASET}"),
    "job": _Kept(_JOB, {"spec": "json_object('kind', kind, 'title', title, 'arguments', json_object("
                                "'name', spec->>'$.arguments.name', 'dataset', spec->>'$.arguments.dataset', "
                                "'model', spec->>'$.arguments.model'))", "error": _UNSAID}),
    "job_metric": _Kept(_OF_JOB),
}  # fmt: skip
"""What goes into a capsule, in the order in which it is written and read."""

_OBJECTS = {
    "model": ("settings",), "system": ("decoding",), "criterion": ("levels",), "study": ("options", "design"),
    "study_change": ("content",), "known_item": ("answers",), "known_verdict": ("answers", "strengths"),
    "protocol": ("model", "prompts", "settings"), "job": ("spec",),
}  # fmt: skip
"""The columns of JSON that hold an object in every row."""

LEFT_OUT = {
    "migration": "belongs to a file",
    "claim": "is of the moment",
    "endpoint_dialect": "is about a server",
    "memory_check": "is about a machine",
    "equivalence": "is about files of a machine",
    "run_facts": "is about a machine",
    "probe": "is about a training, not about the dataset",
    "trial": "is about a training, not about the dataset",
    "benchmark": "has questions of its own",
    "benchmark_item": "has questions of its own",
    "benchmark_answer": "has questions of its own",
}
"""The tables that stay out of a capsule, and why."""

_OWN = """
    CREATE OR REPLACE TEMP TABLE own_dataset AS
        SELECT dataset_id FROM dataset WHERE name = $dataset AND version = $version;
    CREATE OR REPLACE TEMP TABLE own_example AS
        SELECT example_id FROM example SEMI JOIN own_dataset USING (dataset_id);
    CREATE OR REPLACE TEMP TABLE own_text AS
        SELECT generation_id, system_id FROM generation SEMI JOIN own_example USING (example_id);
    CREATE OR REPLACE TEMP TABLE own_protocol AS
        SELECT DISTINCT protocol_id FROM (
            SELECT protocol_id FROM judgment SEMI JOIN own_text USING (generation_id)
            UNION ALL SELECT protocol_id FROM preference WHERE generation_a IN (SELECT generation_id FROM own_text)
            UNION ALL SELECT protocol_id FROM judge_call SEMI JOIN own_dataset USING (dataset_id)
            UNION ALL SELECT protocol_id FROM protocol_choice SEMI JOIN own_dataset USING (dataset_id)) p
        WHERE protocol_id IS NOT NULL;
    CREATE OR REPLACE TEMP TABLE own_model AS
        WITH RECURSIVE chain(name) AS (
            SELECT model FROM system SEMI JOIN own_text USING (system_id)
            UNION SELECT m.base FROM model m JOIN chain USING (name) WHERE m.base IS NOT NULL)
        SELECT DISTINCT name FROM chain;
"""


def write(
    connection: Connection, dataset: str, version: int, folder: Path, called: Mapping[str, str] | None
) -> dict[str, int]:
    """Write the rows of a version to a Parquet file for each table; return how many each has.

    `called` says what each rater is called instead; None keeps names and comments. `connection` may be read-only.
    """
    connection.execute("SET threads = 1")
    for statement in _OWN.strip().split(";"):
        if statement.strip():
            used = {"dataset": rows.storable(dataset), "version": version} if "$dataset" in statement else {}
            connection.execute(statement, used)
    connection.execute("CREATE OR REPLACE TEMP TABLE rater_called (name TEXT, called TEXT)")
    if called:
        rows.insert(connection, "rater_called", ["name", "called"], list(called.items()))
    counts = {}
    for table, kept in TABLES.items():
        instead = {**kept.instead, **({} if called is None else kept.private)}
        columns = [
            f"({instead.get(name, name)})::{_plain(kind)} AS {name}" for name, kind in _columns(connection, table)
        ]
        query = f"SELECT {', '.join(columns)} FROM {table} WHERE {kept.where} ORDER BY {table}.rowid"
        target = str(folder / f"{table}.parquet")
        connection.execute(f"COPY ({query}) TO $target (FORMAT parquet, COMPRESSION zstd)", {"target": target})
        counts[table] = _count(connection, target)
    return counts


def read(connection: Connection, folder: Path) -> dict[str, int]:
    """Put the rows of a capsule's Parquet files into an empty store; return how many each table has.

    `connection` may write. Raises `BadInput` for a file that does not hold what a table needs.
    """
    counts = {}
    for table in TABLES:
        path = folder / f"{table}.parquet"
        if not path.is_file():
            raise BadInput(f"the capsule has no {path.name}", "write it anew: viva capsule write")
        source = {"source": _literal(path)}
        try:
            there = {
                row[0] for row in connection.execute("DESCRIBE SELECT * FROM read_parquet($source)", source).fetchall()
            }
            names = [name for name, _ in _columns(connection, table) if name in there]
            listed = ", ".join(names)
            _refuse_bomb(connection, path, source)
            connection.execute(
                f"INSERT INTO {table} ({listed}) SELECT {listed} FROM read_parquet($source, file_row_number = true) "
                "ORDER BY file_row_number", source,
            )  # fmt: skip
        except duckdb.Error as error:
            reason = display_line(str(error).splitlines()[0], 160)
            raise BadInput(
                f"{path.name} of the capsule cannot be read: {reason}", "write it anew, or fetch it again"
            ) from error
        _refuse_shapes(connection, table)
        counts[table] = _rows(connection, table)
    _go_on_counting(connection)
    return counts


def _refuse_bomb(connection: Connection, path: Path, source: Mapping[str, str]) -> None:
    """Raise `BadInput` for a file that unpacks to more than a table of a capsule may hold; nothing is kept of it."""
    [(rows,)] = connection.execute("SELECT sum(num_rows) FROM parquet_file_metadata($source)", source).fetchall()
    there = connection.execute("DESCRIBE SELECT * FROM read_parquet($source)", source).fetchall()
    texts = [
        f'coalesce(strlen("{name.replace(chr(34), chr(34) * 2)}"), 0)' for name, kind, *_ in there if kind == "VARCHAR"
    ]
    size = 0
    if rows and rows <= LARGEST_ROWS and texts:
        [(size,)] = connection.execute(f"SELECT sum({' + '.join(texts)}) FROM read_parquet($source)", source).fetchall()
    if (rows or 0) > LARGEST_ROWS or size > LARGEST_BYTES:
        raise BadInput(f"{path.name} of the capsule unpacks to more than viva reads", "fetch the capsule again")


def _refuse_shapes(connection: Connection, table: str) -> None:
    """Raise `BadInput` where a column that holds named values holds something else."""
    for column in _OBJECTS.get(table, ()):
        query = f"SELECT count(*) FROM {table} WHERE json_type({column}) <> 'OBJECT'"
        if connection.execute(query).fetchall() != [(0,)]:
            raise BadInput(
                f"{table}.parquet of the capsule has a {column} that is no list of names and values",
                "fetch the capsule again",
            )


def _go_on_counting(connection: Connection) -> None:
    """Let events that come later have higher numbers than those of the capsule."""
    highest = 0
    for table in TABLES:
        if "seq" in {name for name, _ in _columns(connection, table)}:
            [(found,)] = connection.execute(f"SELECT coalesce(max(seq), 0) FROM {table}").fetchall()
            highest = max(highest, found)
    connection.execute("SELECT max(nextval('event_order')) FROM range($highest)", {"highest": highest}).fetchall()


def _columns(connection: Connection, table: str) -> Sequence[tuple[str, str]]:
    found = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? AND NOT internal "
        "AND database_name = current_database() ORDER BY column_index", [table],
    ).fetchall()  # fmt: skip
    return [(str(name), str(kind)) for name, kind in found]


def _plain(kind: str) -> str:
    """Return a column's type as any reader of Parquet knows it."""
    return "VARCHAR" if kind == "JSON" else kind


def _rows(connection: Connection, table: str) -> int:
    [(count,)] = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(count)


def _count(connection: Connection, target: str) -> int:
    [(count,)] = connection.execute("SELECT count(*) FROM read_parquet($target)", {"target": target}).fetchall()
    return int(count)


def _literal(path: Path) -> str:
    """Return a path in which no character stands for others."""
    return re.sub(r"([*?[])", r"[\1]", str(path))
