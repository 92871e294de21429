"""What a metric is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from viva.records.generation import Score


@dataclass(frozen=True)
class Row:
    """One text to score, with what it answers."""

    generation_id: str
    question: str
    reference: str
    text: str


class Metric(Protocol):
    """Computes one score per row and measure.

    `settings` names everything besides the version that changes the numbers; `measures` are the names that
    the scores carry. A row that cannot be scored gets a `Score` without a value and with the reason.
    """

    name: str
    version: str
    settings: str

    @property
    def measures(self) -> tuple[str, ...]: ...

    def score(self, rows: Sequence[Row]) -> list[Score]:
        """Return the scores of `rows`, all measures of the first row first."""
        ...
