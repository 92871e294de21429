"""The JSON schemas that a judge's reply should follow, in the strict form that endpoints enforce."""

from typing import Any

from viva.records.rubric import Criterion, Rubric

OVERALL = "overall"
"""The name under which a comparison gives its verdict on the whole."""
WINNERS = ("first", "second", "tie")
MOST_LISTED = 11
"""Up to so many levels are listed one by one; a longer scale is an integer, whose range the parser checks."""


def score_schema(rubric: Rubric) -> dict[str, Any]:
    """Return the schema of a verdict on one text: per criterion rationale, evidence and value, in this order."""
    return _object({criterion.name: _scored(criterion) for criterion in rubric.criteria})


def pair_schema(rubric: Rubric, per_criterion: bool) -> dict[str, Any]:
    """Return the schema of a comparison: rationale and winner of each criterion if asked for, then on the whole."""
    names = [criterion.name for criterion in rubric.criteria] if per_criterion else []
    winner = {"type": "string", "enum": list(WINNERS)}
    return _object({name: _object({"rationale": {"type": "string"}, "winner": winner}) for name in [*names, OVERALL]})


def _scored(criterion: Criterion) -> dict[str, Any]:
    levels = range(criterion.lowest, criterion.highest + 1)
    value: dict[str, Any] = {"type": "integer"}
    if len(levels) <= MOST_LISTED:
        value["enum"] = list(levels)
    else:
        # Not every endpoint takes `minimum` and `maximum`, and one that does not would refuse the whole schema.
        value["description"] = f"from {criterion.lowest} to {criterion.highest}"
    return _object({"rationale": {"type": "string"}, "evidence": {"type": "string"}, "value": value})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """Return a closed object, all of whose properties are required."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
