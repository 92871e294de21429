"""The baseline that a judge must beat: sentence embeddings, no language model.

It knows the criteria `accuracy`, `completeness` and `relevance` by name and gives values between whole levels:

- accuracy: the cosine of text and reference, from 0 (or less) for the lowest level to 1 for the highest;
- relevance: the cosine of text and question, on the same scale;
- completeness: the share of the reference's sentences that a sentence of the text covers, by a cosine of at least
  `THRESHOLD`.

Other criteria are unscored. It is deterministic, and takes no notice of what a text says to a judge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol

from viva.judge.sentences import sentences
from viva.records.judging import Given
from viva.records.rubric import Criterion, Rubric
from viva.text import display_line

THRESHOLD = 0.5
"""Sentences with at least this cosine say much the same.

Calibrated with all-MiniLM-L6-v2 on the three datasets that viva ships with (346 references, 2,347 sentences): of the
sentences of a reference, 0.3–1.4% are matched so closely by a reference for another question of the same field, which
says how much is covered by chance; 98.5–99.7% are matched by themselves without every third word, 90–94% without every
second one. At .45 chance covers up to 4.7%, at .6 only 75–82% of the halved sentences are found.
"""

DIGITS = 4
"""Digits of a value behind the point."""

_EMPTY = "the text is empty"


class Similarity(Protocol):
    """Something that tells how alike two texts are: `viva.metrics.embeddings.Embedder`."""

    def similarity(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return a cosine for each pair."""
        ...


@dataclass(frozen=True)
class Item:
    """What is judged, beside what it is held against."""

    question: str
    reference: str
    text: str


def judge(items: Sequence[Item], rubric: Rubric, embedder: Similarity) -> list[dict[str, Given]]:
    """Return for each item what the baseline gives on each criterion of the rubric."""
    found: list[dict[str, Given]] = [{} for _ in items]
    for criterion in rubric.criteria:
        values = _MEASURES.get(criterion.name, _unknown)(items, criterion, embedder)
        for given, value in zip(found, values, strict=True):
            given[criterion.name] = value
    return found


def _accuracy(items: Sequence[Item], criterion: Criterion, embedder: Similarity) -> list[Given]:
    return _close(items, [item.reference for item in items], "reference", criterion, embedder)


def _relevance(items: Sequence[Item], criterion: Criterion, embedder: Similarity) -> list[Given]:
    return _close(items, [item.question for item in items], "question", criterion, embedder)


def _close(
    items: Sequence[Item], against: Sequence[str], what: str, criterion: Criterion, embedder: Similarity
) -> list[Given]:
    """Give each text a value by its cosine to what it is held against."""
    pairs = [(item.text, other) for item, other in zip(items, against, strict=True)]
    reasons = [_missing(text, other, what) for text, other in pairs]
    cosines = iter(embedder.similarity([pair for pair, reason in zip(pairs, reasons, strict=True) if not reason]))
    given = []
    for reason in reasons:
        if reason:
            given.append(Given(None, reason))
            continue
        cosine = next(cosines)
        given.append(_valued(criterion, cosine, f"cosine of text and {what}: {cosine:.2f}"))
    return given


def _completeness(items: Sequence[Item], criterion: Criterion, embedder: Similarity) -> list[Given]:
    given = []
    for item in items:
        parts, said = sentences(item.reference), sentences(item.text)
        reason = _missing(item.text, item.reference, "reference")
        if reason or not parts or not said:
            given.append(Given(None, reason or "there are no sentences to compare"))
            continue
        cosines = iter(embedder.similarity(list(product(parts, said))))
        closest = [max(next(cosines) for _ in said) for _ in parts]
        covered = sum(cosine >= THRESHOLD for cosine in closest)
        why = f"{covered} of {len(parts)} sentences of the reference are covered"
        given.append(_valued(criterion, covered / len(parts), why))
    return given


def _unknown(items: Sequence[Item], criterion: Criterion, _embedder: Similarity) -> list[Given]:
    reason = f"the baseline has no measure of {display_line(criterion.name, 40)}"
    return [Given(None, reason)] * len(items)


_MEASURES = {"accuracy": _accuracy, "completeness": _completeness, "relevance": _relevance}


def _valued(criterion: Criterion, share: float, rationale: str) -> Given:
    inside = min(max(share, 0.0), 1.0)
    value = criterion.lowest + inside * (criterion.highest - criterion.lowest)
    # The last digits of an embedding depend on what else was computed with it.
    return Given(round(value, DIGITS), rationale=rationale)


def _missing(text: str, other: str, what: str) -> str:
    if not text.strip():
        return _EMPTY
    return "" if other.strip() else f"there is no {what}"
