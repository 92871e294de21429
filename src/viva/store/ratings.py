"""The table `rating`: a row per criterion of each verdict a person saved."""

import json
from collections.abc import Sequence
from typing import Any

import duckdb

from viva.records.rating import RatingEvent
from viva.store import known_verdicts, rows, rubrics

Connection = duckdb.DuckDBPyConnection

SKIPPED = "skipped: "
"""What the reason for a missing value begins with when the rater passed the item over."""


def add(connection: Connection, events: Sequence[RatingEvent]) -> list[RatingEvent]:
    """Append verdicts, a row for every criterion of the study's rubric; return those without an item.

    An event that is there already changes nothing, so adding twice is harmless.
    """
    items = {
        (study_id, item_id): generation_id
        for study_id, item_id, generation_id in connection.execute(
            """
            SELECT study_id, item_id, generation_id FROM study_item
            WHERE generation_id IS NOT NULL AND generation_b IS NULL AND item_id IN (SELECT unnest(?))
            """,
            [[rows.storable(event.item_id) for event in events]],
        ).fetchall()
    }
    criteria = rubrics.criteria(connection, sorted({rows.storable(event.study_id) for event in events}))
    found: list[tuple[Any, ...]] = []
    unknown = []
    for event in events:
        generation_id = items.get((event.study_id, event.item_id))
        if generation_id is None or event.study_id not in criteria:
            unknown.append(event)
            continue
        missing = "not given" if event.skipped is None else SKIPPED + event.skipped
        for criterion in criteria[event.study_id]:
            value = event.values.get(criterion)
            found.append(
                (
                    event.event_id, event.study_id, event.item_id, generation_id, event.rater, criterion,
                    value, missing if value is None else None,
                    event.comment, event.flagged, event.seconds, event.created_at,
                )
            )  # fmt: skip
    rows.insert(
        connection,
        "rating",
        [
            "event_id", "study_id", "item_id", "generation_id", "rater", "criterion",
            "value", "unscored", "comment", "flagged", "seconds", "created_at",
        ],
        found,
        ignore_known=True,
    )  # fmt: skip
    return unknown


def latest(connection: Connection, study_id: str, rater: str) -> dict[str, RatingEvent]:
    """Return a rater's last verdict on each text of a study, those with known answers included, by item id.

    Values come in the rubric's order.
    """
    order = rubrics.criteria(connection, [study_id]).get(study_id, [])
    found = connection.execute(
        """
        SELECT event_id, study_id, item_id, rater, json_group_object(criterion, value),
               any_value(unscored), any_value(comment), any_value(flagged), any_value(seconds), any_value(created_at)
        FROM rating WHERE study_id = ? AND rater = ?
        GROUP BY event_id, study_id, item_id, rater
        QUALIFY row_number() OVER (PARTITION BY item_id ORDER BY any_value(created_at) DESC, max(seq) DESC) = 1
        """,
        [study_id, rows.storable(rater)],
    ).fetchall()
    events = known_verdicts.latest_ratings(connection, study_id, rater)
    for event_id, study, item_id, name, values, unscored, comment, flagged, seconds, created_at in found:
        said = json.loads(values)
        given = {criterion: int(said[criterion]) for criterion in order if said.get(criterion) is not None}
        skipped = unscored.removeprefix(SKIPPED) if unscored and unscored.startswith(SKIPPED) else None
        events[item_id] = RatingEvent(
            event_id, study, item_id, name, given, skipped, comment, flagged, seconds, created_at
        )
    return events
