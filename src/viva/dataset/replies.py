"""Getting JSON out of a model's reply, whatever it wrote around it."""

import json
import re
from typing import Any

_THOUGHT = re.compile(r"(?is)<(think|thinking|reasoning)>.*?(?:</\1>|\Z)")
_THOUGHT_END = re.compile(r"(?is)\A.*</(?:think|thinking|reasoning)>")
_OPENING = re.compile(r"[\[{]")
# A string, or a comma before a closing bracket: strings are matched so that commas in them are let be.
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
MOST_STARTS = 300
"""How many brackets are tried as the beginning of the value."""


def without_thoughts(text: str) -> str:
    """Return a reply without the thinking that some models write before it; some leave out its opening mark."""
    return _THOUGHT_END.sub("", _THOUGHT.sub("", text)).strip()


def parse_json(text: str) -> Any:
    """Return the longest JSON array or object in a reply; code fences, thinking and text around it are passed over.

    Line breaks within strings and a comma behind the last value are forgiven. Raises `ValueError`.
    """
    answer = without_thoughts(text)
    for candidate in (answer, _TRAILING_COMMA.sub(lambda match: match[1] or "", answer)):
        found = _longest(candidate)
        if found is not None:
            return found
    raise ValueError("the reply holds no JSON")


def _longest(text: str) -> Any:
    """Return the array or object that takes up the most of `text`, or None."""
    decoder = json.JSONDecoder(strict=False)
    best, found, place = 0, None, 0
    for _ in range(MOST_STARTS):
        start = _OPENING.search(text, place)
        if start is None:
            break
        try:
            value, place = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            # A bracket of the prose around the value, or one whose text is cut off.
            place = start.end()
            continue
        if place - start.start() > best:
            best, found = place - start.start(), value
    return found
