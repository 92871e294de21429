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
