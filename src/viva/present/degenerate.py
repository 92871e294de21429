"""Degenerate texts in words: how many of a system's texts are empty, cut off, repetitive or copied."""

from collections.abc import Iterable

from viva.present.leaderboard import system_name
from viva.records.metric import DEGENERATE, FLAWS
from viva.records.results import LeaderboardRow
from viva.text import plural

_KINDS = {
    "empty": "empty",
    "cut_off": "cut off at the limit",
    "repetitive": "repetitive",
    "echoes_prompt": "echoing the question",
    "copies_reference": "copying the reference",
}


def degenerate_notes(rows: Iterable[LeaderboardRow], split: str | None = None) -> list[str]:
    """Return a line for each system with degenerate texts: `starter: 3 of 19 texts are degenerate (2 cut off …)`."""
    found: dict[tuple[str, str], dict[str, LeaderboardRow]] = {}
    for row in rows:
        if row.source == "metric" and row.field is None and (split is None or row.split == split):
            found.setdefault((row.split, row.system), {})[row.measure] = row
    notes = []
    for (_, system), measures in found.items():
        total = measures.get(DEGENERATE)
        if total is None or not total.mean:
            continue
        kinds = [f"{count:,} {_KINDS[name]}" for name in FLAWS if (count := _count(measures.get(name)))]
        which = f" ({', '.join(kinds)})" if kinds else ""
        many = _count(total)
        verb = "is" if many == 1 else "are"
        notes.append(f"{system_name(system)}: {many:,} of {plural(total.n, 'text')} {verb} degenerate{which}")
    return notes


def _count(row: LeaderboardRow | None) -> int:
    return 0 if row is None or row.mean is None else max(round(row.mean * row.n), 1 if row.mean else 0)
