"""Degenerate: whether a text is no answer at all, and why: each measure is 1 where that flaw is there, else 0.

- empty: nothing but white space and invisible characters;
- cut_off: generation stopped at the limit of tokens;
- repetitive: of its sequences of four words, or of eight characters (for loops without spaces), at least a share of
  `REPEATED` occurred in it before. Ordinary prose of 20,000 words stays near 0.1. Rules and lines of tables, runs of
  marks that are no letters, do not count unless they are more than two thirds of the text;
- echoes_prompt: it begins with the whole question, after at most `LEAD` words such as "Question:", and what follows is
  no longer than the question; or at least a share of `ECHOED` of its words come from the question in the question's
  order. Short questions and texts are left alone: what is common must be of `BEGINNING` words at the start, of `COMMON`
  words elsewhere;
- copies_reference: `COPIED` words in a row stand in the reference too.

Words are compared without case and the punctuation around them; in scripts without spaces a character is a word.
"""

import re
import unicodedata
from collections.abc import Sequence

from viva.generate.repetition import WORDS, repetition
from viva.metrics.protocol import Metric, Row, Values
from viva.metrics.words import bare_words
from viva.records.metric import MetricOptions

REPEATED = 0.3
CHARACTERS = 8
BEGINNING = 5
LEAD = 3
ECHOED = 0.8
COMMON = 8
COPIED = 20
_MARKS = re.compile(r"(?:[^\w\s]|_){3,}")
_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}


class Degenerate:
    """Scores texts; the first measure is 1 where any flaw is there."""

    def values(self, rows: Sequence[Row]) -> list[Values]:
        return [self._values(row) for row in rows]

    def _values(self, row: Row) -> Values:
        words = bare_words(row.text)
        flaws = (
            all(unicodedata.category(character) in _INVISIBLE for character in row.text),
            row.finish_reason == "length",
            repetitive(row.text),
            echoes(bare_words(row.question), words),
            copies(bare_words(row.reference), words),
        )
        return tuple(map(float, (any(flaws), *flaws)))


def repetitive(text: str) -> bool:
    """Tell whether a text repeats itself, in words or in characters."""
    plain = _MARKS.sub(" ", text)
    if 3 * _length(plain) >= _length(text):
        text = plain
    if (repetition(text) or 0.0) >= REPEATED:
        return True
    joined = "".join(text.split())
    count = len(joined) - CHARACTERS + 1
    if count < 2:
        return False
    return 1 - len({joined[place : place + CHARACTERS] for place in range(count)}) / count >= REPEATED


def _length(text: str) -> int:
    """Return the number of characters but white space."""
    return sum(map(len, text.split()))


def echoes(question: Sequence[str], text: Sequence[str]) -> bool:
    """Tell whether a text is the question with little after it, or largely made of it, both given as bare words."""
    from rapidfuzz.distance import LCSseq

    length = len(question)
    starts = (first for first in range(LEAD + 1) if text[first : first + length] == question)
    if length >= BEGINNING and any(len(text) - first - length <= length for first in starts):
        return True
    if not COMMON <= len(text) <= length / ECHOED:
        return False
    common = LCSseq.similarity(question, text)
    return common >= COMMON and common >= ECHOED * len(text)


def copies(reference: Sequence[str], text: Sequence[str]) -> bool:
    """Tell whether a text has many words in a row from its reference, both given as bare words."""
    if min(len(reference), len(text)) < COPIED:
        return False
    known = {tuple(reference[place : place + COPIED]) for place in range(len(reference) - COPIED + 1)}
    return any(tuple(text[place : place + COPIED]) in known for place in range(len(text) - COPIED + 1))


def settings(_options: MetricOptions) -> str:
    return (
        f"repetitive={REPEATED} of {WORDS} words or {CHARACTERS} characters, "
        f"echo={BEGINNING} words at the start with no longer rest, or {ECHOED} of {COMMON}, copy={COPIED} words"
    )


def create(_options: MetricOptions) -> Metric:
    return Degenerate()
