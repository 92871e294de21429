"""The numbers of a report as JSON, and two of them compared number by number."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from viva.records.report import Report
from viva.text import display_line

CLOSE = 1e-12
"""How far two numbers may be apart, relative to their size, and be the same: the last bits differ by processor."""
MOST_NAMED = 20
_MISSING = object()
SHOWN, BEFORE = 60, 20
"""Characters of a value that are shown, and how many of them stand before the place where two texts differ."""


def numbers(report: Report) -> dict[str, Any]:
    """Return every table, unrounded, and the data of every figure, in the order of the report."""
    return {
        "sections": [
            {"key": section.key, "text": list(section.text), "missing": section.missing} for section in report.sections
        ],
        "tables": [
            {
                "section": section.key, "title": table.title, "columns": list(table.columns),
                "rows": [[cell.value for cell in row] for row in table.rows],
            }
            for section, table in report.tables
        ],
        "figures": [{"name": figure.name, "data": _plain(asdict(figure.drawing))} for figure in report.figures],
    }  # fmt: skip


def count(value: Any) -> int:
    """Return how many numbers there are in a value of `numbers`."""
    return sum(isinstance(leaf, int | float) and not isinstance(leaf, bool) for _, leaf in _leaves(value, ()))


def differences(first: Any, second: Any) -> list[str]:
    """Return in words where two values of `numbers` differ, at most `MOST_NAMED` of them and how many more.

    The first may have been forged into any shape; the second is as `numbers` makes it.
    """
    found = []
    before, after = dict(_leaves(first, ())), dict(_leaves(second, ()))
    for place in [*before, *(place for place in after if place not in before)]:
        one, other = before.get(place, _MISSING), after.get(place, _MISSING)
        if not _same(one, other):
            found.append(f"{_named(place, second)}: {_became(one, other)}")
    more = [f"and {len(found) - MOST_NAMED:,} more"] if len(found) > MOST_NAMED else []
    return found[:MOST_NAMED] + more


Place = tuple[str | int, ...]


def _leaves(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """Yield each number, text and empty list within a value, with the way to it."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*place, str(key)))
    elif isinstance(value, list | tuple) and value:
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*place, number))
    else:
        yield place, value


def _plain(value: Any) -> Any:
    """Return tuples as lists, as JSON has them."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other or math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)
    return bool(one == other)


def _named(place: Place, value: Any) -> str:
    """Return a place as a person finds it: the table, the row's first cells and the column."""
    match place:
        case ("tables", int(number), "rows", int(row), int(column), *_):
            cells = _at(value, "tables", number, "rows", row)
            first = " ".join(str(cell) for cell in cells[:2]) if cells else f"row {row + 1}"
            head = _at(value, "tables", number, "columns", column) or f"column {column + 1}"
            said = f"table {number + 1} ({_at(value, 'tables', number, 'title')}), {first}, {head}"
        case ("tables", int(number), *rest):
            said = f"table {number + 1} ({_at(value, 'tables', number, 'title')}), {_way(rest)}"
        case ("sections", int(number), "text", int(paragraph)):
            said = f"section {_at(value, 'sections', number, 'key')}, paragraph {paragraph + 1}"
        case ("sections", int(number), *rest):
            said = f"section {_at(value, 'sections', number, 'key')}, {_way(rest)}"
        case ("figures", int(number), *rest):
            said = f"figure {_at(value, 'figures', number, 'name')}, {_way(rest)}"
        case _:
            said = _way(place)
    return display_line(said, 160)


def _at(value: Any, *way: str | int) -> Any:
    """Return what a way leads to, None where it leads nowhere."""
    for step in way:
        try:
            value = value[step]
        except (IndexError, KeyError):
            return None
    return value


def _way(steps: Sequence[str | int]) -> str:
    return " ".join(str(step + 1) if isinstance(step, int) else step for step in steps)


def _became(one: Any, other: Any) -> str:
    """Return both values in words; of texts that are too long what stands where they begin to differ."""
    if not isinstance(one, str) or not isinstance(other, str) or max(len(one), len(other)) <= SHOWN:
        return f"{_shown(one)} became {_shown(other)}"
    pairs = enumerate(zip(one, other, strict=False))
    begin = next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
    start = max(begin - BEFORE, 0)
    cut = "…" if start else ""
    return f"{cut}{_shown(one[start:])} became {cut}{_shown(other[start:])} (from character {begin + 1:,})"


def _shown(value: Any) -> str:
    if value is _MISSING or value is None:
        return "nothing" if value is None else "missing"
    return display_line(repr(value) if isinstance(value, float) else str(value), SHOWN)
