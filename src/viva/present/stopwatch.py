"""How long a person has been at an item, pauses left out."""

IDLE = 60.0
"""Seconds without a key after which a rater is taken to be elsewhere: such a gap does not count."""


class Stopwatch:
    """Seconds by item; `now` is in seconds of a steady clock."""

    def __init__(self, now: float) -> None:
        self._seconds: dict[str, float] = {}
        self._seen = now

    def begin(self, now: float) -> None:
        """Count from now on: an item has come up."""
        self._seen = now

    def touch(self, now: float, item_id: str | None, before: float) -> None:
        """Count the time since the last sign of life for an item that had `before` seconds, unless it was a pause."""
        gap, self._seen = now - self._seen, now
        if item_id is not None and 0 < gap <= IDLE:
            self._seconds[item_id] = before + gap

    def seconds(self, item_id: str, earlier: float) -> float:
        """Return the seconds spent on an item; `earlier` where nothing has been counted since."""
        return self._seconds.get(item_id, earlier)

    def forget(self, item_id: str) -> None:
        """Drop what was counted for an item: it has been saved."""
        self._seconds.pop(item_id, None)
