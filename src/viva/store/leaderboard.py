"""Reading the leaderboard."""

import duckdb

from viva.records.results import LeaderboardRow

Connection = duckdb.DuckDBPyConnection


def leaderboard(
    connection: Connection, dataset: str, version: int, split: str | None = None, by_field: bool = False
) -> list[LeaderboardRow]:
    """Return the rows of the view `leaderboard` (with `by_field` of `field_leaderboard`) for one dataset."""
    view, field = ("field_leaderboard", "field") if by_field else ("leaderboard", "NULL")
    found = connection.execute(
        f"""
        SELECT dataset, coalesce(split, ''), system, source, measure, n, attempted, mean, sd, se, {field},
               study, scorer, texts_scored, texts
        FROM {view} WHERE dataset = $dataset AND version = $version
          AND ($split IS NULL OR coalesce(split, '') = $split)
        ORDER BY ALL
        """,
        {"dataset": dataset, "version": version, "split": split},
    ).fetchall()
    return [LeaderboardRow(*row) for row in found]


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
