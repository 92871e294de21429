"""How measures are called, ordered and written, wherever they are shown."""

from viva.records.metric import MEASURES
from viva.text import display_line

HUMAN_TOTAL = "human total"
"""The name under which a text's mean human total stands beside its metrics."""

_ORDER = [HUMAN_TOTAL, *MEASURES]

_SHORT = {"reference_perplexity": "Reference perplexity"}

NONE = "–"
"""Stands where there is no number."""


def title(measure: str) -> str:
    """Return a measure's name as people write it; an unknown one keeps its own, made safe for display."""
    if measure == HUMAN_TOTAL:
        return "Human total"
    known = MEASURES.get(measure)
    return known.title if known else display_line(measure, 24) or "(no name)"


def short_title(measure: str, width: int) -> str:
    """Return a measure's name in at most `width` characters."""
    found = title(measure)
    return found if len(found) <= width else display_line(_SHORT.get(measure, found), width)


def rank(measure: str) -> tuple[int, str]:
    """Return where a measure comes among others: the known ones in their order, then the rest by name."""
    return (_ORDER.index(measure) if measure in _ORDER else len(_ORDER), measure)


def top(measure: str) -> float | None:
    """Return the highest value a known measure can have, None for one without an end or that viva does not know."""
    if measure == HUMAN_TOTAL:
        return 100.0
    known = MEASURES.get(measure)
    return known.highest if known else None


def better(measure: str) -> int:
    """Return 1 where more is better, -1 where less is, 0 where neither is."""
    known = MEASURES.get(measure)
    return known.better if known else 1


def digits(highest: float) -> int:
    """Return how many decimals suit values up to `highest`: 3 for shares, 1 for points of tens and more."""
    return 3 if highest <= 1 else 2 if highest < 10 else 1


def number(value: float | None, highest: float) -> str:
    """Return a value written with the decimals that suit its scale, a dash where there is none."""
    return NONE if value is None else f"{value:.{digits(highest)}f}"


def margin(half_width: float | None, highest: float) -> str:
    """Return a half-width as `± 0.021`; one that would round to zero says so, and none is nothing."""
    if half_width is None:
        return ""
    places = digits(highest)
    smallest = 10.0**-places
    if 0 < half_width < smallest / 2:
        return f"± <{smallest:.{places}f}"
    return f"± {half_width:.{places}f}"
