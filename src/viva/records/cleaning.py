"""What cleaning a dataset does: its rules, what became of each example, and the sums."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from viva.records.dataset import Example


class CleanReason(StrEnum):
    """Why an example was changed (the first four) or dropped (the others)."""

    DECORATION = "decoration"
    CONTROL = "control characters"
    WHITE_SPACE = "white space"
    UNICODE = "unicode form"
    EMPTY = "empty"
    DUPLICATE = "duplicate"
    SAME_QUESTION = "same question"
    SHORT_QUESTION = "question too short"
    LONG_QUESTION = "question too long"
    SHORT_REFERENCE = "reference too short"
    LONG_REFERENCE = "reference too long"


@dataclass(frozen=True)
class CleanRules:
    """What is cleaned and what is dropped. Examples without a question or a reference are always dropped."""

    decoration: bool = True
    """Remove what only decorates: emphasis, heading marks, rows of marks, boxes; bullets become `- `."""

    control: bool = True
    """Remove control characters, escape sequences, direction marks and what has no width."""

    white_space: bool = True
    """Remove trailing blanks, blanks beyond one, line breaks beyond two; write line breaks and blanks in one way."""

    unicode: bool = True
    """Compose letters and their accents (Unicode NFC)."""

    duplicates: bool = True
    """Drop an example whose question and reference are, cleaned, those of an earlier one."""

    same_question: bool = False
    """Drop an example whose question is, cleaned, that of an earlier one, whatever the reference."""

    least_question: int | None = None
    """Drop an example whose question has fewer words; None sets no limit."""

    most_question: int | None = None
    """Drop an example whose question has more words; None sets no limit."""

    least_reference: int | None = None
    """Drop an example whose reference has fewer words; None sets no limit."""

    most_reference: int | None = None
    """Drop an example whose reference has more words; None sets no limit."""


@dataclass(frozen=True)
class CleanedRow:
    """What became of the example at `index` (from 0); `after` is `before` itself where there was nothing to do.

    `after` is None where the example is dropped. Its `reasons` then also hold what had been cleaned before that.
    """

    index: int
    before: Example
    after: Example | None
    reasons: tuple[CleanReason, ...] = ()

    @property
    def dropped(self) -> bool:
        return self.after is None

    @property
    def changed(self) -> bool:
        return self.after is not None and bool(self.reasons)


@dataclass(frozen=True)
class CleanReport:
    """How many examples were looked at, changed and dropped, why, and the first of them.

    `reasons` counts examples; one with several reasons counts under each.
    """

    examined: int
    changed: int
    dropped: int
    reasons: Mapping[CleanReason, int]
    samples: tuple[CleanedRow, ...]

    @property
    def kept(self) -> int:
        return self.examined - self.dropped
