"""The schema asks for all criteria, the value behind its reasons, in the strict form that endpoints take."""

from typing import Any

from viva.judge.reply_schema import pair_schema, score_schema
from viva.records.rubric import Criterion, Rubric

RUBRIC = Rubric(
    "r",
    "R",
    (
        Criterion("accuracy", 60, "?", -1, 2, {}),
        Criterion("depth", 40, "?", 0, 10, {}),
        Criterion("percent", 1, "?", 0, 100, {}),
    ),
)


def objects(schema: Any) -> list[dict[str, Any]]:
    """Return all schemas of objects within one."""
    if not isinstance(schema, dict):
        return []
    found = [schema] if schema.get("type") == "object" else []
    return found + [inner for value in schema.values() for inner in objects(value)]


def test_all_objects_are_closed_and_all_their_properties_required() -> None:
    for schema in (score_schema(RUBRIC), pair_schema(RUBRIC, True), pair_schema(RUBRIC, False)):
        assert schema["type"] == "object"
        for part in objects(schema):
            assert part["additionalProperties"] is False
            assert part["required"] == list(part["properties"])


def test_a_score_gives_its_reasons_before_the_value() -> None:
    schema = score_schema(RUBRIC)
    assert list(schema["properties"]) == ["accuracy", "depth", "percent"]
    assert list(schema["properties"]["accuracy"]["properties"]) == ["rationale", "evidence", "value"]


def test_short_scales_are_listed_and_long_ones_are_not() -> None:
    values = [part["properties"]["value"] for part in score_schema(RUBRIC)["properties"].values()]
    assert values[0] == {"type": "integer", "enum": [-1, 0, 1, 2]}
    assert values[1]["enum"] == list(range(11))
    assert values[2] == {"type": "integer", "description": "from 0 to 100"}


def test_a_comparison_ends_with_the_whole() -> None:
    assert list(pair_schema(RUBRIC, False)["properties"]) == ["overall"]
    schema = pair_schema(RUBRIC, True)
    assert list(schema["properties"]) == ["accuracy", "depth", "percent", "overall"]
    assert list(schema["properties"]["overall"]["properties"]) == ["rationale", "winner"]
    assert schema["properties"]["overall"]["properties"]["winner"]["enum"] == ["first", "second", "tie"]
