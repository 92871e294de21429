"""Rubrics as tables: all of them, and one with every level."""

from collections.abc import Sequence

from viva.present.rubric import extent, levels
from viva.present.tables import Column, Table
from viva.records.rubric import Criterion, Rubric


def list_table(rubrics: Sequence[Rubric]) -> Table:
    """Return a row for each rubric."""
    columns: list[Column | str] = ["rubric", "title", "criteria", Column("weights", _weight)]
    rows = [
        (
            rubric.name,
            rubric.title,
            ", ".join(criterion.name for criterion in rubric.criteria),
            sum(criterion.weight for criterion in rubric.criteria),
        )
        for rubric in rubrics
    ]
    return Table.of(columns, rows)


def eyes_table(rubric: Rubric) -> Table:
    """Return a rubric as people read it: a row for each criterion, its levels below one another, highest first."""
    columns: list[Column | str] = ["criterion", Column("weight", _weight), "scale", "question", "levels"]
    rows = [(c.name, c.weight, extent(c), c.question, _levels(c)) for c in rubric.criteria]
    return Table.of(columns, rows)


def plain_table(rubric: Rubric) -> Table:
    """Return a rubric with every value, for programs."""
    rows = [
        (rubric.name, rubric.title, c.name, c.weight, c.lowest, c.highest, c.question, c.levels)
        for c in rubric.criteria
    ]
    return Table.of(["rubric", "title", "criterion", "weight", "lowest", "highest", "question", "levels"], rows)


def _levels(criterion: Criterion) -> str:
    return "\n".join(f"{level.value} {level.text}" for level in levels(criterion, None))


def _weight(value: float) -> str:
    return f"{value:g}"
