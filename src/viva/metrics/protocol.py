"""What a metric is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Row:
    """One text to score, with what it answers; `finish_reason` is `stop` or `length`."""

    generation_id: str
    question: str
    reference: str
    text: str
    finish_reason: str = "stop"


@dataclass(frozen=True)
class Unscored:
    """Stands where there is no value, with the reason."""

    reason: str


Values = tuple[float | Unscored, ...]
"""One value for each of a metric's measures, in the order of its `MetricInfo`."""


class Metric(Protocol):
    """Computes the values of rows; a row that cannot be scored gets `Unscored`, never 0 or NaN.

    Each metric is a module of its own in this package, cheap to import, with `settings(options)`, which names
    everything besides the version that changes the numbers, and `create(options)`, which loads what computes them.
    """

    def values(self, rows: Sequence[Row]) -> list[Values]:
        """Return the values of each row."""
        ...
