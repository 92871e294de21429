"""The people's rows of the table `preference`: of each comparison one for the whole, and one for each criterion."""

import json
from collections.abc import Sequence
from typing import Any

import duckdb

from viva.records.rating import OVERALL, Choice, PreferenceEvent, Strength
from viva.store import known_verdicts, rows, rubrics
from viva.store.ratings import SKIPPED

Connection = duckdb.DuckDBPyConnection


def add(connection: Connection, events: Sequence[PreferenceEvent]) -> list[PreferenceEvent]:
    """Append comparisons; return those whose item is no pair of their study. Adding twice is harmless."""
    items = {
        (study_id, item_id): pair
        for study_id, item_id, *pair in connection.execute(
            """
            SELECT i.study_id, i.item_id, g.example_id, i.generation_id, i.generation_b
            FROM study_item i JOIN generation g USING (generation_id)
            WHERE i.generation_b IS NOT NULL AND i.item_id IN (SELECT unnest(?))
            """,
            [[rows.storable(event.item_id) for event in events]],
        ).fetchall()
    }
    found: list[tuple[Any, ...]] = []
    unknown = []
    for event in events:
        pair = items.get((event.study_id, event.item_id))
        if pair is None:
            unknown.append(event)
            continue
        said = (
            event.study_id, event.item_id, *pair, event.rater, "human", event.shown_first,
            event.comment, event.flagged, event.seconds, event.created_at,
        )  # fmt: skip
        if event.skipped is not None:
            found.append((event.event_id, None, None, None, SKIPPED + event.skipped, *said))
            continue
        found += [
            (_row_id(event, key), key or None, choice.winner, choice.strength and str(choice.strength), None, *said)
            for key, choice in event.choices.items()
        ]
    rows.insert(
        connection,
        "preference",
        [
            "event_id", "criterion", "winner", "strength", "unscored", "study_id", "item_id", "example_id",
            "generation_a", "generation_b", "scorer", "source", "shown_first", "comment", "flagged", "seconds",
            "created_at",
        ],
        found,
        ignore_known=True,
    )  # fmt: skip
    return unknown


def latest(connection: Connection, study_id: str, rater: str) -> dict[str, PreferenceEvent]:
    """Return a rater's last comparison of each pair of a study, those with known answers included, by item id.

    The choice on the whole comes first, then those on criteria in the rubric's order.
    """
    order = [OVERALL, *rubrics.criteria(connection, [study_id]).get(study_id, [])]
    place = {criterion: number for number, criterion in enumerate(order)}
    found = connection.execute(
        """
        SELECT event, item_id, scorer, any_value(shown_first),
               json_group_array(json_array(coalesce(criterion, ''), winner, strength)),
               any_value(unscored), any_value(comment), any_value(flagged), any_value(seconds), any_value(created_at)
        FROM (SELECT *, CASE WHEN ends_with(event_id, '/' || criterion)
                             THEN left(event_id, length(event_id) - length(criterion) - 1) ELSE event_id END AS event
              FROM preference WHERE study_id = ? AND scorer = ? AND source = 'human' AND item_id IS NOT NULL)
        GROUP BY event, item_id, scorer
        QUALIFY row_number() OVER (PARTITION BY item_id ORDER BY any_value(created_at) DESC, max(seq) DESC) = 1
        """,
        [study_id, rows.storable(rater)],
    ).fetchall()
    events = known_verdicts.latest_preferences(connection, study_id, rater)
    for event_id, item_id, name, side, said, unscored, *rest in found:
        choices = {
            key: Choice(winner, None if strength is None else Strength(strength))
            for key, winner, strength in sorted(
                json.loads(said), key=lambda row: (place.get(row[0], len(place)), row[0])
            )
            if winner is not None
        }
        skipped = unscored.removeprefix(SKIPPED) if unscored and unscored.startswith(SKIPPED) else None
        events[item_id] = PreferenceEvent(event_id, study_id, item_id, name, side, choices, skipped, *rest)
    return events


def _row_id(event: PreferenceEvent, criterion: str) -> str:
    return event.event_id if criterion == OVERALL else f"{event.event_id}/{criterion}"
