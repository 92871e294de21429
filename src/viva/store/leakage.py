"""The tables `leakage` and `leak`: what each check of a dataset for leaks between its splits has found."""

from collections.abc import Sequence

import duckdb

from viva.records.dataset import Leakage
from viva.store import rows

Connection = duckdb.DuckDBPyConnection


def add(connection: Connection, dataset_id: str, found: Leakage, leaks: Sequence[tuple[str, str, str, float]]) -> None:
    """Append a check and its findings: kind, the two examples, and how similar they are (0 to 1)."""
    [(seq,)] = connection.execute(
        """
        INSERT INTO leakage (dataset_id, near_duplicates, copied_references, threshold, created_at)
        VALUES (?, ?, ?, ?, ?) RETURNING seq
        """,
        [dataset_id, found.near_duplicates, found.copied_references, found.threshold, found.checked_at],
    ).fetchall()
    rows.insert(
        connection,
        "leak",
        ["dataset_id", "kind", "example_a", "example_b", "similarity", "seq"],
        [(dataset_id, *leak, seq) for leak in leaks],
    )


def latest(connection: Connection, dataset_id: str) -> Leakage | None:
    """Return what the last check of a dataset's version found; None where nobody has looked."""
    row = connection.execute(
        """
        SELECT near_duplicates, copied_references, threshold, created_at FROM leakage
        WHERE dataset_id = ? ORDER BY seq DESC LIMIT 1
        """,
        [dataset_id],
    ).fetchone()
    return None if row is None else Leakage(*row)
