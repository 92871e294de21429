"""Distinct-2: the share of different ones among a text's pairs of neighbouring words (after Li et al. 2016)."""

from collections.abc import Sequence
from itertools import pairwise

from viva.metrics.protocol import Metric, Row, Unscored, Values
from viva.metrics.words import SETTINGS, words
from viva.records.metric import MetricOptions


class Distinct2:
    """Scores texts alone: 1 where no pair of words comes twice, close to 0 for a loop."""

    def values(self, rows: Sequence[Row]) -> list[Values]:
        return [self._values(row) for row in rows]

    def _values(self, row: Row) -> Values:
        pairs = list(pairwise(words(row.text)))
        return (len(set(pairs)) / len(pairs) if pairs else Unscored("fewer than two words"),)


def settings(_options: MetricOptions) -> str:
    return SETTINGS


def create(_options: MetricOptions) -> Metric:
    return Distinct2()
