"""`viva model`, `recipe` and `rate`."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Viva
from tests.fakes.filled import STUDY
from tests.fakes.results import rate_at_desk
from viva.records.study import StudyRequest
from viva.workbench import Workbench


def test_the_starter_is_listed_in_an_empty_workspace(viva: Viva) -> None:
    rows = json.loads(viva("model", "list", "--format", "json").out)
    assert [row["model"] for row in rows] == ["starter"]


def test_a_hub_model_is_added(viva: Viva, bench: Workbench) -> None:
    assert viva("model", "add", "llama", "--hub", "meta-llama/Llama-3.2-3B").code == 0
    assert bench.models.get("llama").location == "meta-llama/Llama-3.2-3B"


def test_an_adapter_is_added_over_its_base(viva: Viva, bench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    assert viva("model", "add", "mine", "--adapter", tmp_path, "--base", "starter").code == 0
    assert bench.models.get("mine").base == "starter"


@pytest.mark.parametrize("options", [[], ["--adapter", "x"], ["--hub", "x", "--adapter", "y", "--base", "starter"]])
def test_a_model_without_one_clear_place_is_used_wrongly(viva: Viva, options: list[str]) -> None:
    assert viva("model", "add", "x", *options).code == 2


def test_recipes_are_listed_and_shown_whole(viva: Viva, bench: Workbench) -> None:
    names = [row["recipe"] for row in json.loads(viva("recipe", "list", "--format", "json").out)]
    assert names == [recipe.name for recipe in bench.recipes.list()]
    [row] = json.loads(viva("recipe", "show", names[0], "--format", "json").out)
    assert row["learning_rate"] == bench.recipes.get(names[0]).learning_rate


def test_rating_opens_the_study_that_is_named(viva: Viva, filled: Workbench, at_a_terminal: None) -> None:
    filled.studies.create(StudyRequest("second", "tiny", "test", ("tuned",)))
    assert viva("rate", "second").screens == ["second"]


def test_rating_opens_the_first_study_with_texts_left(viva: Viva, filled: Workbench, at_a_terminal: None) -> None:
    rate_at_desk(filled, STUDY, skipped="no time")
    filled.studies.create(StudyRequest("second", "tiny", "test", ("tuned",)))
    assert viva("rate").screens == ["second"]


def test_rating_an_unknown_study_is_an_error(viva: Viva, filled: Workbench, at_a_terminal: None) -> None:
    outcome = viva("rate", "tiny-tset")
    assert (outcome.code, outcome.screens) == (1, [])
    assert "did you mean tiny-test?" in outcome.err


def test_rating_without_any_study_says_how_to_make_one(viva: Viva, at_a_terminal: None) -> None:
    outcome = viva("rate")
    assert outcome.code == 1
    assert "viva study create" in outcome.err


def test_rating_needs_a_terminal(viva: Viva, filled: Workbench) -> None:
    outcome = viva("rate", STUDY)
    assert (outcome.code, outcome.screens) == (2, [])
    assert "terminal" in outcome.err
