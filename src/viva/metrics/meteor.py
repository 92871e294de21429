"""METEOR (Lavie and Agarwal 2007): unigrams matched as they are, then by stem, then by WordNet's synonyms.

The numbers are those of nltk's single_meteor_score on the tokens of nltk's wordpunct_tokenize: runs of word characters
(accents and vowel signs included) and of other characters, in lower case. As there, what is looked up in WordNet are
stems, a word goes to the last match that is free, and where nothing matches the score is 0. Stems and synonyms of the
words that came are remembered. Without WordNet a text is unscored: leaving the synonyms out would give other numbers.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from importlib import import_module
from itertools import pairwise
from typing import Any

from viva.errors import UserError
from viva.metrics import wordnet_files
from viva.metrics.protocol import Metric, Row, Unscored, Values
from viva.metrics.wordnet import WordNet
from viva.records.metric import MetricOptions

ALPHA = 0.9
BETA = 3.0
GAMMA = 0.5
KNOWN_WORDS = 1 << 16

Place = tuple[int, str]
"""A word with its place in the text."""


class Meteor:
    """Scores texts against their references; `stem` and `synonyms` are asked once for each word."""

    def __init__(self, stem: Callable[[str], str], synonyms: Callable[[str], frozenset[str]]) -> None:
        self._stem = lru_cache(maxsize=KNOWN_WORDS)(stem)
        self._synonyms = lru_cache(maxsize=KNOWN_WORDS)(synonyms)

    def values(self, rows: Sequence[Row]) -> list[Values]:
        return [(self.score(tokens(row.reference), tokens(row.text)),) for row in rows]

    def score(self, reference: Sequence[str], text: Sequence[str]) -> float:
        """Return the METEOR of two lists of tokens in lower case, from 0 to 1."""
        matches = self._matches(reference, text)
        if not matches:
            return 0.0
        precision, recall = len(matches) / len(text), len(matches) / len(reference)
        mean = precision * recall / (ALPHA * precision + (1 - ALPHA) * recall)
        penalty: float = GAMMA * (_chunks(matches) / len(matches)) ** BETA
        return (1 - penalty) * mean

    def _matches(self, reference: Sequence[str], text: Sequence[str]) -> list[tuple[int, int]]:
        """Return the places in the text and in the reference of what matches, in the text's order."""
        found: list[tuple[int, int]] = []
        got, wanted = _match_equal(list(enumerate(text)), list(enumerate(reference)), found)
        got, wanted = _match_equal(self._stems(got), self._stems(wanted), found)
        _match_synonyms(got, wanted, found, self._synonyms)
        return sorted(found)

    def _stems(self, words: Iterable[Place]) -> list[Place]:
        return [(place, self._stem(word)) for place, word in words]


class WithoutWordNet:
    """Scores nothing, and says why."""

    def __init__(self, reason: str) -> None:
        self._unscored = Unscored(reason)

    def values(self, rows: Sequence[Row]) -> list[Values]:
        return [(self._unscored,) for _ in rows]


def tokens(text: str) -> list[str]:
    """Return the runs of word characters and of other characters, in lower case."""
    return [token.lower() for token in _pattern().findall(text)]


@cache
def _pattern() -> Any:
    # The engine of nltk. For the standard library's, accents and vowel signs written apart are no part of a word.
    return import_module("regex").compile(r"\w+|[^\w\s]+")


def _match_equal(
    got: list[Place], wanted: list[Place], found: list[tuple[int, int]]
) -> tuple[list[Place], list[Place]]:
    """Match the words of a text, last to first, each with the last free equal one of the reference.

    What matches is added to `found`; returns what is left of both.
    """
    free = _places(wanted)
    left = []
    for each in reversed(got):
        places = free.get(each[1])
        if places:
            found.append((each[0], places.pop()))
        else:
            left.append(each)
    unmatched = {place for places in free.values() for place in places}
    return left[::-1], [each for each in wanted if each[0] in unmatched]


def _match_synonyms(
    got: list[Place], wanted: list[Place], found: list[tuple[int, int]], synonyms: Callable[[str], frozenset[str]]
) -> None:
    """Match as `_match_equal` does, each word with the last free one of its synonyms."""
    free = _places(wanted)
    for place, word in reversed(got):
        known = [free[name] for name in synonyms(word) & free.keys()]
        last = max(known, key=_last, default=None)
        if last:
            found.append((place, last.pop()))


def _places(words: Iterable[Place]) -> dict[str, list[int]]:
    """Return for each word its places, in order."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, word in words:
        places[word].append(place)
    return places


def _last(places: Sequence[int]) -> int:
    return places[-1] if places else -1


def _chunks(matches: Sequence[tuple[int, int]]) -> int:
    """Return in how many runs matches follow one another in both texts."""
    return 1 + sum(after != (place + 1, other + 1) for (place, other), after in pairwise(matches))


def settings(_options: MetricOptions) -> str:
    return f"tokens=wordpunct, alpha={ALPHA}, beta={BETA}, gamma={GAMMA}, wordnet={wordnet_files.version()}"


def create(_options: MetricOptions) -> Metric:
    try:
        wordnet = WordNet(wordnet_files.obtain())
    except UserError as error:
        return WithoutWordNet(f"{error.message}: {error.hint}")
    from nltk.stem.porter import PorterStemmer

    return Meteor(PorterStemmer().stem, wordnet.synonyms)
