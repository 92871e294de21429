"""The table `guess`: who people think wrote the texts they gave a verdict on."""

from collections.abc import Sequence
from typing import Any

import duckdb

from viva.records.rating import GuessEvent
from viva.store import rows, study_items

Connection = duckdb.DuckDBPyConnection


def add(connection: Connection, events: Sequence[GuessEvent]) -> list[GuessEvent]:
    """Append guesses; return those whose item is unknown. Adding twice is harmless.

    Of a pair the text that this rater was shown first is meant. A guess about an item with known answers is kept
    without a text, for nobody of the systems wrote it.
    """
    items = {
        (study_id, item_id): sides
        for study_id, item_id, *sides in connection.execute(
            """
            SELECT i.study_id, i.item_id, t.seed, i.generation_id, i.generation_b
            FROM study_item i JOIN study t USING (study_id) WHERE i.item_id IN (SELECT unnest(?))
            """,
            [[rows.storable(event.item_id) for event in events]],
        ).fetchall()
    }
    found: list[tuple[Any, ...]] = []
    unknown = []
    for event in events:
        sides = items.get((event.study_id, event.item_id))
        if sides is None:
            unknown.append(event)
            continue
        seed, generation_id, generation_b = sides
        if generation_b is not None and study_items.shown_first(seed, event.item_id, event.rater) == "b":
            generation_id = generation_b
        found.append(
            (
                event.event_id, event.study_id, event.item_id, generation_id, event.rater, event.label,
                event.created_at,
            )
        )  # fmt: skip
    rows.insert(
        connection,
        "guess",
        ["event_id", "study_id", "item_id", "generation_id", "rater", "label", "created_at"],
        found,
        ignore_known=True,
    )
    return unknown
