"""Reading what each rater said about the texts for an example."""

import duckdb

from viva.records.rater_verdict import RaterVerdict

Connection = duckdb.DuckDBPyConnection


def of_example(connection: Connection, example_id: str) -> list[RaterVerdict]:
    """Return what raters said last about each text for an example, by system, sample, study and rater."""
    found = connection.execute(
        """
        SELECT r.study, r.rater, r.system, r.generation, g.sample,
               list((r.criterion, r.value) ORDER BY c.position), sum(r.points), count(r.value) = any_value(k.criteria),
               max(r.unscored), max(coalesce(r.comment, '')), bool_or(r.flagged), max(r.seconds), max(r.created_at)
        FROM ratings r
        JOIN generation g ON g.generation_id = r.generation
        JOIN criterion c ON c.rubric_id = r.rubric AND c.name = r.criterion
        JOIN (SELECT rubric_id, count(*) AS criteria FROM criterion GROUP BY rubric_id) k ON k.rubric_id = r.rubric
        WHERE r.example = ? GROUP BY ALL ORDER BY r.system, g.sample, r.study, r.rater
        """,
        [example_id],
    ).fetchall()
    return [
        RaterVerdict(
            study, rater, system, generation, sample or 0, tuple(tuple(pair) for pair in values),
            points if whole else None, unscored, comment, bool(flagged), seconds, created_at,
        )
        for study, rater, system, generation, sample, values, points, whole, unscored, comment, flagged, seconds,
        created_at in found
    ]  # fmt: skip
