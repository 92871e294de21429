"""Datasets and their examples."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Example:
    """A question with its reference approach.

    An example made from a conversation keeps it whole: `messages` in the form of the chat-completions protocol
    (`role`, `content`, `tool_calls` …) and the `tools` on offer. `source` names the paper or file it was drawn
    from. `lineage` is the `example_id` that it had in the first version of its dataset.
    """

    question: str
    reference: str
    field: str | None = None
    subfield: str | None = None
    split: str | None = None
    meta: dict[str, Any] = dataclasses.field(default_factory=dict)
    example_id: str = ""
    source: str | None = None
    messages: list[dict[str, Any]] | None = None
    tools: list[dict[str, Any]] | None = None
    lineage: str = ""


@dataclass(frozen=True)
class Leakage:
    """What a leakage check found in one version of a dataset: how many pairs of examples, and how it looked.

    `near_duplicates` counts pairs of examples in different splits, `copied_references` examples whose reference, or
    a long passage of it, stands in their own question or in one of another split.
    """

    near_duplicates: int
    copied_references: int
    threshold: float
    checked_at: datetime

    @property
    def found(self) -> bool:
        return self.near_duplicates > 0 or self.copied_references > 0


@dataclass(frozen=True)
class Dataset:
    """A named, versioned set of examples: how many per split, and in how many different fields.

    `change` says in words how this version came about, `parent` which version it was made of; `leakage` is
    None where nobody has looked.
    """

    dataset_id: str
    name: str
    version: int
    source: str
    created_at: datetime
    splits: dict[str, int]
    fields: int = 0
    change: str = ""
    parent: str | None = None
    leakage: Leakage | None = None

    @property
    def size(self) -> int:
        return sum(self.splits.values())
