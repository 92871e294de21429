"""What only a report reads: its systems, the curves of the trainings behind them, and counts of the whole."""

from collections import defaultdict
from typing import NamedTuple

import duckdb

from viva.records.report_data import ReportFacts
from viva.store import rows

Connection = duckdb.DuckDBPyConnection

_SCOPE = "g.dataset = $dataset AND g.version = $version AND coalesce(g.split, '') = $split"


class Scope(NamedTuple):
    """One split of one version of a dataset."""

    dataset: str
    version: int
    split: str

    def parameters(self) -> dict[str, str | int]:
        return {"dataset": rows.storable(self.dataset), "version": self.version, "split": rows.storable(self.split)}


class WrittenSystem(NamedTuple):
    """A system with what it is made of, and how many texts it has; decoding is JSON."""

    name: str
    model: str
    kind: str | None
    base: str | None
    prompt: str
    decoding: str
    texts: int
    failed: int


def splits(connection: Connection, dataset: str, version: int) -> list[str]:
    """Return the splits of a version that systems wrote for; `""` is that of examples without one."""
    found = connection.execute(
        "SELECT DISTINCT coalesce(split, '') FROM generations WHERE dataset = $dataset AND version = $version "
        "ORDER BY ALL", {"dataset": rows.storable(dataset), "version": version},
    ).fetchall()  # fmt: skip
    return [split for (split,) in found]


def systems(connection: Connection, scope: Scope) -> list[WrittenSystem]:
    """Return the systems that wrote for the split, in the order in which they came."""
    found = connection.execute(
        f"""
        SELECT s.name, s.model, m.kind, m.base, s.prompt, s.decoding::TEXT, count(*), count(g.failed)
        FROM generations g JOIN system s ON s.name = g.system LEFT JOIN model m ON m.name = s.model
        WHERE {_SCOPE} GROUP BY s.name, s.model, m.kind, m.base, s.prompt, s.decoding::TEXT, s.created_at
        ORDER BY s.created_at, s.name
        """,
        scope.parameters(),
    ).fetchall()
    return [WrittenSystem(*row) for row in found]


def counts(connection: Connection, scope: Scope, study: str | None = None) -> ReportFacts:
    """Return how much was written, rated and judged for the split, in all and by the people of a study."""
    [found] = connection.execute(
        f"""
        WITH event AS (
            SELECT 'text' AS kind, NULL AS rater, NULL AS study, created_at FROM generations g WHERE {_SCOPE}
            UNION ALL SELECT 'rating', rater, study, created_at FROM ratings g WHERE value IS NOT NULL AND {_SCOPE}
            UNION ALL SELECT 'judgment', NULL, NULL, created_at FROM judgments g WHERE value IS NOT NULL AND {_SCOPE}
            UNION ALL SELECT 'pair', CASE WHEN source = 'human' THEN scorer END, study, created_at FROM preferences g
                      WHERE winner IS NOT NULL AND {_SCOPE}
        )
        SELECT count(*) FILTER (kind = 'text'), count(DISTINCT rater),
               count(*) FILTER (kind = 'rating' OR (kind = 'pair' AND rater IS NOT NULL)),
               count(*) FILTER (kind = 'judgment' OR (kind = 'pair' AND rater IS NULL)),
               count(DISTINCT rater) FILTER (study = $study),
               count(*) FILTER (study = $study AND rater IS NOT NULL),
               min(created_at), max(created_at)
        FROM event
        """,
        {**scope.parameters(), "study": None if study is None else rows.storable(study)},
    ).fetchall()
    return ReportFacts(*found)


def studies(connection: Connection, scope: Scope) -> list[tuple[str, int]]:
    """Return the studies with values for the split's texts, each with how many texts it has rated, the most first."""
    return connection.execute(
        f"""
        SELECT study, count(DISTINCT generation) FROM ratings g WHERE value IS NOT NULL AND {_SCOPE}
        GROUP BY study ORDER BY 2 DESC, 1
        """,
        scope.parameters(),
    ).fetchall()


def judges(connection: Connection, scope: Scope) -> list[tuple[str, str, int]]:
    """Return the judges with values for the split's texts, (judge, mode, texts), the one with the most totals first.

    `texts` counts those with a total, which a judge that leaves out a criterion gives none.
    """
    return connection.execute(
        f"""
        WITH said AS (
            SELECT judge, mode, generation, count(points) = any_value(criteria) AS whole
            FROM judgments g JOIN rubric_sizes USING (rubric) WHERE value IS NOT NULL AND {_SCOPE}
            GROUP BY judge, mode, generation
        )
        SELECT judge, mode, count(*) FILTER (whole) FROM said
        GROUP BY judge, mode ORDER BY 3 DESC, count(*) DESC, mode DESC, judge
        """,
        scope.parameters(),
    ).fetchall()


def raters(connection: Connection, dataset: str, version: int) -> list[str]:
    """Return everybody who gave a verdict or a guess on texts of a version, in the order in which they began."""
    found = connection.execute(
        """
        WITH own AS (SELECT generation_id FROM generation g JOIN example e USING (example_id)
                     JOIN dataset d USING (dataset_id) WHERE d.name = $dataset AND d.version = $version),
        place AS (SELECT study_id FROM study JOIN dataset d USING (dataset_id)
                  WHERE d.name = $dataset AND d.version = $version)
        SELECT rater FROM (
            SELECT rater, created_at FROM rating SEMI JOIN own USING (generation_id)
            UNION ALL SELECT scorer, created_at FROM preference p
                      WHERE source = 'human' AND generation_a IN (SELECT generation_id FROM own)
            UNION ALL SELECT rater, created_at FROM guess SEMI JOIN place USING (study_id)
            UNION ALL SELECT rater, created_at FROM known_verdict SEMI JOIN place USING (study_id))
        GROUP BY rater ORDER BY min(created_at), rater
        """,
        {"dataset": rows.storable(dataset), "version": version},
    ).fetchall()
    return [name for (name,) in found]


def curves(
    connection: Connection, models: list[str]
) -> list[tuple[str, str, dict[str, tuple[tuple[int, float], ...]]]]:
    """Return the curves of the trainings that made these models: (job, model, {name: (step, value) points})."""
    found = connection.execute(
        """
        SELECT c.job, c.model, c.name, c.step, c.value FROM curves c JOIN job j ON j.job_id = c.job
        WHERE list_contains($models::VARCHAR[], c.model) ORDER BY j.created_at, c.job, c.name, c.step
        """,
        {"models": [rows.storable(model) for model in models]},
    ).fetchall()
    jobs: dict[tuple[str, str], dict[str, list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))
    for job, model, name, step, value in found:
        jobs[job, model][name].append((step, value))
    return [
        (job, model, {name: tuple(points) for name, points in named.items()}) for (job, model), named in jobs.items()
    ]
