"""What the metrics on sentence embeddings share: the cosine between a text and something of its example."""

from collections.abc import Sequence
from typing import Literal

from viva.metrics.embeddings import Embedder
from viva.metrics.protocol import Row, Unscored, Values
from viva.records.metric import MetricOptions


class Closeness:
    """Compares a text with its example's `compared`; where either is empty it is unscored."""

    def __init__(self, embedder: Embedder, compared: Literal["question", "reference"]) -> None:
        self._embedder = embedder
        self._compared = compared

    def values(self, rows: Sequence[Row]) -> list[Values]:
        """Return the cosine of each row, from -1 to 1."""
        pairs = [(str(getattr(row, self._compared)), row.text) for row in rows]
        reasons = [self._unscored(*pair) for pair in pairs]
        scored = [pair for pair, reason in zip(pairs, reasons, strict=True) if reason is None]
        cosines = iter(self._embedder.similarity(scored))
        return [(next(cosines) if reason is None else reason,) for reason in reasons]

    def _unscored(self, compared: str, text: str) -> Unscored | None:
        if not text.strip():
            return Unscored("empty text")
        return None if compared.strip() else Unscored(f"empty {self._compared}")


def settings(options: MetricOptions) -> str:
    """Return what changes the cosines: the model."""
    return f"embedding_model={options.embedding_model}"
