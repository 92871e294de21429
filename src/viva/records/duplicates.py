"""Near-duplicate texts, what to keep of them, and what leaks from one split of a dataset into another."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from viva.records.dataset import Leakage


@dataclass(frozen=True)
class Pair:
    """Two texts, by their indices (`first` < `second`), and their similarity from 0 to 1."""

    first: int
    second: int
    similarity: float


@dataclass(frozen=True)
class PairSearch:
    """The pairs that a search found, ordered by their indices.

    `left_out` is how many comparisons of not yet connected texts were passed over because too many texts looked
    alike to the index, counted afresh each time they met there: 0 means that nothing was cut short.
    """

    pairs: tuple[Pair, ...]
    left_out: int = 0


@dataclass(frozen=True)
class DuplicateGroup:
    """Texts that belong together, by ascending index; `similarity` is that of the weakest link that is needed."""

    members: tuple[int, ...]
    similarity: float


class KeepRule(StrEnum):
    """Which example of a group of near-duplicates stays."""

    FIRST = "first"
    LONGEST = "longest"
    SHORTEST = "shortest"


class LeakKind(StrEnum):
    """What two examples share: their question, their reference, or the reference of one stands in a question."""

    QUESTION = "question"
    REFERENCE = "reference"
    COPIED_REFERENCE = "copied_reference"


@dataclass(frozen=True)
class Leak:
    """One finding: two examples by index, id and split ("" where there is none).

    For a copied reference `first` is the example whose reference it is and `second` the one whose question holds
    it (they may be the same example), `words` is the length of the longest passage found and `similarity` that
    length as a share of the reference. Otherwise `first` < `second`, and `words` is None.
    """

    kind: LeakKind
    first: int
    second: int
    first_id: str
    second_id: str
    first_split: str
    second_split: str
    similarity: float
    words: int | None = None

    @property
    def splits(self) -> tuple[str, str]:
        """The two splits in alphabetical order."""
        return min(self.first_split, self.second_split), max(self.first_split, self.second_split)


@dataclass(frozen=True)
class LeakageReport:
    """What a leakage check found, ordered by kind and indices; `left_out` as in `PairSearch`."""

    leaks: tuple[Leak, ...]
    threshold: float
    left_out: int = 0

    def counts(self) -> dict[tuple[str, str], dict[LeakKind, int]]:
        """Return how many findings of each kind there are for each pair of splits that has any."""
        counted = Counter((leak.splits, leak.kind) for leak in self.leaks)
        found = sorted({splits for splits, _ in counted})
        return {splits: {kind: counted[splits, kind] for kind in LeakKind} for splits in found}

    def summary(self, checked_at: datetime) -> Leakage:
        """Return what is stored of the check: pairs of examples with a near-duplicate question or reference,
        and examples whose reference stands in a question.
        """
        copied = {leak.first for leak in self.leaks if leak.kind is LeakKind.COPIED_REFERENCE}
        near = {(leak.first, leak.second) for leak in self.leaks if leak.kind is not LeakKind.COPIED_REFERENCE}
        return Leakage(len(near), len(copied), self.threshold, checked_at)
