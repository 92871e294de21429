"""The form that has texts judged: what it asks for, and what cannot be right."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from viva.present import judging_form as words
from viva.present.judging_form import JudgeForm
from viva.records.dataset import Dataset
from viva.records.judging import BASELINE, JudgeMode, JudgeRequest, JudgeSettings
from viva.records.model import Model, ModelKind
from viva.records.rubric import Criterion, Rubric

STRONG = Model("s", "strong", ModelKind.ENDPOINT, "http://127.0.0.1:1/v1")
LOCAL = Model("l", "local", ModelKind.HUB, "org/local")
FORM = JudgeForm("tiny", "test", ("strong",), ("base", "tuned"), ("base", "tuned"))


@pytest.fixture
def datasets() -> list[Dataset]:
    return [Dataset("id", "tiny", 1, "tiny.csv", 9, {"train": 3, "test": 4}, datetime(2026, 1, 1, tzinfo=UTC))]


def test_an_untouched_form_asks_for_the_usual(datasets: list[Dataset]) -> None:
    assert FORM.problem(datasets) is None
    assert FORM.request() == JudgeRequest("tiny", "test", ("strong",))


def test_all_that_is_filled_in_goes_along(datasets: list[Dataset]) -> None:
    values = {"samples": "3", "temperature": ".5", "limit": "20", "budget": "1.5", "panel": "both"}
    form = replace(FORM, judges=("strong", "local"), systems=("tuned",), mode=JudgeMode.INDEPENDENT, values=values,
                   expected=True, rubric="own")  # fmt: skip
    assert form.problem(datasets) is None
    assert form.request() == JudgeRequest(
        "tiny", "test", ("strong", "local"), JudgeMode.INDEPENDENT, "own", ("tuned",), panel="both", budget=1.5,
        limit=20, settings=JudgeSettings(temperature=0.5, samples=3, expected=True),
    )  # fmt: skip


def test_pairs_go_along(datasets: list[Dataset]) -> None:
    form = replace(FORM, pairwise=True, per_criterion=True)
    assert form.problem(datasets) is None
    request = form.request()
    assert request.pairwise
    assert request.per_criterion


@pytest.mark.parametrize(
    ("changes", "where", "what"),
    [
        ({"dataset": "other"}, "dataset", "Choose a dataset"),
        ({"split": "validation"}, "split", "no examples"),
        ({"written": (), "systems": ()}, "dataset", "viva generate tiny --split test"),
        ({"judges": ()}, "judges", "Tick at least one judge"),
        ({"systems": ()}, "systems", "Tick at least one system"),
        ({"values": {"samples": "0"}}, "samples", "from 1 on"),
        ({"values": {"samples": "1001"}}, "samples", "from 1 on"),
        ({"values": {"temperature": "2.1"}}, "temperature", "from 0 to 2"),
        ({"values": {"temperature": "٣"}}, "temperature", "from 0 to 2"),
        ({"values": {"limit": "1.5"}}, "limit", "whole number"),
        ({"values": {"budget": "0.0"}}, "budget", "above 0"),
        ({"values": {"budget": "inf"}}, "budget", "above 0"),
        ({"values": {"panel": "a b"}}, "panel", "letters, digits"),
        ({"values": {"panel": "two"}}, "panel", "needs two judges"),
        ({"values": {"panel": "two"}, "judges": ("a", "b"), "pairwise": True}, "panel", "comparisons have none"),
        ({"pairwise": True, "systems": ("base",)}, "systems", "A pair needs two systems"),
        ({"pairwise": True, "judges": (BASELINE, "strong")}, "judges", "cannot compare two texts: take its tick away"),
        ({"pairwise": True, "judges": (BASELINE,)}, "judges", "cannot compare two texts: tick a language model"),
        ({"mode": JudgeMode.INDEPENDENT, "judges": (BASELINE,)}, "judges", "cannot draft"),
        ({"expected": True, "judges": (BASELINE,)}, "judges", "tells no probabilities"),
        ({"expected": True, "pairwise": True}, "expected", "no levels"),
        ({"per_criterion": True}, "per_criterion", "goes with “Compare in pairs”"),
    ],
)
def test_what_cannot_be_right_is_named(datasets: list[Dataset], changes: dict[str, Any], where: str, what: str) -> None:
    found = replace(FORM, **changes).problem(datasets)
    assert found is not None
    assert found[0] == where
    assert what in found[1]


def test_systems_that_are_not_known_yet_are_no_problem(datasets: list[Dataset]) -> None:
    assert replace(FORM, written=None, systems=()).problem(datasets) is None


def test_the_first_real_judge_is_ticked_and_the_baseline_without_one() -> None:
    assert words.first_judges([BASELINE, LOCAL, STRONG]) == ("strong",)
    assert words.first_judges([BASELINE, LOCAL]) == (BASELINE,)


def test_whoever_has_no_real_judge_is_told_how_to_add_one() -> None:
    assert "a adds one" in words.judges_note([BASELINE, LOCAL], (BASELINE,))
    assert "no language model" in words.judges_note([BASELINE, STRONG], (BASELINE,))
    assert words.judges_note([BASELINE, STRONG], ("strong",)) == ""


def test_who_can_judge_is_listed_with_what_each_is() -> None:
    rows = words.judge_rows([BASELINE, LOCAL, STRONG])
    assert [row[0] for row in rows] == [BASELINE, "strong", "local"]
    assert "no language model" in rows[0][2]
    assert "endpoint" in rows[1][2]


def test_the_usual_rubric_is_offered_first() -> None:
    criterion = Criterion("accuracy", 1, "?", 0, 5, {})
    rubrics = [Rubric("alone", "A", (criterion,)), Rubric("default", "D", (criterion, criterion))]
    assert words.first_rubric(rubrics) == "default"
    assert words.first_rubric(rubrics[:1]) == "alone"
    assert words.rubric_choices(rubrics) == [("alone: 1 criterion", "alone"), ("default: 2 criteria", "default")]
