"""What a judge is to give a verdict on: texts, or pairs of texts in an order, read from the rows of a job."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viva import jsonl
from viva.errors import BadInput
from viva.records.judging import Purpose
from viva.text import display_line


@dataclass(frozen=True)
class Draft:
    """The judge's own approach to a question, and the call that brought it."""

    call_id: str
    text: str


@dataclass(frozen=True)
class ScoreItem:
    """A text that is to be scored; `draft` is there where it is known already."""

    example_id: str
    question: str
    reference: str
    sample: int
    draft: Draft | None
    generation_id: str
    text: str


@dataclass(frozen=True)
class PairItem:
    """Two texts that are to be compared, `shown_first` (`a` or `b`) on top; `draft` as in `ScoreItem`."""

    example_id: str
    question: str
    reference: str
    sample: int
    draft: Draft | None
    generation_a: str
    generation_b: str
    text_a: str
    text_b: str
    shown_first: str

    @property
    def first(self) -> str:
        return self.text_a if self.shown_first == "a" else self.text_b

    @property
    def shown(self) -> tuple[str, str]:
        """The ids of both, the one that is shown first before the other."""
        ids = self.generation_a, self.generation_b
        return ids if self.shown_first == "a" else (ids[1], ids[0])

    @property
    def second(self) -> str:
        return self.text_b if self.shown_first == "a" else self.text_a


Item = ScoreItem | PairItem


def read(path: Path, purpose: Purpose) -> Iterator[Item]:
    """Yield the verdicts that the rows of a file want, read as they are asked for. Raises `BadInput`."""
    for number, row in enumerate(jsonl.read(path), 1):
        try:
            yield from _pairs(row) if purpose is Purpose.PAIR else _scores(row)
        except KeyError as error:
            raise BadInput(f"{path.name}, row {number} has no {display_line(str(error.args[0]), 40)}") from error


def count(path: Path, purpose: Purpose) -> int:
    """Return how many verdicts the rows of a file want. Raises `BadInput`."""
    return sum(1 for _ in read(path, purpose))


def _scores(row: Mapping[str, Any]) -> Iterator[ScoreItem]:
    for sample in row["samples"]:
        yield ScoreItem(
            row["example_id"], row["question"], row["reference"], sample, _draft(row, sample),
            row["generation_id"], row["text"],
        )  # fmt: skip


def _pairs(row: Mapping[str, Any]) -> Iterator[PairItem]:
    for shown_first in ("a", "b"):
        for sample in row["orders"].get(shown_first, ()):
            yield PairItem(
                row["example_id"], row["question"], row["reference"], sample, _draft(row, sample),
                row["generation_a"], row["generation_b"], row["text_a"], row["text_b"], shown_first,
            )  # fmt: skip


def _draft(row: Mapping[str, Any], sample: int) -> Draft | None:
    known = (row.get("drafts") or {}).get(str(sample))
    return None if known is None else Draft(known["call_id"], known["text"])
