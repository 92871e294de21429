"""Reading the leaderboard and the texts behind it."""

import json
from typing import Any

import duckdb

from viva.records.generation import ExampleResult, ScoredText
from viva.records.results import LeaderboardRow

Connection = duckdb.DuckDBPyConnection


def leaderboard(
    connection: Connection, dataset: str, version: int, split: str | None = None, by_field: bool = False
) -> list[LeaderboardRow]:
    """Return the rows of the view `leaderboard` (with `by_field` of `field_leaderboard`) for one dataset."""
    view, field = ("field_leaderboard", "field") if by_field else ("leaderboard", "NULL")
    found = connection.execute(
        f"""
        SELECT dataset, coalesce(split, ''), system, source, measure, n, attempted, mean, sd, se, {field}, study, scorer
        FROM {view} WHERE dataset = $dataset AND version = $version
          AND ($split IS NULL OR coalesce(split, '') = $split)
        ORDER BY ALL
        """,
        {"dataset": dataset, "version": version, "split": split},
    ).fetchall()
    return [LeaderboardRow(*row) for row in found]


def newest_written(connection: Connection, dataset: str) -> int | None:
    """Return the newest version of a dataset that a system has written for; None where there is none."""
    row = connection.execute(
        """
        SELECT max(d.version) FROM dataset d
        WHERE d.name = ? AND EXISTS (
            SELECT 1 FROM example e JOIN generation g USING (example_id) WHERE e.dataset_id = d.dataset_id)
        """,
        [dataset],
    ).fetchone()
    return None if row is None else row[0]


def example_results(connection: Connection, dataset_id: str, split: str | None) -> list[ExampleResult]:
    """Return every example of a split that has generations, with the systems' texts, metrics and human totals."""
    found = connection.execute(
        """
        WITH scored AS (
            SELECT generation, json_group_object(metric, value) AS values FROM metrics GROUP BY generation),
        rated AS (
            SELECT generation, avg(total) AS total, count(total) AS raters
            FROM totals WHERE source = 'human' GROUP BY generation)
        SELECT e.example_id, e.position, e.question, e.reference, e.field,
               g.generation_id, s.name, g.text, g.finish_reason, scored.values, rated.total, coalesce(rated.raters, 0)
        FROM example e JOIN generation g USING (example_id) JOIN system s USING (system_id)
        LEFT JOIN scored ON scored.generation = g.generation_id
        LEFT JOIN rated ON rated.generation = g.generation_id
        WHERE e.dataset_id = $dataset AND ($split IS NULL OR coalesce(e.split, '') = $split)
        ORDER BY e.position, s.created_at, s.name
        """,
        {"dataset": dataset_id, "split": split},
    ).fetchall()
    results: dict[str, ExampleResult] = {}
    for example_id, position, question, reference, field, *text in found:
        result = results.setdefault(example_id, ExampleResult(example_id, position, question, reference, field, []))
        result.texts.append(_text(*text))
    return list(results.values())


def _text(
    generation_id: str,
    system: str,
    text: str,
    finish_reason: str,
    values: str | None,
    total: float | None,
    raters: int,
) -> ScoredText:
    metrics: dict[str, Any] = json.loads(values) if values else {}
    return ScoredText(generation_id, system, text, finish_reason, metrics, total, raters)
