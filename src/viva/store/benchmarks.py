"""The tables `benchmark`, `benchmark_item` and `benchmark_answer`."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from viva import jsonl
from viva.records.benchmark import Benchmark, BenchmarkAnswer, BenchmarkItem, BenchmarkKind
from viva.records.ids import utc_now
from viva.store import rows

Connection = duckdb.DuckDBPyConnection

PIECE = 256
"""Items that are read or written together; a conversation with its tools may be long."""


@dataclass(frozen=True)
class Value:
    """The latest value of a measure of a model's answer to an item, or None with the reason."""

    model: str
    method: str
    measure: str
    item_id: str
    value: float | None
    unscored: str | None


def add(
    connection: Connection,
    benchmark_id: str,
    name: str,
    kind: BenchmarkKind,
    source: str,
    items: Iterable[BenchmarkItem],
) -> None:
    """Add a benchmark with its items, in their order."""
    rows.insert(
        connection,
        "benchmark",
        ["benchmark_id", "name", "kind", "source", "created_at"],
        [(benchmark_id, name, kind.value, source, utc_now())],
    )
    position = 0
    for piece in jsonl.pieces(items, PIECE):
        rows.insert(
            connection,
            "benchmark_item",
            ["benchmark_id", "item_id", "position", "item"],
            [
                (benchmark_id, found.item_id, position + number, rows.as_json(found.item))
                for number, found in enumerate(piece)
            ],
        )
        position += len(piece)


def set_source(connection: Connection, benchmark_id: str, source: str) -> None:
    """Set what is said of where a benchmark's items came from."""
    connection.execute("UPDATE benchmark SET source = ? WHERE benchmark_id = ?", [rows.storable(source), benchmark_id])


def by_name(connection: Connection, name: str) -> Benchmark | None:
    found = _select(connection, "WHERE b.name = ?", [rows.storable(name)])
    return found[0] if found else None


def every(connection: Connection) -> list[Benchmark]:
    """Return all benchmarks, the newest first."""
    return _select(connection, "", [])


def unanswered(
    connection: Connection, benchmark_id: str, model: str, method: str, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield item_id and item of what a model has not answered by a method, of the first `limit` items or all.

    An item that it gave no reply to has not been answered.
    """
    after = -1
    while True:
        found = connection.execute(
            """
            SELECT i.position, i.item_id, i.item FROM benchmark_item i
            WHERE i.benchmark_id = $benchmark AND i.position > $after AND ($limit IS NULL OR i.position < $limit)
              AND NOT EXISTS (
                FROM benchmark_answer a WHERE a.benchmark_id = i.benchmark_id AND a.item_id = i.item_id
                  AND a.model = $model AND a.method = $method AND a.answer IS NOT NULL)
            ORDER BY i.position LIMIT $piece
            """,
            {
                "benchmark": benchmark_id, "after": after, "limit": limit, "piece": PIECE,
                "model": rows.storable(model), "method": method,
            },
        ).fetchall()  # fmt: skip
        if not found:
            return
        for position, item_id, item in found:
            after = position
            yield {"item_id": item_id, "item": json.loads(item)}


def add_answers(connection: Connection, benchmark_id: str, answers: Sequence[BenchmarkAnswer]) -> None:
    """Add answers; of several of one model to an item by one method the latest counts."""
    now = utc_now()
    rows.insert(
        connection,
        "benchmark_answer",
        ["benchmark_id", "item_id", "model", "method", "answer", "measures", "unscored", "created_at"],
        [
            (
                benchmark_id, answer.item_id, answer.model, answer.method,
                None if answer.answer is None else rows.as_json(answer.answer), rows.as_json(answer.measures),
                answer.unscored, now,
            )
            for answer in answers
        ],
    )  # fmt: skip


def values(connection: Connection, benchmark: str) -> list[Value]:
    """Return every value of the benchmark of this name: by the model that answered first, then by item."""
    found = connection.execute(
        """
        SELECT v.model, v.method, v.measure, v.item, v.value, v.unscored
        FROM benchmark_answers v JOIN (
            SELECT a.model, a.method, min(a.seq) AS first
            FROM benchmark_answer a JOIN benchmark b USING (benchmark_id) WHERE b.name = $name GROUP BY ALL
        ) o USING (model, method)
        WHERE v.benchmark = $name ORDER BY o.first, v.position
        """,
        {"name": rows.storable(benchmark)},
    ).fetchall()
    return [Value(*row) for row in found]


def _select(connection: Connection, where: str, parameters: list[Any]) -> list[Benchmark]:
    found = connection.execute(
        f"""
        SELECT b.benchmark_id, b.name, b.kind, b.source, count(i.item_id), b.created_at
        FROM benchmark b LEFT JOIN benchmark_item i USING (benchmark_id) {where}
        GROUP BY ALL ORDER BY b.created_at DESC, b.name
        """,
        parameters,
    ).fetchall()
    return [Benchmark(row[0], row[1], BenchmarkKind(row[2]), *row[3:]) for row in found]
