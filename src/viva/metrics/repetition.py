"""Repetition: the share of a text's sequences of four words that occurred in it before."""

from collections.abc import Sequence

from viva.generate.repetition import WORDS, repetition
from viva.metrics.protocol import Metric, Row, Unscored, Values
from viva.records.metric import MetricOptions


class Repetition:
    """Scores texts alone: 0 where nothing comes twice, close to 1 for a loop."""

    def values(self, rows: Sequence[Row]) -> list[Values]:
        return [self._values(row.text) for row in rows]

    def _values(self, text: str) -> Values:
        share = repetition(text)
        return (Unscored("fewer than four words") if share is None else share,)


def settings(_options: MetricOptions) -> str:
    return f"sequence={WORDS} words"


def create(_options: MetricOptions) -> Metric:
    return Repetition()
