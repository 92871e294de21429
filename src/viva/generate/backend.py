"""What every source of text offers: questions in, completions out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from viva.records.model import Decoding


@dataclass(frozen=True)
class Completion:
    """The text for the question at `index`.

    `finish_reason` is `stop` where the model ended by itself and `length` where it was cut off;
    `completion_tokens` counts the end mark; `seconds` is the question's share of its batch's time. Where there is no
    text, `finish_reason` is `failed` and `failed` says why.
    """

    index: int
    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    failed: str | None = None


class Backend(Protocol):
    """Something that writes text."""

    def generate(
        self, questions: Sequence[str], template: str, decoding: Decoding, batch_size: int
    ) -> Iterator[list[Completion]]:
        """Yield completions batch by batch, each question's once, in any order."""
        ...
