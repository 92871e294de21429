"""Counting what a dataset is made of, in one pass."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from viva.records.dataset import Example
from viva.records.statistics import PERCENTILES, DatasetStatistics, FieldRows, Lengths, Overlap, Vocabulary

MOST_BINS = 20
MOST_COMPARED = 10
"""Between so many splits, the largest, vocabularies are compared."""

# Chinese and Japanese are written without blanks: each character counts as a word.
_SINGLE = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_SINGLE}]|[^\W{_SINGLE}]+")


def words(text: str) -> list[str]:
    """Return the words of a text, lower-cased: runs of letters, digits and `_`; Chinese and Japanese by characters."""
    return _WORD.findall(text.lower())


def statistics(
    examples: Iterable[Example], tokenize: Callable[[str], int] | None = None, *, bins: int = MOST_BINS
) -> DatasetStatistics:
    """Return what `examples` are made of.

    `tokenize` returns how many tokens a text has. Histograms get at most `bins` bins. The examples are gone through
    once; memory grows with the number of different words, splits, fields and sources, not with that of examples.
    """
    tally = _Tally(tokenize)
    for example in examples:
        tally.add(example)
    return tally.result(bins)


class _Tally:
    """Counts while examples go by."""

    def __init__(self, tokenize: Callable[[str], int] | None) -> None:
        self.tokenize = tokenize
        self.splits: Counter[str] = Counter()
        self.fields: dict[str, Counter[str]] = {}
        self.subfields: dict[tuple[str, str], Counter[str]] = {}
        self.lengths: dict[str, Counter[int]] = {}
        self.vocabularies: dict[str, Counter[str]] = {}
        self.sources: set[str] = set()
        self.sourced = 0
        self.conversations = 0

    def add(self, example: Example) -> None:
        split, field, subfield = example.split or "", example.field or "", example.subfield or ""
        self.splits[split] += 1
        self.fields.setdefault(field, Counter())[split] += 1
        if subfield:
            self.subfields.setdefault((field, subfield), Counter())[split] += 1
        if example.source:
            self.sources.add(example.source)
            self.sourced += 1
        self.conversations += example.messages is not None
        vocabulary = self.vocabularies.setdefault(split, Counter())
        for name, text in (("question", example.question), ("reference", example.reference)):
            found = words(text)
            vocabulary.update(found)
            self.lengths.setdefault(f"{name} words", Counter())[len(found)] += 1
            if self.tokenize is not None:
                self.lengths.setdefault(f"{name} tokens", Counter())[self.tokenize(text)] += 1

    def result(self, bins: int) -> DatasetStatistics:
        def measured(name: str) -> Lengths:
            return lengths(self.lengths.get(name, {}), bins)

        return DatasetStatistics(
            rows=sum(self.splits.values()),
            splits=dict(self.splits),
            fields=tuple(FieldRows(field, "", dict(found)) for field, found in self.fields.items()),
            subfields=tuple(FieldRows(*names, dict(found)) for names, found in self.subfields.items()),
            question_words=measured("question words"),
            reference_words=measured("reference words"),
            question_tokens=measured("question tokens") if self.tokenize is not None else None,
            reference_tokens=measured("reference tokens") if self.tokenize is not None else None,
            vocabulary=tuple(Vocabulary(split, v.total(), len(v)) for split, v in self.vocabularies.items()),
            overlaps=tuple(self._overlaps()),
            conversations=self.conversations,
            sources=len(self.sources),
            sourced=self.sourced,
        )

    def _overlaps(self) -> Iterable[Overlap]:
        largest = {split for split, _ in self.splits.most_common(MOST_COMPARED)}
        compared = [split for split in self.splits if split in largest]
        for split in compared:
            own = self.vocabularies[split]
            for known in compared:
                if known == split:
                    continue
                shared = own.keys() & self.vocabularies[known].keys()
                yield Overlap(
                    split,
                    known,
                    len(shared) / len(own) if own else None,
                    sum(own[word] for word in shared) / own.total() if own else None,
                )


def lengths(counts: Mapping[int, int], bins: int = MOST_BINS) -> Lengths:
    """Return the distribution of lengths that occur `counts[length]` times. Raises `ValueError` for `bins` < 1."""
    if bins < 1:
        raise ValueError(f"a histogram needs a bin, not {bins}")
    total = sum(counts.values())
    if not total:
        return Lengths(0, 0, 0, 0.0, dict.fromkeys(PERCENTILES, 0.0), (), ())
    ordered = sorted(counts)
    shortest, longest = ordered[0], ordered[-1]
    width = math.ceil((longest - shortest + 1) / bins)
    filled = [0] * math.ceil((longest - shortest + 1) / width)
    for length in ordered:
        filled[(length - shortest) // width] += counts[length]
    return Lengths(
        texts=total,
        shortest=shortest,
        longest=longest,
        mean=sum(length * counts[length] for length in ordered) / total,
        percentiles=_percentiles(counts, ordered, total),
        edges=tuple(shortest + number * width for number in range(len(filled) + 1)),
        counts=tuple(filled),
    )


def _percentiles(counts: Mapping[int, int], ordered: list[int], total: int) -> dict[int, float]:
    """Return the percentiles by linear interpolation between order statistics (Hyndman & Fan 1996, type 7)."""
    found = {}
    position, seen = 0, counts[ordered[0]]
    for percent in PERCENTILES:
        # The rank is percent / 100 × (total − 1), here split into a whole number and a rest in hundredths.
        rank, hundredths = divmod(percent * (total - 1), 100)
        while seen <= rank:
            position += 1
            seen += counts[ordered[position]]
        low = ordered[position]
        high = ordered[position + 1] if rank + 1 >= seen and position + 1 < len(ordered) else low
        found[percent] = low + (high - low) * hundredths / 100
    return found
