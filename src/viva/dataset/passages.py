"""Which questions hold a reference or a long passage of one: an index of hashed runs of words."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from viva.dataset.normalised import normalised_words

SHORTEST_REFERENCE = 8  # words: a shorter reference is found in questions by chance
RUN = 30  # words of a reference that make a passage
HOLDERS = 20  # questions of one split in which one run of words is looked at
_SEED = 20_240_301
_BASE = np.uint64(0x9E3779B97F4A7C15)


class Passage(NamedTuple):
    """A run of `words` words of a reference that stands in a question; both by the index of their example."""

    reference: int
    question: int
    words: int
    share: float


@dataclass(frozen=True)
class _Texts:
    """Texts as word numbers, one after the other; text i lies at `starts[i]:starts[i + 1]`."""

    words: NDArray[np.int32]
    starts: NDArray[np.int64]

    def of(self, index: int) -> NDArray[np.int32]:
        return self.words[self.starts[index] : self.starts[index + 1]]

    @property
    def sizes(self) -> NDArray[np.int64]:
        return np.diff(self.starts)


@dataclass
class _Search:
    """The texts of one search, and the longest passage found so far for each reference and question."""

    references: _Texts
    questions: _Texts
    splits: Sequence[str]
    hashes: NDArray[np.uint64]
    best: dict[tuple[int, int], int]
    left_out: int = 0


# For each run's hash, for each split, the questions that hold the run and where it first stands in them.
_Index = dict[int, dict[str, dict[int, int]]]


def copied_passages(
    references: Sequence[str], questions: Sequence[str], splits: Sequence[str]
) -> tuple[list[Passage], int]:
    """Return the passages of references in questions of the same example or another split, and what was left out.

    A passage is a run of at least 30 words, or the whole of a reference of 8 to 29. A run is looked at in up to 20
    questions of each other split; how many questions were passed over is the second value. For each reference
    and question there is one passage, the longest found; they are ordered by both.
    """
    vocabulary: dict[str, int] = {}
    asked, answered = _numbered(questions, vocabulary), _numbered(references, vocabulary)
    hashes = np.random.default_rng(_SEED).integers(0, 2**64, len(vocabulary), dtype=np.uint64)
    search = _Search(answered, asked, splits, hashes, {})
    for length, rolled in _rolling(hashes[asked.words]):
        whole = answered.sizes == length if length < RUN else answered.sizes >= RUN
        if length >= SHORTEST_REFERENCE and whole.any():
            _search_runs(search, length, rolled, np.flatnonzero(whole).tolist())
    found = [
        Passage(one, other, words, words / len(answered.of(one))) for (one, other), words in sorted(search.best.items())
    ]
    return found, search.left_out


def _numbered(texts: Iterable[str], vocabulary: dict[str, int]) -> _Texts:
    words, starts = array("i"), array("q", [0])
    for text in texts:
        words.extend(vocabulary.setdefault(word, len(vocabulary)) for word in normalised_words(text))
        starts.append(len(words))
    return _Texts(np.array(words, dtype=np.int32), np.array(starts, dtype=np.int64))


def _powers(length: int) -> NDArray[np.uint64]:
    return np.cumprod(np.concatenate([np.ones(1, dtype=np.uint64), np.full(length - 1, _BASE)]))


def _rolling(hashes: NDArray[np.uint64]) -> Iterator[tuple[int, NDArray[np.uint64]]]:
    """Yield for each length up to `RUN` the hash of the run that starts at each word, as far as there are words."""
    rolled = np.zeros(len(hashes), dtype=np.uint64)
    for length, power in enumerate(_powers(RUN), start=1):
        if length > len(hashes):
            return
        rolled = rolled[: len(hashes) - length + 1] + hashes[length - 1 :] * power
        yield length, rolled


def _search_runs(search: _Search, length: int, rolled: NDArray[np.uint64], references: list[int]) -> None:
    """Look for the runs of `length` words of these references in all questions; `rolled` has the questions' hashes."""
    asked = search.questions
    question_of = np.repeat(np.arange(len(asked.sizes)), asked.sizes)[: len(rolled)]
    fits = np.flatnonzero(np.arange(len(rolled)) + length <= asked.starts[1:][question_of])
    held = np.unique(rolled[fits])
    if not len(held):
        return
    runs: dict[int, NDArray[np.uint64]] = {}
    for reference in references:
        windows = np.lib.stride_tricks.sliding_window_view(search.hashes[search.references.of(reference)], length)
        own = windows @ _powers(length)
        if (held[np.minimum(np.searchsorted(held, own), len(held) - 1)] == own).any():
            runs[reference] = own
    if not runs:
        return
    places = fits[np.isin(rolled[fits], np.concatenate(list(runs.values())))]
    index: _Index = {}
    questions = question_of[places]
    offsets = places - asked.starts[questions]
    for run, question, offset in zip(rolled[places].tolist(), questions.tolist(), offsets.tolist(), strict=True):
        index.setdefault(run, {}).setdefault(search.splits[question], {}).setdefault(question, offset)
    for reference, own in runs.items():
        _follow(search, index, reference, own.tolist(), length)


def _follow(search: _Search, index: _Index, reference: int, runs: list[int], length: int) -> None:
    """Follow each run of a reference into the questions that hold it, and note the longest passage in each."""
    words = search.references.of(reference)
    split = search.splits[reference]
    passed_over = 0
    ends: dict[int, int] = {}  # where in the reference the last passage noted for a question ends
    for start, run in enumerate(runs):
        for other, holders in index.get(run, {}).items():
            if other != split:
                looked_at = islice(holders.items(), HOLDERS)
                passed_over = max(passed_over, len(holders) - HOLDERS)
            else:
                looked_at = islice([(reference, holders.get(reference, -1))], reference in holders)
            for question, offset in looked_at:
                if start + length <= ends.get(question, 0):
                    continue
                shared = _shared_start(words[start:], search.questions.of(question)[offset:])
                if shared >= length:  # else two runs only had the same hash
                    ends[question] = start + shared
                    key = reference, question
                    search.best[key] = max(shared, search.best.get(key, 0))
    search.left_out += passed_over


def _shared_start(one: NDArray[np.int32], other: NDArray[np.int32]) -> int:
    """Return how many words two texts have in common from their beginning."""
    size = min(len(one), len(other))
    differing = np.flatnonzero(one[:size] != other[:size])
    return int(differing[0]) if len(differing) else size
