"""The tables `dataset` and `example`."""

import json
from collections.abc import Sequence
from typing import Any

import duckdb

from viva.records.dataset import Dataset, Example
from viva.records.ids import content_id, utc_now
from viva.store import leakage, rows
from viva.store.staging import Staged

Connection = duckdb.DuckDBPyConnection

_EXAMPLE = "example_id, question, reference, field, subfield, split, meta, source, messages, tools, lineage"
MEMORY_LIMIT = "768MB"
_USUAL_ORDER = {"train": 0, "training": 0, "validation": 1, "valid": 1, "val": 1, "dev": 1, "test": 2}
_DATASET = "dataset_id, name, version, source, created_at, change, parent"


def add(
    connection: Connection,
    dataset_id: str,
    name: str,
    source: str,
    examples: Sequence[Example],
    change: str = "imported",
) -> None:
    """Add a dataset's next version with the examples at hand, in their order, under the ids that they carry."""
    _add_dataset(connection, dataset_id, name, source, content_id(name, dataset_id), change, None)
    columns = ["example_id", "dataset_id", "position", *_EXAMPLE.split(", ")[1:]]
    rows.insert(
        connection,
        "example",
        columns,
        [
            (
                example.example_id, dataset_id, position, example.question, example.reference, example.field,
                example.subfield, example.split, rows.as_json(example.meta), example.source,
                _json(example.messages), _json(example.tools), example.lineage or example.example_id,
            )
            for position, example in enumerate(examples)
        ],
    )  # fmt: skip


def add_staged(
    connection: Connection, name: str, source: str, staged: Staged, change: str, parent: str | None = None
) -> str:
    """Add a dataset's next version with the rows of a staged file; return its id.

    The ids of dataset and examples follow from name, version, content and position, so that the same work done
    in two workspaces gives the same ids.
    """
    version = _next_version(connection, name)
    dataset_id = content_id(name, version, staged.content)
    _add_dataset(connection, dataset_id, name, source, staged.content, change, parent)
    # Rows beyond this go to disk while they come in: a large file needs no more memory than a small one.
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    # An import takes up the history of what the version before held word for word: of equal examples the first
    # that of the first, and so on.
    said = "md5(question || chr(0) || reference || chr(0) || coalesce(messages, '')) AS said"
    nth = "row_number() OVER (PARTITION BY said ORDER BY position) AS nth"
    known = f"""
        LEFT JOIN (SELECT said, lineage AS inherited, {nth} FROM (
            SELECT *, {said} FROM (SELECT * REPLACE (messages::TEXT AS messages) FROM example) WHERE dataset_id = (
                SELECT dataset_id FROM dataset WHERE name = $name AND version = $before))) USING (said, nth)
    """
    inherits = parent is None and version > 1
    rows_staged = f"""
        SELECT *, sha256($dataset || ':' || position)[:16] AS id{f", {said}" if inherits else ""}
        FROM read_json($file, format = 'newline_delimited', hive_partitioning = false,
          maximum_object_size = $longest, columns = {{
            position: 'INTEGER', question: 'VARCHAR', reference: 'VARCHAR', field: 'VARCHAR', subfield: 'VARCHAR',
            split: 'VARCHAR', source: 'VARCHAR', meta: 'VARCHAR', messages: 'VARCHAR', tools: 'VARCHAR',
            lineage: 'VARCHAR'}})
    """
    if inherits:
        rows_staged = f"SELECT * FROM (SELECT *, {nth} FROM ({rows_staged})) {known}"
    connection.execute(
        f"""
        INSERT INTO example (example_id, dataset_id, position, question, reference, field, subfield, split, source,
                             meta, messages, tools, lineage)
        SELECT id, $dataset, position, question, reference, field, subfield, split, source, meta, messages, tools,
               coalesce(lineage, {"inherited, " if inherits else ""}id)
        FROM ({rows_staged})
        """,
        {
            "dataset": dataset_id,
            "file": str(staged.path),
            "longest": max(staged.longest + 1024, 1 << 24),
            **({"name": rows.storable(name), "before": version - 1} if inherits else {}),
        },
    )
    return dataset_id


def every(connection: Connection) -> list[Dataset]:
    """Return the newest version of each dataset, by name."""
    return _select(connection, "QUALIFY row_number() OVER (PARTITION BY name ORDER BY version DESC) = 1", [])


def by_name(connection: Connection, name: str, version: int | None = None) -> Dataset | None:
    """Return the newest version of the dataset `name`, or the one asked for."""
    found = _select(
        connection,
        "WHERE name = $name AND ($version IS NULL OR version = $version) ORDER BY version DESC LIMIT 1",
        {"name": rows.storable(name), "version": version},
    )
    return found[0] if found else None


def by_id(connection: Connection, dataset_id: str) -> Dataset | None:
    found = _select(connection, "WHERE dataset_id = ?", [dataset_id])
    return found[0] if found else None


def by_content(connection: Connection, name: str, content: str) -> Dataset | None:
    """Return the newest version of the dataset `name` that holds exactly this content."""
    found = _select(
        connection,
        "WHERE name = ? AND content = ? ORDER BY version DESC LIMIT 1",
        [rows.storable(name), content],
    )
    return found[0] if found else None


def content(connection: Connection, dataset_id: str) -> str:
    """Return the hash of what a version holds."""
    [(found,)] = connection.execute("SELECT content FROM dataset WHERE dataset_id = ?", [dataset_id]).fetchall()
    return str(found)


def versions(connection: Connection, name: str) -> list[Dataset]:
    """Return all versions of a dataset, the newest first."""
    found = _select(connection, "WHERE name = ?", [rows.storable(name)])
    return sorted(found, key=lambda dataset: -dataset.version)


def examples(
    connection: Connection,
    dataset_id: str,
    split: str | None = None,
    limit: int | None = None,
    offset: int = 0,
    search: str | None = None,
) -> list[Example]:
    """Return a dataset's examples in their order: of one split or all, those that hold `search` or all."""
    found = connection.execute(
        f"""
        SELECT {_EXAMPLE} FROM example
        WHERE dataset_id = $dataset AND ($split IS NULL OR coalesce(split, '') = $split)
          AND ($search IS NULL OR contains(lower(concat_ws(' ', question, reference, field, subfield)), lower($search)))
        ORDER BY position LIMIT $limit OFFSET $offset
        """,
        {"dataset": dataset_id, "split": split, "search": rows.storable(search), "limit": limit, "offset": offset},
    ).fetchall()
    return [_example(row) for row in found]


def examples_between(connection: Connection, dataset_id: str, first: int, last: int) -> list[Example]:
    """Return the examples at the positions `first` up to, not including, `last`."""
    found = connection.execute(
        f"SELECT {_EXAMPLE} FROM example WHERE dataset_id = ? AND position >= ? AND position < ? ORDER BY position",
        [dataset_id, first, last],
    ).fetchall()
    return [_example(row) for row in found]


def example(connection: Connection, example_id: str) -> tuple[Example, Dataset] | None:
    """Return an example and the version of the dataset that it belongs to."""
    row = connection.execute(
        f"SELECT {_EXAMPLE}, dataset_id FROM example WHERE example_id = ?", [rows.storable(example_id)]
    ).fetchone()
    if row is None:
        return None
    dataset = by_id(connection, row[-1])
    assert dataset is not None
    return _example(row[:-1]), dataset


def of_lineage(connection: Connection, dataset_id: str, lineage: str) -> Example | None:
    """Return what became of an example in a version of its dataset."""
    row = connection.execute(
        f"SELECT {_EXAMPLE} FROM example WHERE dataset_id = ? AND lineage = ? ORDER BY position LIMIT 1",
        [dataset_id, lineage],
    ).fetchone()
    return None if row is None else _example(row)


def history(connection: Connection, example_id: str) -> list[tuple[Example, Dataset]]:
    """Return the states of an example through the versions of its dataset, the newest first.

    A version that left the example as it was is passed over.
    """
    found = connection.execute(
        f"""
        SELECT {", ".join(f"e.{name}" for name in _EXAMPLE.split(", "))}, e.dataset_id
        FROM example e JOIN dataset d USING (dataset_id)
        WHERE e.lineage = (SELECT lineage FROM example WHERE example_id = $example)
          AND d.name = (SELECT name FROM dataset JOIN example USING (dataset_id) WHERE example_id = $example)
        QUALIFY row(e.question, e.reference, e.field, e.subfield, e.split, e.source)
          IS DISTINCT FROM lag(row(e.question, e.reference, e.field, e.subfield, e.split, e.source))
            OVER (ORDER BY d.version)
        ORDER BY d.version DESC
        """,
        {"example": rows.storable(example_id)},
    ).fetchall()
    known = {dataset_id: by_id(connection, dataset_id) for dataset_id in {row[-1] for row in found}}
    return [(_example(row[:-1]), dataset) for row in found if (dataset := known[row[-1]]) is not None]


def _next_version(connection: Connection, name: str) -> int:
    [(version,)] = connection.execute(
        "SELECT coalesce(max(version), 0) + 1 FROM dataset WHERE name = ?", [rows.storable(name)]
    ).fetchall()
    return int(version)


def _add_dataset(
    connection: Connection, dataset_id: str, name: str, source: str, content: str, change: str, parent: str | None
) -> None:
    rows.insert(
        connection,
        "dataset",
        ["dataset_id", "name", "version", "source", "content", "change", "parent", "created_at"],
        [(dataset_id, name, _next_version(connection, name), source, content, change, parent, utc_now())],
    )


def _select(connection: Connection, rest: str, parameters: object) -> list[Dataset]:
    found = connection.execute(
        f"SELECT {_DATASET} FROM (SELECT * FROM dataset {rest}) ORDER BY name", parameters
    ).fetchall()
    datasets = []
    for dataset_id, name, version, source, created_at, change, parent in found:
        splits = connection.execute(
            "SELECT coalesce(split, ''), count(*) FROM example WHERE dataset_id = ? GROUP BY 1 ORDER BY min(position)",
            [dataset_id],
        ).fetchall()
        splits.sort(key=lambda found: _USUAL_ORDER.get(found[0].lower(), 3 if found[0] else 4))
        fields = connection.execute(
            "SELECT count(DISTINCT field) FROM example WHERE dataset_id = ?", [dataset_id]
        ).fetchall()[0][0]
        found_leakage = leakage.latest(connection, dataset_id)
        datasets.append(
            Dataset(
                dataset_id, name, version, source, created_at, dict(splits), fields, change, parent, found_leakage
            )
        )  # fmt: skip
    return datasets


def _json(value: Any) -> str | None:
    return None if value is None else rows.as_json(value)


def _example(row: tuple[Any, ...]) -> Example:
    example_id, question, reference, field, subfield, split, meta, source, messages, tools, lineage = row
    return Example(
        question,
        reference,
        field,
        subfield,
        split,
        json.loads(meta),
        example_id,
        source,
        None if messages is None else json.loads(messages),
        None if tools is None else json.loads(tools),
        lineage,
    )
