"""What is shown of questions on which two systems differ, and which questions a study picked as useful."""

from collections.abc import Sequence
from typing import Any

import duckdb

from viva.store import rows

Connection = duckdb.DuckDBPyConnection


def questions(connection: Connection, example_ids: Sequence[str], systems: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Return by example its position, question, reference, field, and a text of each system (None without one).

    Of several samples the first is taken.
    """
    wanted = [rows.storable(one) for one in example_ids]
    examples = connection.execute(
        "SELECT example_id, position, question, reference, field FROM example WHERE example_id IN (SELECT unnest(?))",
        [wanted],
    ).fetchall()
    texts = connection.execute(
        """
        SELECT g.example_id, s.name, arg_min(g.text, g.sample)
        FROM current_generation g JOIN system s USING (system_id)
        WHERE g.example_id IN (SELECT unnest(?)) AND s.name IN (SELECT unnest(?)) AND g.failed IS NULL
        GROUP BY ALL
        """,
        [wanted, [rows.storable(one) for one in systems]],
    ).fetchall()
    written = {(example, system): text for example, system, text in texts}
    return {row[0]: (*row[1:], *(written.get((row[0], system)) for system in systems)) for row in examples}


def parts(connection: Connection, dataset_id: str) -> list[tuple[str, str]]:
    """Return the fields of a dataset's questions with their subfields; what is missing is empty."""
    return connection.execute(
        "SELECT DISTINCT coalesce(field, ''), coalesce(subfield, '') FROM example WHERE dataset_id = ? ORDER BY ALL",
        [dataset_id],
    ).fetchall()


def picked(connection: Connection, studies: Sequence[str]) -> dict[str, set[str]]:
    """Return the examples that studies picked as useful, by the name of the study."""
    found = connection.execute(
        "SELECT study, list(example) FROM study_items WHERE stream = 'useful' AND study IN (SELECT unnest(?))"
        " GROUP BY study",
        [[rows.storable(one) for one in studies]],
    ).fetchall()
    return {study: set(examples) for study, examples in found}
