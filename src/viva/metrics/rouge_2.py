"""ROUGE-2 (Lin 2004, section 2): F1, precision and recall of pairs of words, as the package rouge-score has them."""

from viva.metrics.protocol import Metric
from viva.metrics.rouge import SETTINGS, RougeN
from viva.records.metric import MetricOptions


def settings(_options: MetricOptions) -> str:
    return SETTINGS


def create(_options: MetricOptions) -> Metric:
    return RougeN(2)
