"""How fast a job moves, and how long it will still take."""


class Pace:
    """How fast a job moves, as seen while somebody watches it.

    Only what was watched counts: a job that was resumed, or that took long to load, does not fool it.
    """

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None
        self._last: tuple[float, int] | None = None

    def observe(self, done: int, seconds: float) -> None:
        """Note that at `seconds` (of any steady clock) `done` steps were done."""
        if self._last is not None and done < self._last[1]:
            self._first = self._last = None
        if done and (self._last is None or done > self._last[1]):
            self._last = (seconds, done)
            self._first = self._first or self._last

    def seconds_left(self, total: int, seconds: float) -> float | None:
        """Return the seconds until `total` steps are done; None as long as nobody can know."""
        if self._first is None or self._last is None or self._last[1] == self._first[1] or not total:
            return None
        per_step = (self._last[0] - self._first[0]) / (self._last[1] - self._first[1])
        left = per_step * (total - self._last[1]) - (seconds - self._last[0])
        return max(left, 0.0)
