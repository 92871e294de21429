"""Near-duplicates of a version of a dataset, searched for once: a version never changes."""

from collections.abc import Sequence
from enum import StrEnum

from viva.dataset import near_duplicates
from viva.dataset.normalised import normalised_words
from viva.records.dataset import Dataset, Example
from viva.records.duplicates import DuplicateGroup

KEPT = 8
"""So many searches are remembered."""
LEAST_WORDS = 8
"""A shorter reference (`yes`, `42`) may well answer many questions: it ties no examples together."""


class Text(StrEnum):
    """Which text of an example is compared."""

    QUESTION = "question"
    REFERENCE = "reference"


class Searches:
    """The groups found last, by version, threshold and text. Threads may ask at the same time."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, float, Text], tuple[Sequence[DuplicateGroup], int]] = {}

    def groups(
        self, dataset: Dataset, examples: Sequence[Example], threshold: float | None, text: Text = Text.QUESTION
    ) -> tuple[Sequence[DuplicateGroup], int]:
        """Return the groups of nearly the same texts, and how many comparisons were left out.

        `examples` are all of the version, in their order. Raises `UsageError` for a threshold outside (0, 1].
        """
        threshold = near_duplicates.THRESHOLD if threshold is None else threshold
        key = (dataset.dataset_id, threshold, text)
        known = self._found.get(key)
        if known is not None:
            return known
        search = near_duplicates.find_pairs([_text(example, text) for example in examples], threshold)
        made = near_duplicates.groups(search.pairs, len(examples)), search.left_out
        while len(self._found) >= KEPT:
            self._found.pop(next(iter(self._found)), None)
        self._found[key] = made
        return made

    def tied(self, dataset: Dataset, examples: Sequence[Example]) -> list[tuple[int, ...]]:
        """Return which examples a split must not part: those with nearly the same question, or the same reference."""
        return [group.members for text in Text for group in self.groups(dataset, examples, None, text)[0]]


def _text(example: Example, text: Text) -> str:
    if text is Text.QUESTION:
        return example.question
    # A text without a word has no duplicates.
    return example.reference if len(normalised_words(example.reference)) >= LEAST_WORDS else ""
