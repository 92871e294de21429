"""Semantic similarity: how close a text is in meaning to the reference, as a cosine of embeddings."""

from collections.abc import Sequence

from viva.metrics.embeddings import Embedder
from viva.metrics.protocol import Row
from viva.records.generation import Score


class SemanticSimilarity:
    """Scores a text against the reference; an empty text or reference is unscored."""

    name = "semantic_similarity"
    version = "1"
    measures = ("semantic_similarity",)

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.settings = f"embedding_model={embedder.name}"

    def score(self, rows: Sequence[Row]) -> list[Score]:
        reasons = [_unscored(row) for row in rows]
        scored = [row for row, reason in zip(rows, reasons, strict=True) if reason is None]
        values = iter(self._embedder.similarity([(row.reference, row.text) for row in scored]))
        return [
            Score(row.generation_id, self.name, self.version, self.settings, value, reason)
            for row, reason in zip(rows, reasons, strict=True)
            for value in (None if reason else next(values),)
        ]


def _unscored(row: Row) -> str | None:
    if not row.text.strip():
        return "empty text"
    return None if row.reference.strip() else "empty reference"
