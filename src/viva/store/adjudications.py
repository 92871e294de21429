"""The table `adjudication`: what was decided of items on which raters disagree."""

from collections import defaultdict
from typing import Any

import duckdb

from viva.records.adjudication import Decision
from viva.store import rows

Connection = duckdb.DuckDBPyConnection


def add(connection: Connection, event_id: str, study_id: str, item_id: str, decision: Decision) -> None:
    """Append a decision, a row for each criterion that it settles; it takes the place of any before it."""
    rows.insert(
        connection,
        "adjudication",
        ["event_id", "study_id", "item_id", "criterion", "value", "winner", "note", "adjudicator", "created_at"],
        [
            (
                event_id, study_id, item_id, criterion,
                None if isinstance(value, str) else float(value), value if isinstance(value, str) else None,
                decision.note, decision.adjudicator, decision.created_at,
            )
            for criterion, value in decision.values.items()
        ],
    )  # fmt: skip


def latest(connection: Connection, study_id: str) -> dict[str, Decision]:
    """Return the last decision on each item of a study that has one, by item id."""
    found = connection.execute(
        """
        SELECT item_id, criterion, winner, value, note, adjudicator, created_at
        FROM adjudication WHERE study_id = ?
        QUALIFY event_id = last_value(event_id) OVER (PARTITION BY item_id ORDER BY seq
                                                      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
        ORDER BY item_id, seq
        """,
        [study_id],
    ).fetchall()
    values: dict[str, dict[str, float | str]] = defaultdict(dict)
    about: dict[str, tuple[Any, ...]] = {}
    for item_id, criterion, said, value, *rest in found:
        values[item_id][criterion] = said if value is None else value
        about[item_id] = tuple(rest)
    return {item_id: Decision(values[item_id], *about[item_id]) for item_id in about}
