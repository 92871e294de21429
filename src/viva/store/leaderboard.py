"""Reading the leaderboard."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import duckdb

from viva.records.leaderboard import ResultParts
from viva.records.results import LeaderboardRow
from viva.store import rows

Connection = duckdb.DuckDBPyConnection

PARTS = {None: (), "field": ("field",), "subfield": ("field", "subfield")}
"""What tells the parts of a leaderboard apart, by how it is asked for."""


class Scope(NamedTuple):
    """Which values count: those of a split, field, subfield and of systems; None is all, `""` those without one."""

    split: str | None = None
    field: str | None = None
    subfield: str | None = None
    systems: Sequence[str] | None = None


_COUNTED = """
    count(value) AS n, count(*) AS attempted, avg(value) AS mean,
    CASE WHEN count(value) > 1 THEN stddev_samp(value) END AS sd,
    CASE WHEN count(value) > 1 THEN stddev_samp(value) / sqrt(count(value)) END AS se,
    sum(texts_scored)::BIGINT AS texts_scored, sum(texts)::BIGINT AS texts,
    CASE WHEN count(value) BETWEEN $least AND $most THEN min(value, $most) END AS few
"""
"""The least `$most` values of no more than that many are all of them, and nothing more is kept of a million."""
_WHERE = """
    dataset = $dataset AND version = $version AND ($split IS NULL OR coalesce(split, '') = $split)
    AND ($field IS NULL OR coalesce(field, '') = $field)
    AND ($systems IS NULL OR list_contains($systems::VARCHAR[], system))
"""
_SUBFIELD = "AND ($subfield IS NULL OR coalesce(subfield, '') = $subfield)"
_WITH_SUBFIELDS = """
    (SELECT v.dataset, v.version, v.split, v.field, e.subfield, v.system, v.source, v.study, v.scorer, v.measure,
            v.value, v.texts_scored, v.texts
     FROM example_verdicts v JOIN example e ON e.example_id = v.example)
"""


def leaderboard(
    connection: Connection, dataset: str, version: int, scope: Scope, by: str | None, least: int, most: int
) -> list[tuple[LeaderboardRow, list[float] | None]]:
    """Return systems × measures of one dataset, without intervals, for each field or subfield where `by` says so.

    Beside a row that has from `least` to `most` values stand these, in order of size.
    """
    parts = PARTS[by]
    shown = ", ".join(name if name in parts else f"NULL::VARCHAR AS {name}" for name in ("field", "subfield"))
    # Subfields are looked up only where they are asked for.
    values = _WITH_SUBFIELDS if by == "subfield" or scope.subfield is not None else "example_verdicts"
    subfield = "" if values == "example_verdicts" else _SUBFIELD
    found = connection.execute(
        f"""
        SELECT dataset, split, system, source, measure, n, attempted, mean, sd, se, field, study, scorer,
               texts_scored, texts, subfield, few
        FROM (SELECT dataset, coalesce(split, '') AS split, system, source, measure, study, scorer, {shown}, {_COUNTED}
              FROM {values} WHERE {_WHERE} {subfield} GROUP BY ALL)
        ORDER BY ALL
        """,
        {
            "dataset": rows.storable(dataset), "version": version, "split": scope.split, "field": scope.field,
            "systems": None if scope.systems is None else [rows.storable(name) for name in scope.systems],
            "least": least, "most": most, **({"subfield": scope.subfield} if subfield else {}),
        },
    ).fetchall()  # fmt: skip
    return [(replace(LeaderboardRow(*row[:-2]), subfield=row[-2]), row[-1]) for row in found]


def example_parts(connection: Connection, dataset_id: str) -> dict[str, tuple[str, str | None, str | None]]:
    """Return each example's split, `""` without one, field and subfield, by its id."""
    found = connection.execute(
        "SELECT example_id, coalesce(split, ''), field, subfield FROM example WHERE dataset_id = ?", [dataset_id]
    ).fetchall()
    return {example: (split, field, subfield) for example, split, field, subfield in found}


def result_parts(connection: Connection, dataset_id: str) -> ResultParts:
    """Return the fields with their subfields of the examples that were written for, and the systems that wrote."""
    found = connection.execute(
        """
        SELECT DISTINCT coalesce(field, ''), coalesce(subfield, '') FROM example e
        WHERE dataset_id = ? AND EXISTS (SELECT 1 FROM generation g WHERE g.example_id = e.example_id) ORDER BY ALL
        """,
        [dataset_id],
    ).fetchall()
    systems = connection.execute(
        """
        SELECT name FROM system s WHERE EXISTS (
            SELECT 1 FROM generation g JOIN example e USING (example_id)
            WHERE g.system_id = s.system_id AND e.dataset_id = ?)
        ORDER BY created_at, name
        """,
        [dataset_id],
    ).fetchall()
    return ResultParts(_gathered(found), tuple(dict.fromkeys(name for (name,) in systems)))


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    fields: dict[str, tuple[str, ...]] = {}
    for field, subfield in pairs:
        fields[field] = (*fields.get(field, ()), subfield)
    return fields


def judge_rubrics(connection: Connection, dataset_id: str) -> dict[str, str]:
    """Return by which rubric each judge's, or panel's, counting verdicts were given: its id, by the scorer's name.

    A judge whose splits were judged by different rubrics is left out: its points are out of different sums.
    """
    found = connection.execute(
        """
        WITH counting AS (
            SELECT judge, mode, rubric_id FROM score_protocol WHERE counts AND dataset_id = $dataset
            UNION ALL
            SELECT p.name, p.mode, c.rubric_id
            FROM (SELECT name, mode, dataset_id, unnest(judges::TEXT[]) AS judge FROM panel) p
            JOIN score_protocol c ON c.judge = p.judge AND c.mode = p.mode AND c.dataset_id = p.dataset_id AND c.counts
            WHERE p.dataset_id = $dataset)
        SELECT judge || ' (' || mode || ')', any_value(rubric_id) FROM counting
        GROUP BY judge, mode HAVING count(DISTINCT rubric_id) = 1
        """,
        {"dataset": dataset_id},
    ).fetchall()
    return dict(found)


def never_scored(connection: Connection, dataset_id: str) -> list[tuple[str, str, int]]:
    """Return the systems with texts that no metric has been tried on: (split, system, how many texts)."""
    found = connection.execute(
        """
        SELECT coalesce(e.split, ''), s.name, count(*)
        FROM current_generation g JOIN system s USING (system_id) JOIN example e USING (example_id)
        WHERE e.dataset_id = ? AND NOT EXISTS (SELECT 1 FROM score c WHERE c.generation_id = g.generation_id)
        GROUP BY ALL ORDER BY min(s.created_at), s.name
        """,
        [dataset_id],
    ).fetchall()
    return [(split, system, count) for split, system, count in found]


def picked(connection: Connection, dataset_id: str, split: str | None) -> list[tuple[str, int]]:
    """Return by study how many questions have ratings that were picked as useful and are no random sample."""
    return connection.execute(
        """
        SELECT i.study, count(DISTINCT i.example)
        FROM study_items i JOIN example e ON e.example_id = i.example JOIN study s ON s.name = i.study
        WHERE e.dataset_id = $dataset AND ($split IS NULL OR coalesce(e.split, '') = $split)
          AND i.stream = 'useful' AND i.verdicts > 0 AND s.mode = 'rubric'
        GROUP BY ALL ORDER BY ALL
        """,
        {"dataset": dataset_id, "split": split},
    ).fetchall()


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
