"""What leaks from one split of a dataset into another: near-duplicates, and references that stand in questions."""

from collections.abc import Sequence

from viva.dataset.near_duplicates import THRESHOLD, find_pairs
from viva.records.dataset import Example
from viva.records.duplicates import Leak, LeakageReport, LeakKind


def find_leaks(examples: Sequence[Example], threshold: float = THRESHOLD) -> LeakageReport:
    """Return near-duplicate questions and references of different splits, and references copied into questions.

    Examples without a split are one split of their own: they never leak into one another. A reference is copied
    where 30 of its words in a row, or all of it if it has 8 to 29 words, stand in a question of another split or in
    its own; there the split does not matter. Every example that leaks is in a finding, but of many that are
    alike not every pair is listed. Raises `UsageError` for a threshold outside (0, 1].
    """
    from viva.dataset.passages import copied_passages

    splits = [example.split or "" for example in examples]
    questions = [example.question for example in examples]
    references = [example.reference for example in examples]

    def leak(kind: LeakKind, first: int, second: int, similarity: float, words: int | None = None) -> Leak:
        one, other = examples[first], examples[second]
        ids = one.example_id, other.example_id
        return Leak(kind, first, second, *ids, splits[first], splits[second], similarity, words)

    leaks, left_out = [], 0
    for kind, texts in ((LeakKind.QUESTION, questions), (LeakKind.REFERENCE, references)):
        search = find_pairs(texts, threshold, apart=splits)
        leaks += [leak(kind, pair.first, pair.second, pair.similarity) for pair in search.pairs]
        left_out += search.left_out
    passages, passed_over = copied_passages(references, questions, splits)
    leaks += [leak(LeakKind.COPIED_REFERENCE, *found[:2], found.share, found.words) for found in passages]
    return LeakageReport(tuple(leaks), threshold, left_out + passed_over)
