"""Putting what raters said into the tables where it belongs."""

from collections.abc import Sequence

import duckdb

from viva.records.rating import GuessEvent, PreferenceEvent, RaterEvent, RatingEvent
from viva.store import guesses, known_verdicts, preferences, ratings

Connection = duckdb.DuckDBPyConnection


def add(connection: Connection, events: Sequence[RaterEvent]) -> list[RaterEvent]:
    """Append events of any kind; return those on items that the store does not hold, in their order.

    Verdicts on items with known answers go where no mean can meet them. An event that is there already changes
    nothing, so adding twice is harmless.
    """
    verdicts = known_verdicts.add(connection, [event for event in events if not isinstance(event, GuessEvent)])
    unknown: list[RaterEvent] = [
        *ratings.add(connection, [event for event in verdicts if isinstance(event, RatingEvent)]),
        *preferences.add(connection, [event for event in verdicts if isinstance(event, PreferenceEvent)]),
        *guesses.add(connection, [event for event in events if isinstance(event, GuessEvent)]),
    ]
    left = {id(event) for event in unknown}
    return [event for event in events if id(event) in left]
