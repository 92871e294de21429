"""What the metrics on sentence embeddings share: the cosine between a text and something of its example."""

from collections.abc import Sequence
from typing import Literal

from viva.metrics.embeddings import Embedder
from viva.metrics.protocol import Row
from viva.records.generation import Score


class Closeness:
    """Scores a text against its example's `compared`; where either is empty it is unscored."""

    name: str
    version: str
    measures: tuple[str, ...]
    compared: Literal["question", "reference"]

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.settings = f"embedding_model={embedder.name}"

    def score(self, rows: Sequence[Row]) -> list[Score]:
        reasons = [self._unscored(row) for row in rows]
        scored = [row for row, reason in zip(rows, reasons, strict=True) if reason is None]
        values = iter(self._embedder.similarity([(getattr(row, self.compared), row.text) for row in scored]))
        return [
            Score(row.generation_id, self.name, self.version, self.settings, value, reason)
            for row, reason in zip(rows, reasons, strict=True)
            for value in (None if reason else next(values),)
        ]

    def _unscored(self, row: Row) -> str | None:
        if not row.text.strip():
            return "empty text"
        return None if getattr(row, self.compared).strip() else f"empty {self.compared}"
