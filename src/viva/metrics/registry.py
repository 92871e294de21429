"""The metrics by name. Importing this is cheap: what computes them is loaded by `create`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from viva.errors import NotFound

if TYPE_CHECKING:
    from viva.metrics.embeddings import Embedder
    from viva.metrics.protocol import Metric


@dataclass(frozen=True)
class MetricInfo:
    """What is to be known of a metric without computing it; `measures[0]` is the one to show first."""

    name: str
    version: str
    measures: tuple[str, ...]
    needs_embedding: bool
    title: str

    def settings(self, embedding_model: str) -> str:
        """Return the `settings` that the metric's scores carry."""
        return f"embedding_model={embedding_model}" if self.needs_embedding else "use_stemmer=false"


METRICS: dict[str, MetricInfo] = {
    info.name: info
    for info in (
        MetricInfo("rouge_l", "1", ("rouge_l", "rouge_l_precision", "rouge_l_recall"), False, "ROUGE-L"),
        MetricInfo("semantic_similarity", "1", ("semantic_similarity",), True, "Semantic similarity"),
        MetricInfo("context_relevance", "1", ("context_relevance",), True, "Context relevance"),
    )
}


def find(name: str) -> MetricInfo:
    """Return a metric by name. Raises `NotFound`."""
    if name not in METRICS:
        raise NotFound(f"there is no metric {name!r}", f"metrics: {', '.join(METRICS)}")
    return METRICS[name]


def create(name: str, embedder: "Embedder | None" = None) -> "Metric":
    """Return a metric ready to score; those that need embeddings share `embedder`. Raises `NotFound`."""
    if find(name).needs_embedding and embedder is None:
        raise ValueError(f"{name} needs an embedder")
    if name == "rouge_l":
        from viva.metrics.rouge_l import RougeL

        return RougeL()
    assert embedder is not None
    if name == "semantic_similarity":
        from viva.metrics.semantic_similarity import SemanticSimilarity

        return SemanticSimilarity(embedder)
    from viva.metrics.context_relevance import ContextRelevance

    return ContextRelevance(embedder)
