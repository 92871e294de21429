"""What the parts of a query are: keywords, functions, texts, numbers, comments; line by line, to be set off.

A parser of our own, of one regular expression: whatever is typed or pasted, it ends, and cannot bring the process down.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

_WORDS = """
all and anti any as asc asof at between by case cast collate columns cross cube current date describe desc
distinct else end escape except exclude exists explain analyze extract false filter first following for from
full glob group grouping having if ignore ilike in inner intersect interval into is isnull join lateral left
like limit natural not notnull null nulls offset on or order outer over partition pivot positional preceding
qualify range recursive replace respect right rollup row rows sample select semi sets show similar some
summarize table tables tablesample then ties timestamp to trailing true try_cast unbounded union unpivot
using values when where window with within
"""
KEYWORDS = frozenset(_WORDS.split())
_PART = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<text>[eE]?'(?:[^']|'')*(?:'|\Z)|\$\$.*?(?:\$\$|\Z))
    |(?P<name>"(?:[^"]|"")*(?:"|\Z))
    |(?P<number>(?<![\w.])(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)
    |(?P<word>[^\W\d]\w*)(?P<call>\s*\()?
    """,
    re.DOTALL | re.VERBOSE,
)


class Part(StrEnum):
    """What a part of a query is."""

    KEYWORD = "keyword"
    FUNCTION = "function"
    TEXT = "text"
    NUMBER = "number"
    COMMENT = "comment"
    NAME = "name"


Marks = list[tuple[int, int, Part]]


def parts(lines: Sequence[str]) -> list[Marks]:
    """Return for each line where its parts begin and end, in characters; what is none of them is left out."""
    found: list[Marks] = [[] for _ in lines]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    row = 0
    for match in _PART.finditer("\n".join(lines)):
        kind, (start, end) = _kind(match)
        if kind is None:
            continue
        while starts[row + 1] <= start:
            row += 1
        last = row
        while last < len(lines) and starts[last] < end:
            first, until = max(start - starts[last], 0), min(end - starts[last], len(lines[last]))
            if first < until:
                found[last].append((first, until, kind))
            last += 1
    return found


def _kind(match: re.Match[str]) -> tuple[Part | None, tuple[int, int]]:
    if match["word"] is None:
        return Part(str(match.lastgroup)), match.span()
    word = match["word"].lower()
    called = match["call"] is not None
    if word in KEYWORDS and not (called and word in ("left", "right", "replace", "range", "date", "first", "if")):
        return Part.KEYWORD, match.span("word")
    return Part.FUNCTION if called else None, match.span("word")
