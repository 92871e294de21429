"""Swaps the topic words of a question and its answer, so that a model takes its topic from the question.

A few hundred pairs can be learned by heart. Where a word that question and answer share is another one each time
round, the answer's word can be foretold from the question only.
"""

import random
import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile("[A-Za-z]{4,}")

COMMON_FROM = 60
"""A word in more documents than this is no topic: it stays."""


class TopicSwapper:
    """Puts other topic words of the same texts in the place of those that a question shares with its answer."""

    def __init__(self, texts: Sequence[tuple[str, str]], share: float) -> None:
        """Take (question, answer) pairs; `share` is the chance that a word is swapped."""
        found: Counter[str] = Counter()
        for question, answer in texts:
            found.update({_stem(word) for word in _WORD.findall(f"{question} {answer}")})
        self._topics = sorted(word for word, documents in found.items() if documents <= COMMON_FROM)
        self._known = set(self._topics)
        self._share = share

    def swapped(self, question: str, answer: str, order: random.Random) -> tuple[str, str]:
        """Return question and answer with the same words swapped in both."""
        answered = {_stem(word) for word in _WORD.findall(answer)}
        asked = dict.fromkeys(_stem(word) for word in _WORD.findall(question))
        shared = [word for word in asked if word in answered and word in self._known]
        others = {word: order.choice(self._topics) for word in shared if order.random() < self._share}
        return _replaced(question, others), _replaced(answer, others)


def _replaced(text: str, others: dict[str, str]) -> str:
    def other(match: re.Match[str]) -> str:
        word = match.group()
        stem = _stem(word)
        if stem not in others or word.isupper():
            return word
        new = others[stem] + word[len(stem) :]
        return new.capitalize() if word[0].isupper() else new

    return _WORD.sub(other, text)


def _stem(word: str) -> str:
    """Return the word in lower case, without the s of a plural."""
    word = word.lower()
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word
