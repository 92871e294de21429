"""How systems stand on a measure, in words: who is ahead, and who cannot be told apart from whom."""

from collections.abc import Mapping, Sequence

from viva.present.system_names import short_names
from viva.records.leaderboard import SystemRank
from viva.records.results import LeaderboardRow
from viva.text import display_line, plural

AHEAD, CLOSE = "▲", "△"
NAME_WIDTH = 28
SHOWN_RIVALS = 3


def rank_text(place: SystemRank | None) -> str:
    """Return a range of places as `1` or `1–2`, nothing where there is none."""
    if place is None:
        return ""
    return str(place.best) if place.best == place.worst else f"{place.best}–{place.worst}"


def mark_and_remark(
    row: LeaderboardRow, ordered: Sequence[LeaderboardRow], better: int, places: Mapping[str, SystemRank]
) -> tuple[str, str]:
    """Return the mark and the remark of `row` among the systems of its group.

    Where `places` are known they say what can be told apart, else the intervals do. Where neither end is better, or
    there is nobody to compare with, there is no mark.
    """
    if row.mean is None:
        return "", "none scored"
    rivals = [other for other in ordered if other is not row and other.mean is not None]
    if not rivals or better == 0:
        return "", ""
    behind = any((other.mean or 0.0) * better > row.mean * better for other in rivals)
    best = "" if behind else "highest mean" if better > 0 else "lowest mean"
    if (place := places.get(row.system)) is not None:
        return _ranked(place, best, [other.system for other in ordered], len(places))
    if behind:
        return "", ""
    near = [other for other in rivals if _overlap(row, other, better)]
    if not near:
        return AHEAD, best
    names = _listed([other.system for other in near], [other.system for other in ordered])
    if any(bounds(other) is None for other in [row, *near]):
        return CLOSE, f"{best}, too few values for intervals ({names})"
    return CLOSE, f"{best}, within each other's intervals ({names})"


def bounds(row: LeaderboardRow) -> tuple[float, float] | None:
    """Return the interval of a mean, None where it has none."""
    if row.low is not None and row.high is not None:
        return row.low, row.high
    if row.mean is None or row.half_width is None:
        return None
    return row.mean - row.half_width, row.mean + row.half_width


def why_no_interval(row: LeaderboardRow) -> str:
    """Return why a mean has no interval; nothing where it has one, or where there is no mean."""
    if row.mean is None or bounds(row) is not None:
        return ""
    return "one value, no interval" if row.n < 2 else f"all {plural(row.n, 'value')} are equal, no interval"


def picked_note(study: str, count: int) -> str:
    """Return one line about rated questions of a study that are no random sample."""
    return (
        f"{display_line(study, 40)}: {plural(count, 'question')} not known to be drawn at random "
        f"{'counts' if count == 1 else 'count'} here (viva verdict keeps them apart)"
    )


def _ranked(place: SystemRank, best: str, systems: Sequence[str], ranked: int) -> tuple[str, str]:
    said = [best] if best else []
    if best and place.best > 1:
        # Its mean is over other questions than those of the systems that are ahead where both have a value.
        said = [f"{best}, but behind on shared questions"]
    if place.alike and len(place.alike) == ranked - 1 > 1:
        said.append("cannot be told apart from any other")
    elif place.alike:
        said.append(f"cannot be told apart from {_listed(place.alike, systems)}")
    else:
        said.append("told apart from every other" if ranked > 2 else "told apart from the other")
    mark = "" if not best else CLOSE if place.alike or place.best > 1 else AHEAD
    return mark, ", ".join(said)


def _listed(named: Sequence[str], systems: Sequence[str]) -> str:
    short = short_names(systems, NAME_WIDTH).names
    names = ", ".join(short[name] for name in named[:SHOWN_RIVALS])
    return names + (f" and {len(named) - SHOWN_RIVALS} more" if len(named) > SHOWN_RIVALS else "")


def _overlap(row: LeaderboardRow, other: LeaderboardRow, better: int) -> bool:
    """Return whether two systems' intervals meet; without an interval nothing can be told apart."""
    one, two = bounds(row), bounds(other)
    if one is None or two is None:
        return True
    return one[0] <= two[1] if better > 0 else one[1] >= two[0]
