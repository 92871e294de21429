"""A rubric in words: its criteria as lines, and what their values stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from viva.records.rubric import Criterion
from viva.text import display_line

WIDEST_SCALE = 11
"""A scale of more values is not laid out value by value."""


@dataclass(frozen=True)
class CriterionRow:
    """One criterion as a line: `scale` are its values (empty for a long scale), `chosen` the one entered."""

    name: str
    weight: str
    scale: tuple[int, ...]
    extent: str
    chosen: int | None
    note: str
    current: bool


@dataclass(frozen=True)
class Level:
    """One value of a criterion and what it stands for."""

    value: int
    text: str
    chosen: bool


def criterion_rows(criteria: Sequence[Criterion], values: Mapping[str, int], cursor: int) -> tuple[CriterionRow, ...]:
    """Return the criteria, a line each, with the values given so far."""
    return tuple(
        CriterionRow(
            name=criterion_name(criterion),
            weight=_weight(criterion, criteria),
            scale=tuple(range(criterion.lowest, criterion.highest + 1)) if _short(criterion) else (),
            extent=extent(criterion),
            chosen=values.get(criterion.name),
            note=level_text(criterion, values.get(criterion.name)),
            current=index == cursor,
        )
        for index, criterion in enumerate(criteria)
    )


def levels(criterion: Criterion, chosen: int | None) -> tuple[Level, ...]:
    """Return the described values of a criterion, highest first."""
    return tuple(
        Level(value, display_line(text), value == chosen)
        for value, text in sorted(criterion.levels.items(), reverse=True)
    )


def rubric_sections(criteria: Sequence[Criterion]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what every value of every criterion stands for, under the criterion's name and question."""
    return [
        (
            f"{criterion_name(criterion)} ({_weight(criterion, criteria)}): {display_line(criterion.question)}",
            [(str(level.value), level.text) for level in levels(criterion, None)],
        )
        for criterion in criteria
    ]


def criterion_name(criterion: Criterion) -> str:
    """Return the name of a criterion as the beginning of a line."""
    name = display_line(criterion.name, 40)
    return name[:1].upper() + name[1:]


def extent(criterion: Criterion) -> str:
    """Return a criterion's scale: `0–5`, `-3 to 3`."""
    return f"{criterion.lowest}{' to ' if criterion.lowest < 0 else '–'}{criterion.highest}"


def level_text(criterion: Criterion, value: int | None) -> str:
    """Return what a value stands for, nothing where the rubric does not say."""
    return display_line(criterion.levels.get(value, "")) if value is not None else ""


def _weight(criterion: Criterion, criteria: Sequence[Criterion]) -> str:
    whole = round(sum(other.weight for other in criteria), 6)
    return f"{criterion.weight:g}%" if whole == 100 else f"×{criterion.weight:g}"


def _short(criterion: Criterion) -> bool:
    return criterion.highest - criterion.lowest < WIDEST_SCALE
