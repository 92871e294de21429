"""What the raters of a study said of the same items, to be held against one another."""

from collections import defaultdict

import duckdb

from viva.store import rows

Connection = duckdb.DuckDBPyConnection
Given = tuple[str, str, str, float | str]
"""An item, a rater, a criterion (empty: a pair as a whole), and the value, or which text is better."""


def ratings(connection: Connection, study: str) -> list[Given]:
    """Return the values of a study's ratings, without those of items with known answers."""
    return connection.execute(
        "SELECT generation, rater, criterion, value FROM ratings WHERE study = ? AND value IS NOT NULL ORDER BY ALL",
        [rows.storable(study)],
    ).fetchall()


def preferences(connection: Connection, study: str) -> list[Given]:
    """Return which text of each pair was found better: `a` and `b` are the same texts for every rater."""
    return connection.execute(
        """
        SELECT generation_a || ' ' || generation_b, scorer, coalesce(criterion, ''), winner FROM preferences
        WHERE source = 'human' AND study = ? AND winner IS NOT NULL ORDER BY ALL
        """,
        [rows.storable(study)],
    ).fetchall()


def guesses(connection: Connection, study: str) -> list[tuple[str, str, str, str | None]]:
    """Return (rater, example, system, guess) of each text with a label; a guess of None says that one cannot tell."""
    return connection.execute(
        """
        SELECT q.rater, g.example_id, q.system, q.guessed FROM guesses q
        JOIN generation g ON g.generation_id = q.generation
        WHERE q.study = ? AND (q.label IS NOT NULL OR q.guessed IS NULL) ORDER BY q.rater, q.item
        """,
        [rows.storable(study)],
    ).fetchall()


def writers(connection: Connection, study: str) -> dict[str, dict[str, str]]:
    """Return by example the systems whose texts for it a study holds, with the labels that raters know them by."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for example, system, label in connection.execute(
        """
        WITH text AS (SELECT study, example, unnest([system, system_b]) AS system FROM study_items WHERE study = $study)
        SELECT DISTINCT x.example, x.system, CAST(t.design->'$.labels' AS MAP(TEXT, TEXT))[x.system] AS label
        FROM text x JOIN study t ON t.name = x.study
        WHERE x.system IS NOT NULL AND label IS NOT NULL ORDER BY ALL
        """,
        {"study": rows.storable(study)},
    ).fetchall():
        found[example][system] = label
    return found
