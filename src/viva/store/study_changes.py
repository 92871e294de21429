"""The table `study_change`: what became of a study after it was made, the last word on each thing counting.

Contents by kind: `state` {"state": STATE}, `raters` {"raters": [NAME, …] or null for everybody},
`raters_per_item` {"raters_per_item": N}, `items` whatever tells what was added, a new part of the design in `design`.
"""

import json

import duckdb

from viva.records.study import StudyChange
from viva.store import rows

Connection = duckdb.DuckDBPyConnection


def add(connection: Connection, study_id: str, change: StudyChange) -> None:
    """Append a change. `kind` is `state`, `raters`, `raters_per_item` or `items`."""
    rows.insert(
        connection,
        "study_change",
        ["study_id", "kind", "content", "person", "created_at"],
        [(study_id, change.kind, rows.as_json(change.content), change.person, change.created_at)],
    )


def every(connection: Connection, study_id: str) -> list[StudyChange]:
    """Return the changes of a study, the oldest first."""
    found = connection.execute(
        "SELECT kind, content, person, created_at FROM study_change WHERE study_id = ? ORDER BY seq", [study_id]
    ).fetchall()
    return [StudyChange(kind, json.loads(content), person, at) for kind, content, person, at in found]
