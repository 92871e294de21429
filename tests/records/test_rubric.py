"""Points, and the shipped rubric."""

import pytest

from viva.records.rubric import Criterion
from viva.workbench import Workbench


def test_points_are_the_weight_times_the_place_on_the_scale() -> None:
    criterion = Criterion("accuracy", 40, "?", 1, 5, {})
    assert [criterion.points(value) for value in (1, 3, 5)] == [0, 20, 40]


def test_the_default_rubric_is_that_of_seed_000(bench: Workbench) -> None:
    rubric = bench.rubrics.get("default")
    assert {c.name: c.weight for c in rubric.criteria} == {
        "accuracy": 40, "completeness": 30, "relevance": 20, "practicality": 10,
    }  # fmt: skip
    assert all((c.lowest, c.highest) == (0, 5) for c in rubric.criteria)


def test_every_level_of_every_shipped_rubric_is_described(bench: Workbench) -> None:
    for name in bench.rubrics.names():
        for criterion in bench.rubrics.get(name).criteria:
            assert set(criterion.levels) == set(range(criterion.lowest, criterion.highest + 1))


def test_another_level_text_makes_another_rubric(bench: Workbench) -> None:
    rubric = bench.rubrics.get("default")
    changed = type(rubric)(rubric.name, rubric.title, rubric.criteria[:-1])
    assert rubric.rubric_id == bench.rubrics.get("default").rubric_id != changed.rubric_id


@pytest.mark.parametrize(("value", "accepted"), [(0, True), (5, True), (6, False), (-1, False)])
def test_values_outside_the_scale_are_refused(bench: Workbench, value: int, accepted: bool) -> None:
    assert bench.rubrics.get("default").criteria[0].accepts(value) is accepted
