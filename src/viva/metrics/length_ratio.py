"""Length ratio: the words of a text for each word of its reference."""

from collections.abc import Sequence

from viva.metrics.protocol import Metric, Row, Unscored, Values
from viva.metrics.words import SETTINGS, words
from viva.records.metric import MetricOptions


class LengthRatio:
    """Scores texts against their references: 1 for as many words, 0 for an empty text."""

    def values(self, rows: Sequence[Row]) -> list[Values]:
        return [self._values(row) for row in rows]

    def _values(self, row: Row) -> Values:
        wanted = len(words(row.reference))
        return (len(words(row.text)) / wanted if wanted else Unscored("empty reference"),)


def settings(_options: MetricOptions) -> str:
    return SETTINGS


def create(_options: MetricOptions) -> Metric:
    return LengthRatio()
