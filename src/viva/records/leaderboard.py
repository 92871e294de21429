"""Which system comes first on a measure, as far as the data tell, and what results can be narrowed down to."""

from collections.abc import Mapping
from dataclasses import dataclass

from viva.records.results import MeasureKey


@dataclass(frozen=True)
class SystemRank:
    """The places that a system can have among others on a measure: from `best` to `worst`, 1 is the first.

    `alike` are the systems that it cannot be told apart from.
    """

    system: str
    best: int
    worst: int
    alike: tuple[str, ...] = ()


@dataclass(frozen=True)
class MeasureRanks:
    """The systems on a measure in a split and, where asked for, a field or a subfield; `ranked` of them have values."""

    key: MeasureKey
    split: str
    field: str | None
    subfield: str | None
    ranks: tuple[SystemRank, ...]

    @property
    def ranked(self) -> int:
        return len(self.ranks)


@dataclass(frozen=True)
class ResultParts:
    """What a dataset's results can be narrowed down to: fields, each with its subfields, and systems.

    `""` is the field, or subfield, of examples without one.
    """

    fields: Mapping[str, tuple[str, ...]]
    systems: tuple[str, ...]
