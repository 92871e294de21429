"""ROUGE-L (Lin 2004, section 3): precision, recall and F1 of the longest common subsequence of words.

The numbers are those of the package rouge-score: same tokens, same unweighted F. The subsequence comes from
rapidfuzz.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import LCSseq

from viva.errors import MissingExtra
from viva.metrics.protocol import Row
from viva.records.generation import Score

_SEPARATORS = re.compile("[^a-z0-9]+")


class RougeL:
    """Scores a text against the reference; a text or reference without words gets 0, as in rouge-score."""

    name = "rouge_l"
    version = "1"
    measures = ("rouge_l", "rouge_l_precision", "rouge_l_recall")

    def __init__(self, use_stemmer: bool = False) -> None:
        self.settings = f"use_stemmer={str(use_stemmer).lower()}"
        self._stem = _porter() if use_stemmer else None

    def score(self, rows: Sequence[Row]) -> list[Score]:
        return [
            Score(row.generation_id, measure, self.version, self.settings, value)
            for row in rows
            for measure, value in zip(self.measures, self.measure(row.reference, row.text), strict=True)
        ]

    def measure(self, reference: str, text: str) -> tuple[float, float, float]:
        """Return F1, precision and recall, each from 0 to 1."""
        wanted, got = self.tokens(reference), self.tokens(text)
        common = LCSseq.similarity(wanted, got)
        if not common:
            return 0.0, 0.0, 0.0
        precision, recall = common / len(got), common / len(wanted)
        return 2 * precision * recall / (precision + recall), precision, recall

    def tokens(self, text: str) -> list[str]:
        """Return the words: lower case, letters a–z and digits only, stemmed when longer than three."""
        words = _SEPARATORS.sub(" ", text.lower()).split()
        stem = self._stem
        return words if stem is None else [stem(word) if len(word) > 3 else word for word in words]


def _porter() -> Any:
    try:
        from nltk.stem.porter import PorterStemmer
    except ImportError as error:
        raise MissingExtra("stemming needs nltk", "pip install nltk") from error
    return lru_cache(maxsize=None)(PorterStemmer().stem)
