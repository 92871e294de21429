"""A number that is known with a margin."""

from typing import NamedTuple


class Estimate(NamedTuple):
    """A number and its 95% interval; None where one does not exist."""

    value: float | None
    low: float | None = None
    high: float | None = None
