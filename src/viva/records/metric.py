"""The metrics there are: what each is called, what it measures, and what it needs."""

from dataclasses import dataclass
from enum import StrEnum


class Need(StrEnum):
    """What a metric needs besides the texts."""

    EMBEDDING = "embedding"
    ENCODER = "encoder"
    WORDNET = "wordnet"
    WEIGHTS = "weights"


@dataclass(frozen=True)
class Measure:
    """One number of a metric; `lowest` and `highest` end its scale, `highest` is None where it has no end.

    `better` is 1 where more is better, -1 where less is, 0 where neither is (a length).
    """

    name: str
    title: str
    highest: float | None = 1.0
    better: int = 1
    lowest: float = 0.0


@dataclass(frozen=True)
class MetricInfo:
    """What is to be known of a metric without computing it; `measures[0]` is the one to show first.

    A `usual` metric is computed where none is named; a `brief` one is in the leaderboard even where that is kept short.
    `version` changes whenever its numbers do.
    """

    name: str
    title: str
    version: str
    measures: tuple[Measure, ...]
    needs: Need | None = None
    usual: bool = True
    brief: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(measure.name for measure in self.measures)


def _single(
    name: str,
    title: str,
    *,
    needs: Need | None = None,
    highest: float | None = 1.0,
    better: int = 1,
    lowest: float = 0.0,
    usual: bool = True,
    brief: bool = True,
) -> MetricInfo:
    return MetricInfo(name, title, "1", (Measure(name, title, highest, better, lowest),), needs, usual, brief)


def _three(name: str, title: str, *, needs: Need | None = None, lowest: float = 0.0, brief: bool = True) -> MetricInfo:
    """Return a metric with F1, precision and recall, in this order."""
    parts = (("", ""), ("_precision", " precision"), ("_recall", " recall"))
    return MetricInfo(
        name, title, "1", tuple(Measure(name + end, title + words, lowest=lowest) for end, words in parts), needs,
        brief=brief,
    )  # fmt: skip


DEGENERATE = "degenerate"
FLAWS = {
    "empty": "Empty",
    "cut_off": "Cut off at the limit",
    "repetitive": "Repeats itself",
    "echoes_prompt": "Echoes the question",
    "copies_reference": "Copies the reference",
}
"""What makes a text degenerate: the measures of `degenerate` after the first, with their titles."""

METRICS: dict[str, MetricInfo] = {
    info.name: info
    for info in (
        _single("semantic_similarity", "Semantic similarity", needs=Need.EMBEDDING, lowest=-1.0),
        _single("context_relevance", "Context relevance", needs=Need.EMBEDDING, lowest=-1.0),
        _three("bertscore", "BERTScore", needs=Need.ENCODER, lowest=-1.0),
        _three("rouge_l", "ROUGE-L"),
        _three("rouge_1", "ROUGE-1", brief=False),
        _three("rouge_2", "ROUGE-2", brief=False),
        _single("meteor", "METEOR", needs=Need.WORDNET),
        _single("chrf", "chrF", highest=100.0),
        _single(
            "reference_perplexity",
            "Perplexity of the reference",
            needs=Need.WEIGHTS,
            highest=None,
            better=-1,
            usual=False,
        ),
        _single("length_ratio", "Length ratio", highest=None, better=0, brief=False),
        _single("distinct_2", "Distinct-2", brief=False),
        _single("repetition", "Repetition", better=-1, brief=False),
        MetricInfo(
            DEGENERATE,
            "Degenerate",
            "2",
            (
                Measure(DEGENERATE, "Degenerate", 1.0, -1),
                *(Measure(name, title, 1.0, -1) for name, title in FLAWS.items()),
            ),
        ),
    )
}
"""All metrics by name, in the order in which they are shown."""

MEASURES: dict[str, Measure] = {measure.name: measure for info in METRICS.values() for measure in info.measures}
"""All measures of metrics by name, in the order in which they are shown."""


@dataclass(frozen=True)
class MetricOptions:
    """What a person can choose about metrics: models by hub id or directory, `minilm` for the packaged one.

    `bertscore_layer` counts hidden layers from 1; 0 takes the layer that suits the model.
    """

    embedding_model: str = "minilm"
    bertscore_model: str = "minilm"
    bertscore_layer: int = 0
