"""How measures are called, ordered and written, wherever they are shown."""

from viva.records.estimate import Estimate
from viva.records.metric import MEASURES
from viva.text import display_line

HUMAN_TOTAL = "human total"
"""The name under which a text's mean human total stands beside its metrics."""
STUDY_TOTAL = f"{HUMAN_TOTAL} "
"""What the name begins with under which the mean human total of one study stands; the study's name follows."""

_ORDER = [HUMAN_TOTAL, *MEASURES]

_SHORT = {"reference_perplexity": "Reference perplexity"}

NONE = "–"
"""Stands where there is no number."""
TOO_FEW, TOO_FEW_SHORT = "too few for an interval", "too few"
"""Stands where an interval covers its whole scale and so says nothing."""

UNEVEN = 0.1
"""So far from its middle, in lengths of the interval, a number does not stand with ±."""

Ends = tuple[float, float]
"""The lowest and the highest value that there can be."""


def title(measure: str) -> str:
    """Return a measure's name as people write it; an unknown one keeps its own, made safe for display."""
    if measure == HUMAN_TOTAL:
        return "Human total"
    if measure.startswith(STUDY_TOTAL):
        return f"Human total · {display_line(measure.removeprefix(STUDY_TOTAL), 20)}"
    known = MEASURES.get(measure)
    return known.title if known else display_line(measure, 24) or "(no name)"


def is_human_total(measure: str) -> bool:
    """Tell whether a measure is people's total, of all studies or of one."""
    return measure == HUMAN_TOTAL or measure.startswith(STUDY_TOTAL)


def short_title(measure: str, width: int) -> str:
    """Return a measure's name in at most `width` characters."""
    found = title(measure)
    return found if len(found) <= width else display_line(_SHORT.get(measure, found), width)


def rank(measure: str) -> tuple[int, str]:
    """Return where a measure comes among others: the known ones in their order, then the rest by name."""
    known = HUMAN_TOTAL if is_human_total(measure) else measure
    return (_ORDER.index(known) if known in _ORDER else len(_ORDER), measure)


def top(measure: str) -> float | None:
    """Return the highest value a known measure can have, None for one without an end or that viva does not know."""
    if is_human_total(measure):
        return 100.0
    known = MEASURES.get(measure)
    return known.highest if known else None


def bottom(measure: str) -> float:
    """Return the lowest value a measure can have: 0 where viva knows no other one."""
    known = MEASURES.get(measure)
    return known.lowest if known else 0.0


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


def signed(value: float, places: int) -> str:
    """Return a number with its sign; what rounds to zero has none."""
    shown = f"{value:+.{places}f}"
    return f"{0:.{places}f}" if not float(shown) else shown


def margin(half_width: float | None, highest: float) -> str:
    """Return a half-width as `± 0.021`; one that would round to zero says so, and none is nothing."""
    if half_width is None:
        return ""
    places = digits(highest)
    smallest = 10.0**-places
    if 0 < half_width < smallest / 2:
        return f"± <{smallest:.{places}f}"
    return f"± {half_width:.{places}f}"


def covers(found: Estimate, ends: Ends | None) -> bool:
    """Tell whether an interval covers its whole scale."""
    return ends is not None and None not in found and found.low <= ends[0] and found.high >= ends[1]  # type: ignore[operator]


def on_scale(found: Estimate, ends: Ends | None) -> Estimate:
    """Return an estimate whose bounds are cut to the ends of its scale; as it is where these are not known."""
    if ends is None or found.value is None or found.low is None or found.high is None:
        return found
    if not ends[0] <= found.value <= ends[1]:
        return found
    return Estimate(found.value, max(found.low, ends[0]), min(found.high, ends[1]))


def lopsided(one: Estimate) -> bool:
    """Tell whether a number is so far from the middle of its interval that half of that says too little of its ends."""
    if one.value is None or one.low is None or one.high is None:
        return False
    return abs(one.low + (one.high - one.low) / 2 - one.value) > UNEVEN * (one.high - one.low)


def spread(found: Estimate, ends: Ends | None, highest: float) -> str:
    """Return an interval as it stands behind its number: `± 0.021`, or `(0.390…0.502)` where that is not its middle.

    The ends stand too where one of them is cut to that of the scale. Nothing stands where there is no interval,
    `(too few)` where it covers the whole scale.
    """
    if covers(found, ends):
        return f"({TOO_FEW_SHORT})"
    shown = on_scale(found, ends)
    if shown.value is None or shown.low is None or shown.high is None:
        return ""
    if shown != found or lopsided(shown):
        return f"({number(shown.low, highest)}…{number(shown.high, highest)})"
    return margin((shown.high - shown.low) / 2, highest)
