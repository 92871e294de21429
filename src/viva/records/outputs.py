"""Texts that were made elsewhere and came in as generations, and generations as rows to list."""

from dataclasses import dataclass
from pathlib import Path

from viva.records.dataset import Dataset
from viva.records.reading import BadRow


@dataclass(frozen=True)
class OutputsImported:
    """What an import of outputs brought: `added` texts of `systems`; `known` ones were there already.

    `new` are the systems that were not known before. `bad` counts the rows that could not be used, the first of them
    are in `samples`, all of them in `bad_file`.
    """

    dataset: Dataset
    added: int
    known: int
    systems: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    bad: int = 0
    samples: tuple[BadRow, ...] = ()
    bad_file: Path | None = None


@dataclass(frozen=True)
class GenerationRow:
    """A generation without its whole text; `position` counts the dataset's examples from 1, `start` begins the text."""

    generation_id: str
    system: str
    example_id: str
    position: int
    split: str
    sample: int
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    failed: str | None
    start: str
