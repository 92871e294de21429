"""The tables `dataset` and `example`."""

import json
from collections.abc import Sequence
from typing import Any

import duckdb

from viva.records.dataset import Dataset, Example
from viva.records.ids import utc_now
from viva.store import rows

Connection = duckdb.DuckDBPyConnection

_EXAMPLE = "example_id, question, reference, field, subfield, split, meta"


def add(connection: Connection, dataset_id: str, name: str, source: str, examples: Sequence[Example]) -> None:
    """Add a dataset's next version with all its examples, in their order."""
    [(version,)] = connection.execute(
        "SELECT coalesce(max(version), 0) + 1 FROM dataset WHERE name = ?", [rows.storable(name)]
    ).fetchall()
    rows.insert(
        connection,
        "dataset",
        ["dataset_id", "name", "version", "source", "created_at"],
        [(dataset_id, name, version, source, utc_now())],
    )
    columns = ["example_id", "dataset_id", "position", *_EXAMPLE.split(", ")[1:]]
    rows.insert(
        connection,
        "example",
        columns,
        [
            (
                example.example_id, dataset_id, position, example.question, example.reference,
                example.field, example.subfield, example.split, rows.as_json(example.meta),
            )
            for position, example in enumerate(examples)
        ],
    )  # fmt: skip


def every(connection: Connection) -> list[Dataset]:
    """Return the newest version of each dataset, by name."""
    return _select(connection, "QUALIFY row_number() OVER (PARTITION BY name ORDER BY version DESC) = 1", [])


def by_name(connection: Connection, name: str) -> Dataset | None:
    """Return the newest version of the dataset `name`."""
    found = _select(connection, "WHERE name = ? ORDER BY version DESC LIMIT 1", [rows.storable(name)])
    return found[0] if found else None


def by_id(connection: Connection, dataset_id: str) -> Dataset | None:
    found = _select(connection, "WHERE dataset_id = ?", [dataset_id])
    return found[0] if found else None


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


def _select(connection: Connection, rest: str, parameters: list[Any]) -> list[Dataset]:
    found = connection.execute(
        f"SELECT dataset_id, name, version, source, created_at FROM (SELECT * FROM dataset {rest}) ORDER BY name",
        parameters,
    ).fetchall()
    datasets = []
    for dataset_id, name, version, source, created_at in found:
        splits = connection.execute(
            "SELECT coalesce(split, ''), count(*) FROM example WHERE dataset_id = ? GROUP BY 1 ORDER BY min(position)",
            [dataset_id],
        ).fetchall()
        fields = connection.execute(
            "SELECT count(DISTINCT field) FROM example WHERE dataset_id = ?", [dataset_id]
        ).fetchall()[0][0]
        datasets.append(Dataset(dataset_id, name, version, source, created_at, dict(splits), fields))
    return datasets


def _example(row: tuple[Any, ...]) -> Example:
    example_id, question, reference, field, subfield, split, meta = row
    return Example(question, reference, field, subfield, split, json.loads(meta), example_id)
