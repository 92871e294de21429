"""What people of a study and judges said of the same systems, and how the questions came into the study."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb

from viva.store import rows

Connection = duckdb.DuckDBPyConnection


class DrawnQuestion(NamedTuple):
    """A question of a study; `probability` is the chance with which it was drawn, None where it was not by chance."""

    example: str
    stratum: str
    probability: float | None


def questions(connection: Connection, study_id: str) -> list[DrawnQuestion]:
    """Return the questions of a study once each, items with known answers left out."""
    found = connection.execute(
        """
        SELECT g.example_id, max(i.stratum),
               max(CASE WHEN i.stream = 'calibration' AND i.probability > 0 THEN i.probability END)
        FROM study_item i JOIN generation g USING (generation_id)
        WHERE i.study_id = ? AND i.stream IN ('calibration', 'useful') GROUP BY g.example_id ORDER BY ALL
        """,
        [study_id],
    ).fetchall()
    return [DrawnQuestion(*row) for row in found]


def scorers(
    connection: Connection, dataset: str, version: int, split: str, systems: Sequence[str]
) -> list[tuple[str, int]]:
    """Return the judges whose verdicts on these systems count, and on how many questions, who judged most first.

    A judge is named with its mode in brackets.
    """
    return connection.execute(
        f"""
        SELECT scorer, count(DISTINCT example) AS judged FROM example_verdicts
        WHERE {_SCOPE} AND source = 'judge' GROUP BY scorer ORDER BY judged DESC, scorer
        """,
        _scope(dataset, version, split, systems),
    ).fetchall()


def judged_measures(
    connection: Connection, dataset: str, version: int, split: str, systems: Sequence[str], scorer: str
) -> set[str]:
    """Return the criteria that a judge has given any of these systems a value of, and `total` where it has totals."""
    found = connection.execute(
        f"SELECT DISTINCT measure FROM example_verdicts WHERE {_SCOPE} AND source = 'judge' AND scorer = $scorer",
        {**_scope(dataset, version, split, systems), "scorer": rows.storable(scorer)},
    ).fetchall()
    return {measure for (measure,) in found}


def values(
    connection: Connection,
    dataset: str,
    version: int,
    split: str,
    systems: Sequence[str],
    study: str,
    scorer: str,
) -> dict[tuple[str, str, str], dict[str, float]]:
    """Return the points that people of a study and a judge gave, by (source, measure, system), then by example."""
    found = connection.execute(
        f"""
        SELECT source, measure, system, list(example), list(value) FROM example_verdicts
        WHERE {_SCOPE} AND (source = 'human' AND study = $study OR source = 'judge' AND scorer = $scorer)
        GROUP BY ALL
        """,
        {**_scope(dataset, version, split, systems), "study": rows.storable(study), "scorer": rows.storable(scorer)},
    ).fetchall()
    return {
        (source, measure, system): dict(sorted(zip(examples, points, strict=True)))
        for source, measure, system, examples, points in found
    }


_SCOPE = """
    dataset = $dataset AND version = $version AND coalesce(split, '') = $split AND value IS NOT NULL
    AND list_contains($systems::VARCHAR[], system)
"""


def _scope(dataset: str, version: int, split: str, systems: Sequence[str]) -> dict[str, Any]:
    return {
        "dataset": rows.storable(dataset), "version": version, "split": rows.storable(split),
        "systems": [rows.storable(name) for name in systems],
    }  # fmt: skip
