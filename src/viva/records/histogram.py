"""How the values of a measure spread, for each system."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """The values of one system: `n` of `attempted` have one, `counts` of them fall into each bin."""

    system: str
    n: int
    attempted: int
    mean: float | None
    median: float | None
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Histogram:
    """The values of all texts of each system on one measure, on common bins.

    Between `edges`, one more than there are bins, lie the bins; a lower edge belongs to its bin, the last bin has both.
    There are none where nothing has a value. `unscored` are the reasons of values that could not be had, each with how
    often it stands, the most frequent first.
    """

    dataset: str
    version: int
    split: str | None
    measure: str
    edges: tuple[float, ...]
    spreads: tuple[Spread, ...]
    unscored: tuple[tuple[str, int], ...] = ()
