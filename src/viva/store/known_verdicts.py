"""The table `known_verdict`: what people said of items whose answers are known, apart from all other verdicts."""

import json
from collections.abc import Sequence
from typing import Any

import duckdb

from viva.records.rating import Choice, PreferenceEvent, RatingEvent, Strength, Verdict
from viva.store import rows

Connection = duckdb.DuckDBPyConnection


def add(connection: Connection, events: Sequence[Verdict]) -> list[Verdict]:
    """Append the verdicts on items with known answers; return the others. Adding twice is harmless."""
    known = {
        (study_id, item_id, pair): known_id
        for study_id, item_id, pair, known_id in connection.execute(
            """
            SELECT i.study_id, i.item_id, k.text_b IS NOT NULL, known_id FROM study_item i JOIN known_item k
            USING (known_id) WHERE i.item_id IN (SELECT unnest(?))
            """,
            [[rows.storable(event.item_id) for event in events]],
        ).fetchall()
    }
    found: list[tuple[Any, ...]] = []
    others = []
    for event in events:
        known_id = known.get((event.study_id, event.item_id, isinstance(event, PreferenceEvent)))
        if known_id is None:
            others.append(event)
        else:
            found.append((*_said(event), known_id))
    rows.insert(
        connection,
        "known_verdict",
        [
            "event_id", "study_id", "item_id", "rater", "shown_first", "answers", "strengths", "skipped", "comment",
            "flagged", "seconds", "created_at", "known_id",
        ],
        found,
        ignore_known=True,
    )  # fmt: skip
    return others


def latest_ratings(connection: Connection, study_id: str, rater: str) -> dict[str, RatingEvent]:
    """Return a rater's last verdict on each single text with known answers, by item id."""
    return {
        item_id: RatingEvent(event_id, study_id, item_id, name, json.loads(answers), *rest)
        for event_id, item_id, name, _, answers, _, *rest in _latest(connection, study_id, rater, "IS NULL")
    }


def latest_preferences(connection: Connection, study_id: str, rater: str) -> dict[str, PreferenceEvent]:
    """Return a rater's last comparison of each two texts with known answers, by item id."""
    events = {}
    for event_id, item_id, name, side, answers, strengths, *rest in _latest(connection, study_id, rater, "IS NOT NULL"):
        by_how_much = {criterion: Strength(said) for criterion, said in json.loads(strengths).items()}
        choices = {key: Choice(winner, by_how_much.get(key)) for key, winner in json.loads(answers).items()}
        events[item_id] = PreferenceEvent(event_id, study_id, item_id, name, side, choices, *rest)
    return events


def _said(event: Verdict) -> tuple[Any, ...]:
    """Return the columns of a verdict from `event_id` to `created_at`."""
    if isinstance(event, RatingEvent):
        side, answers, strengths = None, dict[str, Any](event.values), {}
    else:
        side, answers = event.shown_first, {key: choice.winner for key, choice in event.choices.items()}
        strengths = {key: str(choice.strength) for key, choice in event.choices.items() if choice.strength}
    return (
        event.event_id, event.study_id, event.item_id, event.rater, side, rows.as_json(answers),
        rows.as_json(strengths), event.skipped, event.comment, event.flagged, event.seconds, event.created_at,
    )  # fmt: skip


def _latest(connection: Connection, study_id: str, rater: str, side: str) -> list[tuple[Any, ...]]:
    return connection.execute(
        f"""
        SELECT event_id, item_id, rater, shown_first, answers, strengths, skipped, comment, flagged, seconds, created_at
        FROM known_verdict WHERE study_id = ? AND rater = ? AND shown_first {side}
        QUALIFY row_number() OVER (PARTITION BY item_id ORDER BY created_at DESC, seq DESC) = 1
        """,
        [study_id, rows.storable(rater)],
    ).fetchall()
