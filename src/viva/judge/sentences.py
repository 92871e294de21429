"""Sentences of a text: lines, list items, and what ends with a full stop, a question or an exclamation mark."""

import re

_MARK = re.compile(r"^\s*(?:[-*•‣▪]|\d{1,3}[.)]|\#{1,6}|\|)\s+")
_END = re.compile(r"(?<=[.!?…])[\"'”’)\]*_]*\s+(?=[\"'“‘(\[*_]*[^\W_a-z])|(?<=[。！？])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|cf|vs|approx|ca|et al|fig|figs|eq|eqs|sec|no|nos|dr|prof|mr|mrs|ms|st|resp|[A-Z])\.$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text in their order, without marks of lists and headings; those without a letter not.

    Abbreviations that are often followed by a capital or a number (`et al.`, `Fig.`) end none, nor do initials.
    """
    found: list[str] = []
    for line in text.splitlines():
        held = ""
        for part in _END.split(_MARK.sub("", line)):
            held = f"{held} {part.strip()}".strip()
            if not _ABBREVIATION.search(held):
                found.append(held)
                held = ""
        found.append(held)
    return [sentence for sentence in found if _WORD.search(sentence)]
