"""What is read back: leaderboard rows, query pages, an overview of the workspace."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LeaderboardRow:
    """One system on one measure; mean, sd and se are None where nothing was scored.

    `n` of `attempted` examples have a value, the mean of their texts'; `texts_scored` of `texts` have one.
    `half_width` is half the 95% interval of the mean, None where fewer than two values were scored.
    """

    dataset: str
    split: str
    system: str
    source: str
    measure: str
    n: int
    attempted: int
    mean: float | None
    sd: float | None
    se: float | None
    field: str | None = None
    study: str | None = None
    scorer: str | None = None
    texts_scored: int | None = None
    texts: int | None = None
    half_width: float | None = None


@dataclass(frozen=True)
class QueryPage:
    """A page of a query's result; `more` says that further rows follow. Values are plain Python or text."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool
    seconds: float


@dataclass(frozen=True)
class SchemaTable:
    """A table or view that can be queried, with its columns as (name, type)."""

    name: str
    is_view: bool
    columns: tuple[tuple[str, str], ...]
