"""The metrics there are, in words: what each measures, which end is better, and what it needs."""

from collections.abc import Iterable

from viva.present.tables import Table
from viva.records.metric import MetricInfo, Need

MEANINGS = {
    "semantic_similarity": "meaning like the reference's",
    "context_relevance": "meaning near the question's",
    "bertscore": "words matched by their meaning",
    "rouge_l": "words shared in the same order",
    "rouge_1": "words shared with the reference",
    "rouge_2": "shared pairs of words",
    "meteor": "shared words, stems, synonyms",
    "chrf": "shared pieces of words",
    "reference_perplexity": "how much the reference surprises",
    "length_ratio": "length beside the reference's",
    "distinct_2": "share of different pairs of words",
    "repetition": "share of words said again",
    "degenerate": "empty, cut off, repeated, copied",
}
BETTER = {1: "higher", -1: "lower", 0: "neither"}
NEEDS = {
    Need.EMBEDDING: "embeddings",
    Need.ENCODER: "encoder",
    Need.WORDNET: "WordNet",
    Need.WEIGHTS: "own weights",
}


def for_eyes(metrics: Iterable[MetricInfo]) -> Table:
    """Return a row for each metric, as people read it: at most 80 characters wide."""
    rows = []
    for info in metrics:
        needs = NEEDS[info.needs] if info.needs else ""
        rows.append((info.name, MEANINGS.get(info.name, info.title), BETTER[info.measures[0].better], needs))
    return Table.of(["metric", "measures", "better", "needs"], rows)


def unusual_line(metrics: Iterable[MetricInfo]) -> str:
    """Return which metrics are computed only where they are named."""
    return f"viva score computes them all but {' and '.join(info.name for info in metrics if not info.usual)}"


def for_programs(metrics: Iterable[MetricInfo]) -> Table:
    """Return a row for each metric with its measures."""
    rows = [
        (
            info.name, info.title, ", ".join(info.names), MEANINGS.get(info.name), BETTER[info.measures[0].better],
            info.needs.value if info.needs else None, info.usual,
        )
        for info in metrics
    ]  # fmt: skip
    return Table.of(["metric", "title", "measures", "meaning", "better", "needs", "usual"], rows)
