"""The lines of an outbox: one JSON object an event, and nothing read back that the store would refuse."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from viva.records.rating import Choice, GuessEvent, PreferenceEvent, RaterEvent, RatingEvent, Strength, Verdict

KINDS: dict[type[RaterEvent], str] = {RatingEvent: "rating", PreferenceEvent: "preference", GuessEvent: "guess"}


def line(event: RaterEvent) -> bytes:
    """Return the event as one line without its end."""
    content = {"kind": KINDS[type(event)], **asdict(event), "created_at": event.created_at.isoformat()}
    return json.dumps(content).encode()


def parse(content: bytes) -> tuple[list[RaterEvent], list[bytes]]:
    """Return the events in `content` and the lines that are none. A line without a kind is a rating."""
    events, rejected = [], []
    for raw in content.splitlines():
        if not raw.strip():
            continue
        try:
            value = json.loads(raw)
            kind = value.pop("kind", "rating")
            events.append(_READERS[kind]({**value, "created_at": datetime.fromisoformat(value["created_at"])}))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            rejected.append(raw)
    return events, rejected


def _rating(value: dict[str, Any]) -> RatingEvent:
    event = RatingEvent(**value)
    _require(event, [*_texts(event), *event.values], [event.seconds, *event.values.values()])
    return event


def _preference(value: dict[str, Any]) -> PreferenceEvent:
    choices = {key: _choice(**said) for key, said in value["choices"].items()}
    event = PreferenceEvent(**{**value, "choices": choices})
    _require(event, [*_texts(event), *event.choices], [event.seconds])
    if event.shown_first not in ("a", "b") or (event.skipped is None and not event.choices):
        raise ValueError("not a comparison")
    return event


def _choice(winner: Any, strength: Any) -> Choice:
    if winner not in ("a", "b", "tie"):
        raise ValueError("not a choice")
    return Choice(winner, None if strength is None else Strength(strength))


def _guess(value: dict[str, Any]) -> GuessEvent:
    event = GuessEvent(**value)
    _require(event, [] if event.label is None else [event.label], [])
    return event


def _texts(event: Verdict) -> list[Any]:
    """Return what must be text of a verdict besides its names. Raises `ValueError` where its flag is none."""
    if not isinstance(event.flagged, bool):
        raise ValueError("not a verdict")
    return [event.comment] if event.skipped is None else [event.comment, event.skipped]


def _require(event: RaterEvent, texts: Sequence[Any], numbers: Sequence[Any]) -> None:
    """Raise `ValueError` unless every column would take its part: a refused row would hold up every one behind it."""
    names = [event.event_id, event.study_id, event.item_id, event.rater]
    if not (
        all(isinstance(text, str) for text in [*names, *texts])
        and all(isinstance(number, int | float) and abs(number) < 1e15 for number in numbers)
        and event.created_at.tzinfo is None
    ):
        raise ValueError("not an event")


_READERS: dict[str, Callable[[dict[str, Any]], RaterEvent]] = {
    "rating": _rating,
    "preference": _preference,
    "guess": _guess,
}
