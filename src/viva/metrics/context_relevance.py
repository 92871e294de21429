"""Context relevance: how close a text is in meaning to its question, as the cosine of sentence embeddings."""

from viva.metrics.closeness import Closeness


class ContextRelevance(Closeness):
    """Scores a text against its question; an empty text or question is unscored."""

    name = "context_relevance"
    version = "1"
    measures = ("context_relevance",)
    compared = "question"
