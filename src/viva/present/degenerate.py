"""Degenerate texts in words: how many of a system's texts are empty, cut off, repetitive or copied."""

from collections.abc import Iterable, Iterator, Sequence

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
    return [f"{system_name(system)}: {said}" for system, said in _found(rows, split)]


def degenerate_line(rows: Iterable[LeaderboardRow], split: str | None, system: str) -> str:
    """Return how many texts of a system are degenerate, nothing where none is or `degenerate_note` tells it."""
    found = list(_found(rows, split))
    return next((said for name, said in found if name == system), "") if len(found) > 1 else ""


def degenerate_note(rows: Sequence[LeaderboardRow], split: str | None, more: str) -> str:
    """Return one line about all systems with degenerate texts; `more` is where several of them are told apart."""
    notes = degenerate_notes(rows, split)
    if len(notes) < 2:
        return "".join(notes)
    found = {system for system, _ in _found(rows, split)}
    every = {row.system for row in rows if row.measure == DEGENERATE and (split is None or row.split == split)}
    if len(found) == 1:
        return f"{system_name(found.pop())} has degenerate texts: {more}"
    return f"{len(found):,} of {plural(len(every), 'system')} have degenerate texts: {more}"


def degenerate_measures(rows: Iterable[LeaderboardRow], split: str | None = None) -> list[str]:
    """Return the measures that tell which texts are degenerate, without those that none is."""
    there = {row.measure for row in rows if row.mean and (split is None or row.split == split)}
    return [name for name in (DEGENERATE, *FLAWS) if name in there]


def _found(rows: Iterable[LeaderboardRow], split: str | None) -> Iterator[tuple[str, str]]:
    """Yield the systems with degenerate texts, one for each split, and how many texts of them are."""
    found: dict[tuple[str, str], dict[str, LeaderboardRow]] = {}
    for row in rows:
        if row.source == "metric" and row.field is None and (split is None or row.split == split):
            found.setdefault((row.split, row.system), {})[row.measure] = row
    for (_, system), measures in found.items():
        total = measures.get(DEGENERATE)
        if total is None or not total.mean:
            continue
        kinds = [f"{count:,} {_KINDS[name]}" for name in FLAWS if (count := _count(measures.get(name)))]
        which = f" ({', '.join(kinds)})" if kinds else ""
        many = _count(total)
        verb = "is" if many == 1 else "are"
        yield system, f"{many:,} of {plural(_texts(total), 'text')} {verb} degenerate{which}"


def _count(row: LeaderboardRow | None) -> int:
    return 0 if row is None or row.mean is None else max(round(row.mean * _texts(row)), 1 if row.mean else 0)


def _texts(row: LeaderboardRow) -> int:
    """Return how many texts have a value; the mean is over examples, of which each has as many."""
    return row.n if row.texts_scored is None else row.texts_scored
