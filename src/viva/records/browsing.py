"""Looking through generations: what is asked for, and a page of what there is."""

from dataclasses import dataclass
from enum import StrEnum

from viva.records.generation import ScoredText


class BrowseOrder(StrEnum):
    """How examples are ordered: as in the dataset, by the mean of a measure over systems, or by its spread."""

    DATASET = "dataset"
    LOWEST = "lowest"
    HIGHEST = "highest"
    DISAGREEMENT = "disagreement"


@dataclass(frozen=True)
class BrowseQuery:
    """Which examples to show: of one split (all where None), with `text` in question, reference or a generation.

    `measure` is a metric's measure, `human total`, `human total STUDY` or `judge total JUDGE (MODE)`. Examples without
    a value for it come last. `field` and `subfield` are as the split, `systems` those whose texts count; None is all.
    """

    dataset: str
    split: str | None = None
    text: str = ""
    measure: str = ""
    order: BrowseOrder = BrowseOrder.DATASET
    offset: int = 0
    limit: int = 100
    field: str | None = None
    subfield: str | None = None
    systems: tuple[str, ...] | None = None

    @property
    def narrowed(self) -> bool:
        """Whether less than the split is looked at, the text that is looked for aside."""
        return (self.field, self.subfield, self.systems) != (None, None, None)


@dataclass(frozen=True)
class BrowseRow:
    """One example in a page: `values` has the mean of the measure for each of the page's systems, None without one."""

    example_id: str
    position: int
    question: str
    field: str | None
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class BrowsePage:
    """A page of examples; `total` counts all that the query finds, `measures` names what can be ordered by."""

    query: BrowseQuery
    systems: tuple[str, ...]
    measures: tuple[str, ...]
    rows: tuple[BrowseRow, ...]
    total: int


@dataclass(frozen=True)
class BrowsedExample:
    """One example whole: every text that a system wrote for it, its samples one after the other."""

    example_id: str
    position: int
    question: str
    reference: str
    field: str | None
    texts: tuple[ScoredText, ...]
