"""Semantic similarity: how close a text is in meaning to the reference, as a cosine of embeddings."""

from viva.metrics.closeness import Closeness, settings
from viva.metrics.embeddings import shared
from viva.metrics.protocol import Metric
from viva.records.metric import MetricOptions

__all__ = ["create", "settings"]


def create(options: MetricOptions) -> Metric:
    """Return the metric. Raises `BadInput` for a model that cannot be loaded, `MissingExtra`."""
    return Closeness(shared(options.embedding_model), "reference")
