"""The JSON objects in a model's reply, with all that decides whether they can be trusted.

Numbers stay as they were written, keys that stand twice stay twice, and a reply with broken JSON in it is known as
such: what is whole inside of something broken may be a quote, and is never taken for a verdict.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_OPENING = re.compile(r"[\s\ufeff]*(?:<(think|thinking|thought|reasoning)>|\[(think)\])", re.IGNORECASE)
# The first group holds where a tag begins its line, the second where it closes.
_TAG = re.compile(
    r"(^[ \t]*)?(?:<(?:think|thinking|thought|reasoning)>|\[think\]"
    r"|(</(?:think|thinking|thought|reasoning)>|\[/think\]))",
    re.IGNORECASE | re.MULTILINE,
)
_WINDOW = 100_000
"""The longest object, in characters, that is looked for in a text that may be made to be slow to read."""
_DEEP = 500
"""Fewer levels than those at which decoding gives up, each of which takes a character at least."""
# Braces of prose or mathematics, such as {x} or \frac{a}{b}, which hold nothing that could be an object.
_HARMLESS = re.compile(r"""\{[^{}"':]*\}""")
_KEY = re.compile(r"\{\s*\"")
_NUMBERS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|(-?(?:NaN|Infinity|[0-9][0-9.eE+-]*))', re.DOTALL)


@dataclass(frozen=True)
class Number:
    """A number as it was written, `NaN` and `Infinity` among them; `index` counts those of its object from 0."""

    literal: str
    index: int


@dataclass(frozen=True, eq=False)
class Pairs:
    """An object's keys and values in their order, a key that stands twice two times."""

    items: tuple[tuple[str, Any], ...]

    def named(self, name: str) -> list[tuple[str, Any]]:
        """Return the pairs whose key is `name`, but for case and white space around it."""
        wanted = folded(name)
        return [(key, value) for key, value in self.items if folded(key) == wanted]


@dataclass(frozen=True, eq=False)
class Found:
    """An object that stands in the text from `start` to `end`."""

    start: int
    end: int
    value: Pairs


@dataclass(frozen=True, eq=False)
class Scan:
    """The outermost objects of a text in their order; `broken` is set where one begins that is none or never ends."""

    objects: tuple[Found, ...]
    broken: bool


def folded(name: str) -> str:
    """Return a name as it is compared."""
    return name.strip().casefold()


def answer_start(text: str) -> int | None:
    """Return where the answer begins behind the thinking that stands before it; None where that never ends.

    Where the thinking has no beginning, as the server's template has written that, it ends at the last tag that begins
    a line and closes nothing. Tags within objects, and pairs of them, are what the text is about.
    """
    opening = _OPENING.match(text)
    if opening is not None:
        tag = f"</{opening[1]}>" if opening[1] else f"[/{opening[2]}]"
        closing = re.compile(re.escape(tag), re.IGNORECASE).search(text, opening.end())
        return None if closing is None else closing.end()
    if _TAG.search(text) is None:
        return 0
    start, block = 0, False
    for found in _tags(text, 0, scan(text).objects):
        begins_line = found[1] is not None
        if found[2] is None:
            block = block or begins_line
            continue
        if begins_line and not block:
            start = found.end()
        block = False
    return start


def behind_tags(text: str, start: int, objects: Sequence["Found"]) -> int | None:
    """Return where the last tag of thinking ends that stands from `start` on, outside of `objects`.

    That is `start` where there is none; None where the tag opens.
    """
    place: int | None = start
    for found in _tags(text, start, objects):
        place = None if found[2] is None else found.end()
    return place


def scan(text: str, start: int = 0) -> Scan:
    """Return the objects that stand in `text` from `start` on, in time linear in its length."""
    objects: list[Found] = []
    decoder = _Decoder()
    place = text.find("{", start)
    while place >= 0:
        # First of all, as a failed decoding counts the lines before it.
        harmless = _HARMLESS.match(text, place)
        if harmless is not None:
            end = harmless.end()
        else:
            found = decoder.object_at(text, place)
            if found is None:
                return Scan(tuple(objects), True)
            objects.append(found)
            end = found.end
        place = text.find("{", end)
    return Scan(tuple(objects), False)


def objects_within(text: str) -> list[Pairs]:
    """Return all objects that stand anywhere in `text`: within others, and within what is broken, too.

    Objects of more than 100,000 characters are passed over, and so are those nested some hundred levels deep.
    """
    decoder = _Decoder()
    opening = _KEY.search(text)
    while opening is not None:
        opening = _KEY.search(text, decoder.objects_from(text, opening.start()))
    return decoder.seen


def number_spans(text: str, found: Found) -> list[tuple[int, int]]:
    """Return where the numbers of an object stand in the text, by their index."""
    spans = (match.span(1) for match in _NUMBERS.finditer(text, found.start, found.end))
    return [span for span in spans if span[0] >= 0]


def _tags(text: str, start: int, objects: Sequence[Found]) -> Iterator[re.Match[str]]:
    """Yield the tags of thinking that stand in no object."""
    left = iter(objects)
    place = next(left, None)
    for tag in _TAG.finditer(text, start):
        while place is not None and place.end <= tag.start():
            place = next(left, None)
        if place is None or tag.end() <= place.start:
            yield tag


class _Decoder:
    """Decodes objects, and counts the numbers of each; `seen` are all objects so far, those within others first."""

    def __init__(self) -> None:
        self.seen: list[Pairs] = []
        self._count = 0
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_int=self._number,
            parse_float=self._number,
            parse_constant=self._number,
            strict=False,  # line breaks within strings are common, and harm nothing
        )

    def object_at(self, text: str, place: int) -> Found | None:
        """Return the object that begins at `place`, None where none does or it never ends."""
        self._count = 0
        try:
            value, end = self._decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return None
        return Found(place, end, value)

    def objects_from(self, text: str, place: int) -> int:
        """See the objects that begin at `place`, or behind it in what is none; return where to look for more."""
        # A piece of the text, as a failed decoding counts the lines before it.
        piece = text[place : place + _WINDOW]
        try:
            return place + self._decoder.raw_decode(piece)[1]
        except json.JSONDecodeError as error:
            return place + max(error.pos, 1)
        except RecursionError:
            return place + _DEEP

    def _object(self, pairs: list[tuple[str, Any]]) -> Pairs:
        self.seen.append(Pairs(tuple(pairs)))
        return self.seen[-1]

    def _number(self, literal: str) -> Number:
        self._count += 1
        return Number(literal, self._count - 1)
