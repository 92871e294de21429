"""How a dataset is divided into splits, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Stratum(StrEnum):
    """What makes a stratum: the examples of one field, or of one subfield of a field."""

    FIELD = "field"
    SUBFIELD = "subfield"


@dataclass(frozen=True)
class Part:
    """A split and how much it gets: a `fraction` of the examples, a `count` of them, or, with neither, the rest."""

    name: str
    fraction: float | None = None
    count: int | None = None

    @property
    def is_rest(self) -> bool:
        return self.fraction is None and self.count is None


@dataclass(frozen=True)
class SplitPlan:
    """The splits in order, and what is held to while the examples are drawn."""

    parts: tuple[Part, ...]

    per: Stratum | None = None
    """The amounts hold within each stratum, as in two examples of each subfield; None: over the whole dataset."""

    stratify: Stratum | None = None
    """Each split gets its share of every stratum; None: examples are drawn from anywhere."""

    seed: int = 0
    """The same seed and the same examples in the same order give the same splits."""

    keep_sources: bool = True
    """Examples that name the same source stay in one split."""


@dataclass(frozen=True)
class Amount:
    """How many examples a split was to get, and how many it got."""

    name: str
    wanted: int
    got: int

    @property
    def difference(self) -> int:
        return self.got - self.wanted


@dataclass(frozen=True)
class StratumAmounts:
    """One stratum: its field (and subfield), its size, and what each split was to get of it and got."""

    field: str | None
    subfield: str | None
    size: int
    amounts: tuple[Amount, ...]

    @property
    def exact(self) -> bool:
        return all(amount.difference == 0 for amount in self.amounts)


@dataclass(frozen=True)
class SplitReport:
    """What came of a plan.

    `left` counts the examples that are in no split, of which `left_wanted` were meant to be left over. `groups` counts
    what was kept together (two examples or more), `largest_group` is the size of the greatest of them.
    `strata` is empty where the plan names none; an amount within it that differs by a few from what was wanted is
    usual where groups are kept together, and under `per` where a stratum is too small.
    """

    parts: tuple[Amount, ...]
    left: int
    left_wanted: int
    groups: int
    largest_group: int
    strata: tuple[StratumAmounts, ...] = ()

    @property
    def exact(self) -> bool:
        """Tell whether every split got as many as were wanted, over all and in each stratum."""
        return all(amount.difference == 0 for amount in self.parts) and all(stratum.exact for stratum in self.strata)

    @property
    def inexact_strata(self) -> tuple[StratumAmounts, ...]:
        return tuple(stratum for stratum in self.strata if not stratum.exact)

    @property
    def counts(self) -> Mapping[str, int]:
        return {amount.name: amount.got for amount in self.parts}


@dataclass(frozen=True)
class SplitResult:
    """The split of each example, in their order; None where it is left over."""

    splits: list[str | None]
    report: SplitReport
