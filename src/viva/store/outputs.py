"""Generations on their way in from elsewhere, as a list, and on their way out to a file."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import duckdb

from viva.records.outputs import GenerationRow
from viva.store import rows

Connection = duckdb.DuckDBPyConnection
Key = tuple[str, str, int]
"""A system's id, an example's id, and which of the system's texts for it: the first is 0."""

START_LENGTH = 200
"""Characters of a text in a list."""
FIRST_PIECE = 64
EXPORTED = (
    "system", "example", "position", "split", "question", "sample", "text", "finish_reason", "prompt_tokens",
    "completion_tokens", "seconds", "cost", "failed",
)  # fmt: skip
"""The columns of a file of generations."""

_SCOPE = """
    e.dataset_id = $dataset AND ($split IS NULL OR coalesce(e.split, '') = $split)
    AND ($system IS NULL OR s.name = $system)
"""


class ExampleKey(NamedTuple):
    """What an example can be named by; `question` is the MD5 of its text in hexadecimal digits."""

    example_id: str
    split: str
    question: str


def example_keys(connection: Connection, dataset_id: str) -> list[ExampleKey]:
    """Return what the examples of a version can be named by, in their order."""
    found = connection.execute(
        "SELECT example_id, coalesce(split, ''), md5(question) FROM example WHERE dataset_id = ? ORDER BY position",
        [dataset_id],
    ).fetchall()
    return [ExampleKey(*row) for row in found]


def other_versions(connection: Connection, dataset_id: str) -> dict[str, int]:
    """Return the examples of the other versions of a dataset, each with its version."""
    found = connection.execute(
        """
        SELECT e.example_id, d.version FROM example e JOIN dataset d USING (dataset_id)
        WHERE d.name = (SELECT name FROM dataset WHERE dataset_id = $dataset) AND d.dataset_id <> $dataset
        """,
        {"dataset": dataset_id},
    ).fetchall()
    return dict(found)


def texts(connection: Connection, keys: Sequence[Key]) -> dict[Key, str | None]:
    """Return the texts that there are under `keys`, None where only a failure is noted."""
    found = connection.execute(
        """
        SELECT system_id, example_id, coalesce(g.sample, 0), g.text, g.failed
        FROM generation g JOIN (SELECT unnest($systems) AS system_id, unnest($examples) AS example_id,
                                       unnest($samples) AS sample) k USING (system_id, example_id)
        WHERE coalesce(g.sample, 0) = k.sample ORDER BY g.failed IS NULL
        """,
        {"systems": [k[0] for k in keys], "examples": [k[1] for k in keys], "samples": [k[2] for k in keys]},
    ).fetchall()
    return {(system, example, sample): None if failed else text for system, example, sample, text, failed in found}


def listed(
    connection: Connection, dataset_id: str, split: str | None = None, system: str | None = None
) -> list[GenerationRow]:
    """Return the generations of a version in the order of its examples, then of the systems, then of the samples."""
    found = connection.execute(
        f"""
        SELECT g.generation_id, s.name, e.example_id, e.position + 1, coalesce(e.split, ''), g.sample, g.finish_reason,
               g.prompt_tokens, g.completion_tokens, g.seconds, g.failed, substr(g.text, 1, {START_LENGTH})
        FROM current_generation g JOIN system s USING (system_id) JOIN example e USING (example_id)
        WHERE {_SCOPE} ORDER BY e.position, s.created_at, s.name, g.sample
        """,
        {"dataset": dataset_id, "split": split, "system": system},
    ).fetchall()
    return [GenerationRow(*row) for row in found]


def count(connection: Connection, dataset_id: str, split: str | None = None) -> int:
    """Return how many generations a version has."""
    [(found,)] = connection.execute(
        """
        SELECT count(*) FROM generation g JOIN example e USING (example_id)
        WHERE e.dataset_id = $dataset AND ($split IS NULL OR coalesce(e.split, '') = $split)
        """,
        {"dataset": dataset_id, "split": split},
    ).fetchall()
    return int(found)


def exported(
    connection: Connection, dataset_id: str, split: str | None = None, system: str | None = None
) -> Iterator[tuple[Any, ...]]:
    """Yield the generations of a version with the values of `EXPORTED`, a piece at a time."""
    after, size = (-1, ""), FIRST_PIECE
    while True:
        found = connection.execute(
            f"""
            SELECT e.position, g.generation_id, s.name, e.example_id, e.position + 1, coalesce(e.split, ''), e.question,
                   g.sample, g.text, g.finish_reason, g.prompt_tokens, g.completion_tokens, g.seconds, g.cost, g.failed
            FROM current_generation g JOIN system s USING (system_id) JOIN example e USING (example_id)
            WHERE {_SCOPE} AND (e.position, g.generation_id) > ($position, $generation)
            ORDER BY e.position, g.generation_id LIMIT $size
            """,
            {
                "dataset": dataset_id, "split": split, "system": system, "position": after[0], "generation": after[1],
                "size": size,
            },
        ).fetchall()  # fmt: skip
        for _position, _generation, *values in found:
            yield tuple(values)
        if len(found) < size:
            return
        after = (found[-1][0], found[-1][1])
        size = rows.next_piece(len(found), sum(len(row[6]) + len(row[8]) for row in found))
