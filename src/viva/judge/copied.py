"""Whether a verdict in a judge's reply may be a quote from a text that was judged: then it is not the judge's own."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from viva.judge.objects import Number, Pairs, folded, objects_within
from viva.judge.reply_schema import OVERALL

WINNER = "winner"
_FENCE = re.compile(r"```\w*|[\s\ufeff]+")
_WHOLE = re.compile(r"(-?(?:0|[1-9][0-9]*))(?:\.0+)?")
_MARK = r"""\\*["'“”„‘’`]"""

Entry = tuple[str, frozenset[tuple[str, str]]]
"""What an object says of one criterion: its name, and what stands in which field."""


def why_copied(pairs: Pairs, around: str, texts: Iterable[str], names: Sequence[str]) -> str | None:
    """Return why a verdict on `names` may be copied from one of `texts`, None where it is the judge's own.

    `around` is the rest of the reply. A verdict without prose around it is the judge's, unless all of it stands in the
    texts; values are compared, and not the characters that they are written with. With prose around it, it may be a
    quote as soon as a text holds something like a verdict.
    """
    wanted = [folded(name) for name in names]
    if OVERALL in wanted:
        wanted.append(WINNER)
    prose = _FENCE.sub("", around) != ""
    planted = set[Entry]()
    for text in texts:
        for other in _objects(text):
            planted |= _entries(other, wanted)
        if prose and (planted or _named(text, wanted)):
            return "it may be a quote: a text that was judged holds such JSON, and there is prose around the reply's"
    mine = _entries(pairs, wanted)
    return "the verdict is copied from a text that was judged" if mine and mine <= planted else None


def _objects(text: str) -> list[Pairs]:
    """Return the objects in a text, those within a JSON string among them."""
    unescaped = text.replace('\\"', '"')
    return objects_within(text) + (objects_within(unescaped) if unescaped != text else [])


def _named(text: str, wanted: Iterable[str]) -> bool:
    """Return whether a text holds what a judge may have mended to an object with one of these keys."""
    key = "(?:" + "|".join(re.escape(name) for name in wanted) + r")\s*"
    pattern = rf"[{{,]\s*{_MARK}\s*{key}{_MARK}\s*:|\{{\s*{key}:"
    return re.search(pattern, text, re.IGNORECASE) is not None


def _entries(pairs: Pairs, wanted: Iterable[str]) -> set[Entry]:
    """Return what an object says of the criteria that are wanted; a bare `winner` is the whole's."""
    return {
        (OVERALL, _said(pairs)) if name == WINNER else (name, _said(value))
        for name in wanted
        for _, value in pairs.named(name)
    }


def _said(entry: Any) -> frozenset[tuple[str, str]]:
    """Return what is said of a criterion, as a bare value or in an object with a value or a winner and its reasons."""
    if not isinstance(entry, Pairs):
        return frozenset({("", _sense(entry))})
    fields = [("value", ""), (WINNER, ""), ("rationale", "rationale"), ("evidence", "evidence")]
    said = {(field, _sense(value)) for name, field in fields for _, value in entry.named(name)}
    return frozenset(part for part in said if part[1])


def _sense(value: Any) -> str:
    """Return a JSON value so that those with the same sense are equal: 5, 5.0 and "5"."""
    literal = value.literal if isinstance(value, Number) else value if isinstance(value, str) else repr(type(value))
    whole = _WHOLE.fullmatch(literal.strip())
    return whole[1] if whole is not None else "".join(literal.split()).casefold()
