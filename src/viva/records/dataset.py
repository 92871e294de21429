"""Datasets and their examples."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Example:
    """A question with its reference approach."""

    question: str
    reference: str
    field: str | None = None
    subfield: str | None = None
    split: str | None = None
    meta: dict[str, Any] = dataclasses.field(default_factory=dict)
    example_id: str = ""


@dataclass(frozen=True)
class Dataset:
    """A named, versioned set of examples: how many per split, and in how many different fields."""

    dataset_id: str
    name: str
    version: int
    source: str
    created_at: datetime
    splits: dict[str, int]
    fields: int = 0

    @property
    def size(self) -> int:
        return sum(self.splits.values())
