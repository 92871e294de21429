"""What a dataset is made of, in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

PERCENTILES = (5, 25, 50, 75, 95, 99)


@dataclass(frozen=True)
class Lengths:
    """How long texts are, in words or tokens.

    `percentiles` maps 5, 25, 50, 75, 95 and 99 to lengths, between two neighbours by linear interpolation. Bin i of
    the histogram counts lengths from `edges[i]` up to but without `edges[i + 1]`; bins are equally wide.
    Without texts all numbers are 0 and there are no bins.
    """

    texts: int
    shortest: int
    longest: int
    mean: float
    percentiles: Mapping[int, float]
    edges: tuple[int, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Vocabulary:
    """The words of a split, in questions and references: how many there are, and how many different ones."""

    split: str
    words: int
    different: int


@dataclass(frozen=True)
class Overlap:
    """How much of the words in `split` also stands in `known`: shares of the different words, and of all words.

    Both are from 0 to 1, and None where the split has no words.
    """

    split: str
    known: str
    different: float | None
    words: float | None


@dataclass(frozen=True)
class FieldRows:
    """The examples of one field, or of one of its subfields, per split; an empty name stands for none."""

    field: str
    subfield: str
    splits: Mapping[str, int]

    @property
    def rows(self) -> int:
        return sum(self.splits.values())


@dataclass(frozen=True)
class DatasetStatistics:
    """Everything that is counted in a dataset; an empty name of a split, field or subfield stands for none.

    Splits, fields and subfields come in the order in which they first appear. The lengths in tokens are None where
    no tokenizer was given. `sources` counts the different sources named, `sourced` the examples that name one.
    `overlaps` holds every ordered pair of different splits, but only of the largest ten.
    """

    rows: int
    splits: Mapping[str, int]
    fields: tuple[FieldRows, ...]
    subfields: tuple[FieldRows, ...]
    question_words: Lengths
    reference_words: Lengths
    question_tokens: Lengths | None
    reference_tokens: Lengths | None
    vocabulary: tuple[Vocabulary, ...]
    overlaps: tuple[Overlap, ...]
    conversations: int
    sources: int
    sourced: int
