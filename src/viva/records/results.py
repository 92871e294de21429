"""What is read back: leaderboard rows, query pages, an overview of the workspace."""

from dataclasses import dataclass
from typing import Any

from viva.records.metric import MEASURES


def place_name(dataset: str, split: str | None) -> str:
    """Return how a split of a dataset is named: `ideas/test`, `ideas` for all of it."""
    return f"{dataset}/{split}" if split else dataset


@dataclass(frozen=True, order=True)
class MeasureKey:
    """What systems are compared on: a metric, or points by people of a study or by a judge.

    `source` is `metric`, `judge` or `human`. `study` names people's study, `scorer` a judge with its mode in brackets;
    both are empty elsewhere. `measure` is a metric, a criterion, or `total`.
    """

    source: str
    measure: str
    study: str = ""
    scorer: str = ""

    @property
    def better(self) -> int:
        """1 where more is better, -1 where less is, 0 where neither is."""
        known = MEASURES.get(self.measure) if self.source == "metric" else None
        return known.better if known else 1


@dataclass(frozen=True)
class LeaderboardRow:
    """One system on one measure; mean, sd and se are None where nothing was scored.

    `n` of `attempted` examples have a value, the mean of their texts'; `texts_scored` of `texts` have one.
    `low` and `high` bound the 95% interval of the mean, made as `interval` says (`t`, `bootstrap`, `none`);
    `half_width` is half of it. They are None where there is none.
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
    low: float | None = None
    high: float | None = None
    interval: str = "none"
    subfield: str | None = None

    @property
    def key(self) -> MeasureKey:
        return MeasureKey(self.source, self.measure, self.study or "", self.scorer or "")


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
    """A table or view that can be queried, with its columns as (name, type); `public` views are there to be asked."""

    name: str
    is_view: bool
    columns: tuple[tuple[str, str], ...]
    public: bool
