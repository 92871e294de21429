"""`viva model`, `recipe`, `study` and `rate`."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Viva
from tests.fakes.filled import STUDY
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


def test_a_study_is_made_and_listed(viva: Viva, filled: Workbench) -> None:
    outcome = viva(
        "study", "create", "second", "--dataset", "tiny", "--split", "test", "--system", "tuned",
        "--raters-per-item", "2", "--seed", "7",
    )  # fmt: skip
    assert (outcome.code, outcome.err) == (0, "second: 4 texts to rate: viva rate second\n")
    rows = json.loads(viva("study", "list", "--format", "json").out)
    assert [(row["study"], row["items"], row["left"]) for row in rows] == [(STUDY, 8, 8), ("second", 4, 4)]


def test_a_study_shows_its_rubric_and_no_system(viva: Viva, filled: Workbench) -> None:
    outcome = viva("study", "show", STUDY, "--format", "json")
    [row] = json.loads(outcome.out)
    assert [criterion["name"] for criterion in row["criteria"]][:2] == ["accuracy", "completeness"]
    assert row["left"] == 8
    assert "tuned" not in outcome.out
    assert "accuracy 40 (0–5)" in viva("study", "show", STUDY).out


def test_verdicts_in_the_outbox_count_as_rated(viva: Viva, filled: Workbench) -> None:
    rate_one(filled)
    [row] = json.loads(viva("study", "show", STUDY, "--format", "json").out)
    assert (row["rated"], row["left"]) == (1, 7)
    assert filled.ratings.undelivered("ann") == 0


def test_rating_opens_the_study_that_is_named(viva: Viva, filled: Workbench, at_a_terminal: None) -> None:
    filled.studies.create("second", "tiny", "test", ["tuned"])
    assert viva("rate", "second").screens == ["second"]


def test_rating_opens_the_first_study_with_texts_left(viva: Viva, filled: Workbench, at_a_terminal: None) -> None:
    for item in filled.ratings.queue(STUDY, "ann").item_ids:
        filled.ratings.save(filled.studies.get(STUDY), item, "ann", {}, skipped="no time")
    filled.studies.create("second", "tiny", "test", ["tuned"])
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


def rate_one(workbench: Workbench) -> None:
    study = workbench.studies.get(STUDY)
    item = workbench.ratings.queue(STUDY, "ann").item_ids[0]
    workbench.ratings.save(study, item, "ann", {criterion.name: 4 for criterion in study.rubric.criteria})
