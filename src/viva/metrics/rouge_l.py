"""ROUGE-L (Lin 2004, section 3): F1, precision and recall of the longest common subsequence of words.

The numbers are those of the package rouge-score: same words, same unweighted F; a text or reference without words
gets 0. The subsequence comes from rapidfuzz.
"""

from collections.abc import Sequence

from viva.metrics.protocol import Metric, Row, Values
from viva.metrics.rouge import SETTINGS, overlap, words
from viva.records.metric import MetricOptions


class RougeL:
    """Scores texts against their references."""

    def __init__(self) -> None:
        from rapidfuzz.distance import LCSseq

        self._common = LCSseq.similarity

    def values(self, rows: Sequence[Row]) -> list[Values]:
        return [self._values(row) for row in rows]

    def _values(self, row: Row) -> Values:
        wanted, got = words(row.reference), words(row.text)
        return overlap(self._common(wanted, got), len(got), len(wanted))


def settings(_options: MetricOptions) -> str:
    return SETTINGS


def create(_options: MetricOptions) -> Metric:
    return RougeL()
