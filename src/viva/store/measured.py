"""The single values behind means: each text's value on a measure, and why some have none."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb

from viva.store.browsing import HUMAN_TOTAL

Connection = duckdb.DuckDBPyConnection

_VALUES = """
    SELECT m.generation, m.system, m.split, m.value, m.unscored FROM metrics m
    WHERE m.metric = $measure AND m.dataset = $dataset AND m.version = $version
"""
_TOTALS = """
    SELECT t.generation, t.system, t.split, avg(t.total) AS value, 'a criterion was not rated' AS unscored FROM totals t
    WHERE t.source = 'human' AND t.dataset = $dataset AND t.version = $version AND $measure = $measure
    GROUP BY ALL
"""


class Measured(NamedTuple):
    """The values of one system on a measure, unordered; the others of `attempted` texts have none."""

    system: str
    attempted: int
    values: list[float]


def values(
    connection: Connection,
    dataset: str,
    version: int,
    split: str | None,
    measure: str,
    systems: Sequence[str] | None = None,
) -> tuple[list[Measured], list[tuple[str, int]]]:
    """Return the values of a measure, all samples, by system in the order they came; and why some have none.

    `HUMAN_TOTAL` is the mean of the total over the raters of a text. With `systems` only theirs count.
    """
    source = _TOTALS if measure == HUMAN_TOTAL else _VALUES
    parameters: dict[str, Any] = {"dataset": dataset, "version": version, "split": split, "measure": measure}
    parameters["systems"] = None if systems is None else list(systems)
    scope = """
        ($split IS NULL OR coalesce(split, '') = $split)
        AND ($systems IS NULL OR list_contains($systems::VARCHAR[], system))
    """
    found = connection.execute(
        f"""
        SELECT v.system, count(*), list(v.value) FILTER (v.value IS NOT NULL)
        FROM ({source}) v JOIN (SELECT name, created_at FROM system) s ON s.name = v.system
        WHERE {scope}
        GROUP BY v.system, s.created_at ORDER BY s.created_at, v.system
        """,
        parameters,
    ).fetchall()
    reasons = connection.execute(
        f"""
        SELECT unscored, count(*) FROM ({source}) WHERE value IS NULL AND {scope}
        GROUP BY unscored ORDER BY count(*) DESC, unscored
        """,
        parameters,
    ).fetchall()
    return [Measured(system, attempted, there or []) for system, attempted, there in found], reasons


def measures(connection: Connection, dataset: str, version: int, split: str | None) -> list[str]:
    """Return the measures of which there are values, people's totals as `HUMAN_TOTAL`, by name."""
    parameters = {"dataset": dataset, "version": version, "split": split}
    found = connection.execute(
        f"""
        SELECT DISTINCT metric FROM metrics
        WHERE dataset = $dataset AND version = $version AND ($split IS NULL OR coalesce(split, '') = $split)
        UNION
        SELECT DISTINCT '{HUMAN_TOTAL}' FROM totals WHERE source = 'human'
          AND dataset = $dataset AND version = $version AND ($split IS NULL OR coalesce(split, '') = $split)
        ORDER BY 1
        """,
        parameters,
    ).fetchall()
    return [name for (name,) in found]


def reasons(
    connection: Connection,
    dataset: str,
    version: int,
    split: str | None,
    systems: Sequence[str],
    metrics: Sequence[str],
) -> list[tuple[str, str, int]]:
    """Return why metrics have no value for texts of these systems: (measure, reason, how often), the most frequent
    first.
    """
    found = connection.execute(
        """
        SELECT metric, unscored, count(*) FROM metrics
        WHERE value IS NULL AND dataset = $dataset AND version = $version
          AND ($split IS NULL OR coalesce(split, '') = $split)
          AND system IN (SELECT unnest($systems)) AND metric IN (SELECT unnest($metrics))
        GROUP BY metric, unscored ORDER BY metric, count(*) DESC, unscored
        """,
        {
            "dataset": dataset, "version": version, "split": split, "systems": list(systems), "metrics": list(metrics),
        },
    ).fetchall()  # fmt: skip
    return [(metric, reason, count) for metric, reason, count in found]
