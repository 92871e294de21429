"""What two texts share: the sequences of words that stand in both, and where they stand in a text."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

MOST_WORDS = 20_000
"""Words of a text that are looked at; what comes behind them is not marked."""
LONGEST = 64
"""Words of a phrase; a longer sequence is several phrases, so that looking for them stays cheap."""
OVERLAP = 16
"""Words that one sequence may share with the one before it."""
LONG_WORD = 8
"""Letters from which on a single word can be worth marking."""
RARE = 3
"""How often a single word may stand in each of the texts."""
CJK_WORD = 3
"""Characters that Chinese or Japanese texts have to share, since these put no spaces between words."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_WORD = re.compile(f"[{_CJK}]|[^\\W_{_CJK}]+(?:['’][^\\W_{_CJK}]+)*")
_JOINS = re.compile(r"[ \t*_`~]*\n?[ \t*_`~]*|[-‐‑/]")
"""What may stand between two words of a sequence: blanks, marks of Markdown, one line break, a hyphen."""
_SAY_LITTLE = """
    a about above after again all also am an and any are as at be because been before being below between both but by
    can could did do does doing down during each either few for from further had has have having he her here hers him
    his how however i if in into is it its itself just let many may me might more most much must my no nor not now of
    off on once only or other our ours out over own per same shall she should so some such than that the their theirs
    them then there these they this those through thus to too under until up upon us very via was we were what when
    where whether which while who whom why will with within without would you your yours 的 了 是 在 和 與 与 或 及 の
    は が を に で と も"""
_STOP = frozenset(_SAY_LITTLE.split())
Span = tuple[int, int]
_Tree = dict[str, "_Tree"]
"""Phrases by their words, one after the other; the key "" tells that a phrase ends here."""


def shared_phrases(reference: str, text: str) -> frozenset[str]:
    """Return the word sequences that stand in both texts, in small letters, words a blank apart.

    A sequence counts with two words that carry meaning, with one that is long and rare, or with three characters of
    Chinese or Japanese. Takes time in proportion to the lengths of the texts.
    """
    ours, theirs = _Words(reference), _Words(text)
    counts = Counter(ours.words), Counter(theirs.words)
    found: set[str] = set()
    reached = 0
    for start, end in _common(ours, theirs):
        # Of texts that repeat themselves, sequences overlap nearly whole.
        start = max(start, min(reached - OVERLAP, end))
        reached = end
        for first, last in _pieces(start, end):
            while first < last and not _carries(theirs.words[first]):
                first += 1
            while first < last and not _carries(theirs.words[last - 1]):
                last -= 1
            words = theirs.words[first:last]
            if _counts(words, counts):
                found.add(" ".join(words))
    return frozenset(found)


def phrase_spans(text: str, phrases: frozenset[str]) -> list[Span]:
    """Return where the phrases stand in `text`: starts and ends in characters, in order, none over another."""
    if not phrases:
        return []
    tree: _Tree = {}
    for phrase in phrases:
        place = tree
        for word in phrase.split(" "):
            place = place.setdefault(word, {})
        place[""] = {}
    found = _Words(text)
    spans: list[Span] = []
    reached = 0
    for first in range(len(found.words)):
        last = _longest(tree, found, first)
        for number in range(max(first, reached), last):
            start, end = found.spans[number]
            if number > first and "\n" not in text[spans[-1][1] : start]:
                start = spans.pop()[0]
            spans.append((start, end))
        reached = max(reached, last)
    return spans


def _longest(tree: _Tree, found: "_Words", first: int) -> int:
    """Return the end of the longest phrase that begins at the word `first`, that word itself where none does."""
    place = tree
    end = first
    for number in range(first, len(found.words)):
        if number > first and found.breaks[number]:
            break
        deeper = place.get(found.words[number])
        if deeper is None:
            break
        place = deeper
        if "" in place:
            end = number + 1
    return end


class _Words:
    """The words of a text in small letters, where each stands, and whether a sequence cannot go on before it."""

    def __init__(self, text: str) -> None:
        matches = [match for match, _ in zip(_WORD.finditer(text), range(MOST_WORDS), strict=False)]
        self.words = [match.group().casefold().replace("’", "'") for match in matches]
        self.spans = [match.span() for match in matches]
        self.breaks = [True] * len(matches)
        for number, (before, after) in enumerate(pairwise(self.spans), 1):
            self.breaks[number] = _JOINS.fullmatch(text, before[1], after[0]) is None

    def runs(self) -> Iterator[Span]:
        """Yield where sequences begin and end that nothing interrupts."""
        starts = [number for number, broken in enumerate(self.breaks) if broken]
        yield from pairwise([*starts, len(self.words)])


class _Sequences:
    """All word sequences of a text: the smallest automaton that takes them (Blumer et al. 1985)."""

    def __init__(self, words: Sequence[object]) -> None:
        self.next: list[dict[object, int]] = [{}]
        self.link = [-1]
        self.length = [0]
        last = 0
        for word in words:
            last = self._add(last, word)

    def _state(self, length: int, link: int, following: dict[object, int]) -> int:
        self.next.append(following)
        self.link.append(link)
        self.length.append(length)
        return len(self.next) - 1

    def _add(self, last: int, word: object) -> int:
        new = self._state(self.length[last] + 1, 0, {})
        place = last
        while place != -1 and word not in self.next[place]:
            self.next[place][word] = new
            place = self.link[place]
        if place == -1:
            return new
        there = self.next[place][word]
        if self.length[place] + 1 == self.length[there]:
            self.link[new] = there
            return new
        copy = self._state(self.length[place] + 1, self.link[there], dict(self.next[there]))
        while place != -1 and self.next[place].get(word) == there:
            self.next[place][word] = copy
            place = self.link[place]
        self.link[there] = self.link[new] = copy
        return new


def _common(reference: _Words, text: _Words) -> Iterator[Span]:
    """Yield the longest sequences of `text` that stand in the reference too; they may overlap."""
    parts: list[object] = []
    for number, (start, end) in enumerate(reference.runs()):
        # A number equals no word: nothing is found across an interruption.
        parts += [*reference.words[start:end], number]
    known = _Sequences(parts)
    for start, end in text.runs():
        state = length = 0
        for number in range(start, end):
            word = text.words[number]
            before, reached = length, number
            while state and word not in known.next[state]:
                state = known.link[state]
                length = known.length[state]
            state = known.next[state].get(word, 0)
            length = length + 1 if state else 0
            if before and length <= before:
                yield reached - before, reached
        if length:
            yield end - length, end


def _pieces(start: int, end: int) -> Iterator[Span]:
    """Yield a sequence in pieces of no more than `LONGEST` words, each from the last one's last word on."""
    for first in range(start, max(end - 1, start + 1), LONGEST - 1):
        yield first, min(first + LONGEST, end)


def _carries(word: str) -> bool:
    return word not in _STOP and (len(word) > 2 or not word.isascii() or word.isdigit())


def _counts(words: Sequence[str], counts: tuple[Counter[str], Counter[str]]) -> bool:
    meaningful = [word for word in words if _carries(word)]
    characters = sum(_is_cjk(word) for word in meaningful)
    if len(meaningful) - characters >= 2 or characters >= CJK_WORD:
        return True
    if len(meaningful) > 1:
        return len(meaningful) > characters
    word = meaningful[0] if meaningful else ""
    return len(word) >= LONG_WORD and all(count[word] <= RARE for count in counts)


def _is_cjk(word: str) -> bool:
    return len(word) == 1 and bool(re.match(f"[{_CJK}]", word))


def inside(spans: Sequence[Span], start: int, end: int) -> Iterator[Span]:
    """Yield the parts of ordered `spans` that lie between two characters."""
    number = max(bisect_right(spans, (start, -1)) - 1, 0)
    while number < len(spans) and spans[number][0] < end:
        first, last = max(spans[number][0], start), min(spans[number][1], end)
        if first < last:
            yield first, last
        number += 1
