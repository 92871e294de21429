"""Whether a judge's quote really stands in the text, whatever was done to its spaces and quotation marks."""

import re
import unicodedata

_MARKS = str.maketrans(dict.fromkeys('“”„‟«»‹›‘’‚‛′″`´"', "'"))
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_QUOTES = re.compile("'+")
# NFKC has made three dots of an ellipsis; some judges put it in brackets.
_ELLIPSIS = re.compile(r"[\[(]?\.{3,}[\])]?")
_EDGES = " '.,;:!?"


def stands_in(evidence: str, text: str) -> bool:
    """Return whether `evidence` stands in `text`, its parts in their order where an ellipsis joins several.

    Case, white space, the kind of quotation marks, marks at the ends of a part, and the forms that Unicode's NFKC
    holds for equal make no difference. Evidence without a letter or digit stands nowhere.
    """
    parts = [part.strip(_EDGES) for part in _ELLIPSIS.split(_normal(evidence))]
    parts = [part for part in parts if any(character.isalnum() for character in part)]
    if not parts:
        return False
    whole, place = _normal(text), 0
    for part in parts:
        place = whole.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return True


def _normal(text: str) -> str:
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text).translate(_MARKS)).casefold()
    return " ".join(_QUOTES.sub("'", text).split())
