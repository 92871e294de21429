"""What weights decide: whose points, on which questions, and where systems are equal."""

import math
from collections.abc import Mapping
from typing import Any

import pytest

from tests.fakes import compared
from viva.errors import NotFound
from viva.records.ids import new_id, utc_now
from viva.records.judging import JudgeMode, Judgment
from viva.records.rating import RatingEvent
from viva.records.study import StudyRequest
from viva.records.weights import WeightSensitivity, WeightSource
from viva.stats.weightings import share_ahead
from viva.store import judgments, ratings
from viva.workbench import Workbench

A, B, C = "alpha", "beta", "gamma"
CRITERIA = ("accuracy", "completeness", "relevance", "practicality")


def rate(workbench: Workbench, study: str, values: Mapping[str, tuple[int, int, int, int]], until: int = 99) -> None:
    """Rate the texts of these systems in a study, question by question, up to `until`."""
    found = next(one for one in workbench.studies.list() if one.name == study)
    with workbench.store.write() as connection:
        items = connection.execute(
            "SELECT item_id, generation_id FROM study_item WHERE study_id = ? ORDER BY position", [found.study_id]
        ).fetchall()
        events = [
            RatingEvent(
                new_id(), found.study_id, item, "ann", dict(zip(CRITERIA, values[system], strict=True)), None, "",
                False, 9.0, utc_now(),
            )
            for item, text in items
            for system in values
            if text.startswith(f"text-{system}-") and int(text.split("-")[2]) < until
        ]  # fmt: skip
        assert ratings.add(connection, events) == []


def study(workbench: Workbench, name: str, *systems: str) -> None:
    workbench.studies.create(StudyRequest(name, compared.DATASET, "test", systems, seed=1))


def weighed(workbench: Workbench, **how: Any) -> WeightSensitivity:
    found = workbench.weights.of(compared.DATASET, **how)
    shares = [one.first for one in found.systems]
    assert all(map(math.isfinite, shares))
    assert not shares or sum(shares) == pytest.approx(1)
    return found


def test_two_systems_have_the_exact_share(bench: Workbench) -> None:
    compared.write(bench, [A, B], 4)
    study(bench, "two", A, B)
    rate(bench, "two", {A: (5, 2, 3, 3), B: (3, 4, 3, 2)})
    found = weighed(bench)
    assert (found.exact, found.draws, found.shared, found.n, found.attempted) == (True, 0, True, 4, 4)
    assert [one.system for one in found.systems] == [A, B]
    assert found.systems[0].total == pytest.approx(40 + 30 * 0.4 + 20 * 0.6 + 10 * 0.6)
    assert found.systems[0].shares == pytest.approx((1.0, 0.4, 0.6, 0.6))
    assert found.systems[0].first == share_ahead([0.4, -0.4, 0.0, 0.2])
    assert found.pairs[0].ahead == found.systems[0].first
    assert found.leaders == (A,)
    accuracy, completeness, *_ = found.criteria
    # 0.4 w = share left · (0.4 · 30 − 0.2 · 10) / 60
    assert accuracy.low == pytest.approx(1 / 3.4)
    assert (accuracy.weight, accuracy.high) == (0.4, 1.0)
    assert completeness.low == 0.0


def test_three_systems_are_drawn_with_a_seed(bench: Workbench) -> None:
    compared.write(bench, [A, B, C], 2)
    study(bench, "three", A, B, C)
    rate(bench, "three", {A: (5, 2, 3, 3), B: (3, 4, 3, 2), C: (1, 1, 1, 5)})
    found = weighed(bench)
    assert (found.exact, found.draws, found.seed) == (False, 20_000, 0)
    assert weighed(bench) == found
    assert weighed(bench, seed=1).systems != found.systems
    assert 0 < found.systems[0].se < 0.004


def test_only_questions_with_points_of_every_system_count(bench: Workbench) -> None:
    compared.write(bench, [A, B], 4)
    study(bench, "some", A, B)
    rate(bench, "some", {A: (5, 5, 5, 5)}, until=1)
    assert len(weighed(bench).systems) == 1
    rate(bench, "some", {B: (1, 1, 1, 1)})
    found = weighed(bench)
    assert (found.n, found.attempted, found.shared) == (1, 4, True)
    assert found.systems[0].first == 1.0


def test_equal_systems_lead_together(bench: Workbench) -> None:
    compared.write(bench, [A, B], 2)
    study(bench, "same", A, B)
    rate(bench, "same", {A: (3, 3, 3, 3), B: (3, 3, 3, 3)})
    found = weighed(bench)
    assert found.leaders == (A, B)
    assert [one.first for one in found.systems] == [0.5, 0.5]
    assert found.pairs[0].ahead is None
    assert all((one.low, one.high) == (0.0, 1.0) for one in found.criteria)


def test_the_study_is_chosen_and_what_is_not_there_is_told(bench: Workbench) -> None:
    compared.write(bench, [A, B], 2)
    with pytest.raises(NotFound, match="nothing has points on several criteria for duel"):
        bench.weights.of(compared.DATASET)
    for name, count in (("less", 1), ("more", 2)):
        study(bench, name, A, B)
        rate(bench, name, {A: (3, 3, 3, 3), B: (2, 3, 3, 3)}, until=count)
    assert bench.weights.choices(compared.DATASET) == [
        WeightSource("human", "more", ""), WeightSource("human", "less", ""),
    ]  # fmt: skip
    assert weighed(bench).of.study == "more"
    assert list(weighed(bench).choices) == bench.weights.choices(compared.DATASET)
    for wanted in ("less", "none"):
        nearest = bench.weights.nearest(compared.DATASET, wanted=WeightSource("human", wanted, ""))
        assert nearest is not None
        assert nearest.of.study == {"less": "less", "none": "more"}[wanted]
    assert weighed(bench, study="less").n == 1
    with pytest.raises(NotFound, match="nothing has points by oracle") as raised:
        bench.weights.of(compared.DATASET, scorer="oracle (reference)")
    assert raised.value.hint == "there is: --study more; --study less"


def test_a_judges_points_are_weighed_by_its_name_and_mode(bench: Workbench) -> None:
    compared.write(bench, [A, B], 3)
    study(bench, "open", A, B)
    rubric = bench.studies.list()[0].rubric
    values = {A: (5, 2, 3, 3), B: (3, 4, 3, 2)}
    said = [
        Judgment(
            f"{system}-{n}", compared.text_id(system, n), rubric.rubric_id, "oracle", JudgeMode.REFERENCE, criterion,
            float(value), None,
        )
        for system in (A, B)
        for n in range(3)
        for criterion, value in zip(CRITERIA, values[system], strict=True)
    ]  # fmt: skip
    with bench.store.write() as connection:
        judgments.add(connection, "duel-id", [], said)
    found = weighed(bench, scorer="oracle (reference)")
    assert found.of == WeightSource("judge", "", "oracle (reference)")
    assert (found.n, found.systems[0].first) == (3, pytest.approx(2 / 3))
    with pytest.raises(NotFound) as refused:
        weighed(bench, scorer="nobody (reference)")
    assert refused.value.hint == "there is: --judge oracle --mode reference"
