"""Cleaning a dataset: example by example, with the reasons."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b

from viva.dataset.decoration import fenced_lines, without_decoration
from viva.dataset.statistics import words
from viva.errors import UsageError
from viva.records.cleaning import CleanedRow, CleanReason, CleanReport, CleanRules
from viva.records.dataset import Example
from viva.records.ids import content_id

SAMPLES = 10

_LINE_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028]")
_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
_RUN_OF_BLANKS = re.compile(r"[ \t]{2,}")
_ESCAPES = re.compile("\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)")
# Whatever reorders, hides or has no width. The joiners U+200C and U+200D stay: Persian, Indic scripts and emoji
# need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]+"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(examples: Iterable[Example], rules: CleanRules) -> Iterator[CleanedRow]:
    """Yield what becomes of each example, in their order.

    The text of questions and references is cleaned; fields, subfields and all else stay as they are. An example made
    from a conversation keeps its messages, its question and its reference as they are; only the rules that drop
    examples apply, and it is a duplicate only where conversation and tools are equal too. Of equal examples the first
    stays. Kept for comparing are 16 bytes for each example. Raises `UsageError` for limits that contradict each other.
    """
    _check(rules)
    seen: set[bytes] = set()
    for index, before in enumerate(examples):
        after, reasons = _cleaned(before, rules)
        because = _dropping(after, rules, seen)
        yield CleanedRow(index, before, None if because else after, (*reasons, *because))


class CleanTally:
    """Counts rows as they go by, so that they can be stored and reported in one pass."""

    def __init__(self, samples: int = SAMPLES) -> None:
        self._samples = samples
        self._examined = self._changed = self._dropped = 0
        self._reasons: Counter[CleanReason] = Counter()
        self._first: list[CleanedRow] = []

    def watch(self, rows: Iterable[CleanedRow]) -> Iterator[CleanedRow]:
        """Yield the rows as they are and count them."""
        for row in rows:
            self._examined += 1
            self._changed += row.changed
            self._dropped += row.dropped
            self._reasons.update(row.reasons)
            if row.reasons and len(self._first) < self._samples:
                self._first.append(row)
            yield row

    def report(self) -> CleanReport:
        """Return the sums over the rows that have gone by, with the first that were changed or dropped."""
        reasons = {reason: self._reasons[reason] for reason in CleanReason if self._reasons[reason]}
        return CleanReport(self._examined, self._changed, self._dropped, reasons, tuple(self._first))


def summary(rows: Iterable[CleanedRow], samples: int = SAMPLES) -> CleanReport:
    """Go through all rows and return the sums, with the first `samples` that were changed or dropped."""
    tally = CleanTally(samples)
    for _ in tally.watch(rows):
        pass
    return tally.report()


def clean_text(text: str, rules: CleanRules) -> tuple[str, tuple[CleanReason, ...]]:
    """Return a text cleaned by the rules, and what was found in it. Cleaned text is not changed again."""
    stages: list[tuple[bool, CleanReason, Callable[[str], str]]] = [
        (rules.white_space, CleanReason.WHITE_SPACE, _tidy),
        (rules.control, CleanReason.CONTROL, _without_controls),
        (rules.decoration, CleanReason.DECORATION, without_decoration),
        (rules.unicode, CleanReason.UNICODE, _composed),
    ]
    found: list[CleanReason] = []
    start = None
    while text != start:
        start = text
        for wanted, reason, stage in stages:
            cleaned = stage(text) if wanted else text
            # White space that another stage has left behind is that stage's doing.
            if cleaned != text and reason not in found and not (found and reason is CleanReason.WHITE_SPACE):
                found.append(reason)
            text = cleaned
    return text, tuple(reason for reason in CleanReason if reason in found)


def _check(rules: CleanRules) -> None:
    for word, least, most in (
        ("question", rules.least_question, rules.most_question),
        ("reference", rules.least_reference, rules.most_reference),
    ):
        for limit in (least, most):
            if limit is not None and limit < 1:
                raise UsageError(f"a limit of {limit} words for the {word} says nothing", "limits are 1 or more")
        if least is not None and most is not None and least > most:
            raise UsageError(
                f"no {word} has at least {least} and at most {most} words", "give the smaller number as the least"
            )


def _cleaned(example: Example, rules: CleanRules) -> tuple[Example, tuple[CleanReason, ...]]:
    if example.messages is not None:
        return example, ()
    question, in_question = clean_text(example.question, rules)
    reference, in_reference = clean_text(example.reference, rules)
    if not in_question and not in_reference:
        return example, ()
    reasons = tuple(reason for reason in CleanReason if reason in in_question or reason in in_reference)
    return replace(example, question=question, reference=reference), reasons


def _dropping(example: Example, rules: CleanRules, seen: set[bytes]) -> tuple[CleanReason, ...]:
    """Return why an example is dropped, nothing where it stays and is remembered."""
    if not example.question.strip() or not example.reference.strip():
        return (CleanReason.EMPTY,)
    reasons = tuple(_beyond_limits(example, rules))
    keys = []
    if rules.duplicates:
        keys.append((CleanReason.DUPLICATE, _digest(example.question, example.reference, _conversation(example))))
    if rules.same_question:
        keys.append((CleanReason.SAME_QUESTION, _digest(example.question)))
    reasons += tuple(reason for reason, key in keys if key in seen)
    if not reasons:
        seen.update(key for _, key in keys)
    return reasons


def _beyond_limits(example: Example, rules: CleanRules) -> Iterator[CleanReason]:
    for text, least, most, short, long in (
        (
            example.question, rules.least_question, rules.most_question,
            CleanReason.SHORT_QUESTION, CleanReason.LONG_QUESTION,
        ),
        (
            example.reference, rules.least_reference, rules.most_reference,
            CleanReason.SHORT_REFERENCE, CleanReason.LONG_REFERENCE,
        ),
    ):  # fmt: skip
        if least is None and most is None:
            continue
        count = len(words(text))
        if least is not None and count < least:
            yield short
        if most is not None and count > most:
            yield long


def _conversation(example: Example) -> str:
    return "" if example.messages is None else content_id(example.messages, example.tools)


def _digest(*texts: str) -> bytes:
    digest = blake2b(digest_size=16)
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.digest()


def _tidy(text: str) -> str:
    """Return the text with one kind of line break and of blank, none trailing, none doubled outside code.

    Indentation stays, but for that of the first line where the next is not indented as well.
    """
    text = _LINE_BREAKS.sub("\n", text).replace("\u2029", "\n\n")
    lines = _BLANKS.sub(" ", text).split("\n")
    fenced = fenced_lines(lines)
    tidied: list[str] = []
    blank = 0
    for line, is_code in zip(lines, fenced, strict=True):
        new = line if is_code else _tidy_line(line)
        blank = blank + 1 if not new and not is_code else 0
        if blank < 2:
            tidied.append(new)
    return _trimmed(tidied)


def _tidy_line(line: str) -> str:
    bare = line.strip(" \t\u3000")
    if not bare:
        return ""
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    rest = line[len(indent) :].rstrip(" \t\u3000")
    return indent + _RUN_OF_BLANKS.sub(lambda found: "\t" if "\t" in found[0] else " ", rest)


def _trimmed(lines: list[str]) -> str:
    """Join the lines without blank ones at both ends and without a lone indentation of the first."""
    text = "\n".join(lines).rstrip().lstrip("\n")
    _, _, rest = text.partition("\n")
    following = rest.lstrip("\n")[:1]
    return text if following and following in " \t" else text.lstrip()


def _without_controls(text: str) -> str:
    text = _LINE_BREAKS.sub("\n", _INVISIBLE.sub("", _ESCAPES.sub("", text)))
    return _SURROGATES.sub("\ufffd", text)


def _composed(text: str) -> str:
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
