"""The tables `rubric` and `criterion`."""

import json
from collections.abc import Sequence

import duckdb

from viva.records.ids import utc_now
from viva.records.rubric import Criterion, Rubric
from viva.store import rows

Connection = duckdb.DuckDBPyConnection


def add(connection: Connection, rubric: Rubric) -> None:
    """Add a rubric; the same one is left as it is."""
    if connection.execute("SELECT 1 FROM rubric WHERE rubric_id = ?", [rubric.rubric_id]).fetchone():
        return
    connection.execute(
        "INSERT INTO rubric VALUES (?, ?, ?, ?)", [rubric.rubric_id, rubric.name, rubric.title, utc_now()]
    )
    rows.insert(
        connection,
        "criterion",
        ["rubric_id", "position", "name", "weight", "question", "lowest", "highest", "levels"],
        [
            (rubric.rubric_id, position, c.name, c.weight, c.question, c.lowest, c.highest, rows.as_json(c.levels))
            for position, c in enumerate(rubric.criteria)
        ],
    )


def get(connection: Connection, rubric_id: str) -> Rubric:
    """Return the rubric of that id, which must be there."""
    [(name, title)] = connection.execute("SELECT name, title FROM rubric WHERE rubric_id = ?", [rubric_id]).fetchall()
    found = connection.execute(
        "SELECT name, weight, question, lowest, highest, levels FROM criterion WHERE rubric_id = ? ORDER BY position",
        [rubric_id],
    ).fetchall()
    return Rubric(
        name,
        title,
        tuple(
            Criterion(name, weight, question, lowest, highest, {int(k): v for k, v in json.loads(levels).items()})
            for name, weight, question, lowest, highest, levels in found
        ),
    )


def criteria(connection: Connection, study_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the names of the criteria of each study in the rubric's order; a study that is not there is left out."""
    found = connection.execute(
        """
        SELECT t.study_id, list(c.name ORDER BY c.position) FROM study t JOIN criterion c USING (rubric_id)
        WHERE t.study_id IN (SELECT unnest(?)) GROUP BY t.study_id
        """,
        [list(study_ids)],
    ).fetchall()
    return dict(found)
