"""Semantic similarity: how close a text is in meaning to the reference, as a cosine of embeddings."""

from viva.metrics.closeness import Closeness


class SemanticSimilarity(Closeness):
    """Scores a text against the reference; an empty text or reference is unscored."""

    name = "semantic_similarity"
    version = "1"
    measures = ("semantic_similarity",)
    compared = "reference"
