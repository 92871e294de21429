"""The tables `generation` and `score`."""

from collections.abc import Sequence
from typing import Any

import duckdb

from viva.records.generation import Generation, Score
from viva.records.ids import utc_now
from viva.store import rows

Connection = duckdb.DuckDBPyConnection


def add(connection: Connection, generations: Sequence[Generation]) -> None:
    """Add generations; those known by id are passed over."""
    now = utc_now()
    rows.insert(
        connection,
        "generation",
        [
            "generation_id", "system_id", "example_id", "text", "finish_reason",
            "prompt_tokens", "completion_tokens", "seconds", "created_at",
        ],
        [
            (
                g.generation_id, g.system_id, g.example_id, g.text, g.finish_reason,
                g.prompt_tokens, g.completion_tokens, g.seconds, now,
            )
            for g in generations
        ],
        ignore_known=True,
    )  # fmt: skip


def generated_examples(connection: Connection, system_id: str) -> set[str]:
    """Return the ids of the examples that the system has written for."""
    found = connection.execute("SELECT example_id FROM generation WHERE system_id = ?", [system_id]).fetchall()
    return {example_id for (example_id,) in found}


def add_scores(connection: Connection, scores: Sequence[Score]) -> None:
    """Append scores."""
    now = utc_now()
    rows.insert(
        connection,
        "score",
        ["generation_id", "metric", "version", "settings", "value", "unscored", "created_at"],
        [(s.generation_id, s.metric, s.version, s.settings, s.value, s.unscored, now) for s in scores],
    )


def unscored(
    connection: Connection, dataset_id: str, split: str | None, metric: str, version: str, settings: str
) -> list[dict[str, Any]]:
    """Return what a metric still has to score: generation_id, question, reference and text of each.

    Left out are generations that already have a value from this version with these settings.
    """
    found = connection.execute(
        """
        SELECT g.generation_id, e.question, e.reference, g.text
        FROM generation g JOIN example e USING (example_id)
        WHERE e.dataset_id = $dataset AND ($split IS NULL OR coalesce(e.split, '') = $split)
          AND NOT EXISTS (
            FROM score s WHERE s.generation_id = g.generation_id AND s.metric = $metric
              AND s.version = $version AND s.settings = $settings AND s.value IS NOT NULL)
        ORDER BY e.position, g.system_id
        """,
        {"dataset": dataset_id, "split": split, "metric": metric, "version": version, "settings": settings},
    ).fetchall()
    return [dict(zip(("generation_id", "question", "reference", "text"), row, strict=True)) for row in found]


def without_scores(connection: Connection, dataset_id: str, split: str) -> int:
    """Return how many generations of a split no metric has been tried on."""
    [(count,)] = connection.execute(
        """
        SELECT count(*) FROM generation g JOIN example e USING (example_id)
        WHERE e.dataset_id = ? AND coalesce(e.split, '') = ?
          AND NOT EXISTS (FROM score s WHERE s.generation_id = g.generation_id)
        """,
        [dataset_id, split],
    ).fetchall()
    return int(count)
