"""Recipes in the menu, and the form that starts a training."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.verdicts import shipped_recipe
from viva.present import train
from viva.records.dataset import Dataset
from viva.records.job import Job, JobKind, JobSpec, JobStatus
from viva.records.model import Model, ModelKind
from viva.records.recipe import Format
from viva.train.recipes import CHOICES, apply_overrides

RECIPE = shipped_recipe("starter-lora")
SWEEP = shipped_recipe("cs-qlora-sweep")
VAD = Dataset("1", "vad", 1, "vad.csv", datetime(2026, 1, 1), {"train": 93, "validation": 15, "test": 20})
BARE = Dataset("2", "bare", 1, "bare.csv", datetime(2026, 1, 1), {"": 12})
UNTESTED = Dataset("3", "untested", 1, "u.csv", datetime(2026, 1, 1), {"train": 5})
STARTER = Model("m1", "starter", ModelKind.STARTER, "/shipped/starter")
HUB = Model("m2", "llama", ModelKind.HUB, "meta-llama/Llama-3.2-3B")
TUNED = Model("m3", "starter-vad", ModelKind.ADAPTER, "/data/models/starter-vad", "starter")


def form(values: dict[str, str] | None = None, recipe: object = RECIPE, **changes: object) -> train.TrainForm:
    """Return the form as it opens, with some values and other things typed."""
    first = train.first_form(recipe, [VAD, UNTESTED, BARE], [STARTER, TUNED, HUB])
    return replace(first, values={**first.values, **(values or {})}, **changes)


def named(name: str) -> str:
    return train.recipe_line(shipped_recipe(name))


def test_the_menu_tells_method_rank_epochs_packing_and_search() -> None:
    assert named("starter-lora") == "LoRA · rank 16 · 6 epochs"
    assert named("vad-qlora") == "QLoRA 4-bit · rank 8 · 50 epochs"
    assert named("papers-packed") == "packed LoRA · rank 16 · 2 epochs"
    assert named("cs-qlora-sweep") == "search, 10 trials · 30 epochs"
    assert train.method(replace(RECIPE, quantization="int8")) == "LoRA over 8-bit"


def test_the_facts_tell_what_a_recipe_does_and_what_it_is_for() -> None:
    assert train.recipe_facts(shipped_recipe("vad-qlora")) == (
        "QLoRA 4-bit · rank 8 · 50 epochs · learning rate 5e-05 · effective batch 32 · up to 1,024 tokens · "
        "for meta-llama/Llama-3.2-3B"
    )
    assert " · packed · " in train.recipe_facts(shipped_recipe("papers-packed"))


def test_the_facts_of_a_sweep_tell_what_it_searches_instead_of_one_value() -> None:
    facts = train.recipe_facts(SWEEP)
    assert facts.startswith("LoRA or QLoRA 4-bit · 10 trials over rank, alpha, dropout, learning rate · 30 epochs · ")
    assert "rank 8" not in facts


def test_the_recipe_that_runs_anywhere_comes_first() -> None:
    names = ["chat-lora", "papers-packed", "starter-lora", "vad-qlora"]
    order = [recipe.name for recipe in train.in_menu_order(map(shipped_recipe, names))]
    assert order == ["starter-lora", "chat-lora", "papers-packed", "vad-qlora"]


def test_the_form_offers_every_value_that_a_recipe_can_have() -> None:
    offered = {field.key: {value for _, value in field.choices} for field in train.FIELDS if field.choices}
    assert offered == {key: set(CHOICES[key]) for key in offered}
    assert {field.key for field in (*train.FIELDS, train.TRIALS)} < set(train.NOTES)


def test_the_form_opens_with_the_recipes_settings_and_the_recipes_base() -> None:
    found = form()
    assert (found.dataset, found.model, found.recipe, found.name) == ("vad", "starter", "starter-lora", "")
    assert found.examine is True
    assert found.values == {
        "format": "chat", "quantization": "none", "epochs": "6", "learning_rate": "0.003", "rank": "16",
        "batch_size": "4", "accumulation": "1", "max_length": "512", "checkpointing": "auto", "probe": "",
    }  # fmt: skip


def test_a_sweep_leaves_empty_what_it_searches_and_offers_how_many_trials() -> None:
    values = form(recipe=SWEEP).values
    assert [values[key] for key in ("rank", "learning_rate", "quantization", "trials")] == ["", "", "", "10"]
    assert train.overrides(form(recipe=SWEEP), SWEEP) == {}


def test_a_value_typed_where_a_sweep_searches_ends_that_search_also_where_it_is_the_recipes_own() -> None:
    changed = train.overrides(form({"rank": "8", "quantization": "nf4", "trials": "4"}, SWEEP), SWEEP)
    assert changed == {"rank": "8", "quantization": "nf4", "trials": "4"}
    sweep = apply_overrides(SWEEP, changed).sweep
    assert sweep is not None
    assert (sweep.trials, sorted(sweep.space)) == (4, ["alpha", "dropout", "learning_rate"])


def test_a_sweep_trains_something_and_compares_it() -> None:
    formats = [value for _, value in train.form_fields(SWEEP)[0].choices]
    assert Format.BASE not in formats
    assert Format.BASE in [value for _, value in train.form_fields(RECIPE)[0].choices]
    complaint = train.problem(form(recipe=SWEEP, dataset="untested", examine=False), SWEEP, [VAD, UNTESTED])
    assert complaint == ("dataset", "untested has no validation split to compare the trials on")


def test_the_recipes_base_comes_first_found_by_its_name_or_its_hub_id() -> None:
    recipe = replace(RECIPE, base="meta-llama/Llama-3.2-3B")
    assert train.first_form(recipe, [VAD], [STARTER, HUB]).model == "llama"
    assert [choice.name for choice in train.base_choices([STARTER, HUB], recipe)] == ["llama", "starter"]


def test_a_base_that_the_workspace_does_not_hold_is_offered_to_be_added() -> None:
    recipe = replace(RECIPE, base="meta-llama/Llama 3.2-3B")
    choice = train.base_choices([STARTER], recipe)[0]
    assert (choice.name, choice.location, choice.known) == ("Llama-3.2-3B", "meta-llama/Llama 3.2-3B", False)


def test_the_form_opens_with_the_dataset_that_was_asked_for_if_it_can_be_trained_on() -> None:
    assert train.first_form(RECIPE, [VAD, UNTESTED], [STARTER], "untested").dataset == "untested"
    assert train.first_form(RECIPE, [VAD, BARE], [STARTER], "bare").dataset == "vad"


def test_an_examination_is_offered_only_where_there_is_a_test_split() -> None:
    assert train.first_form(RECIPE, [UNTESTED], [STARTER]).examine is False
    assert train.problem(form(dataset="untested"), RECIPE, [VAD, UNTESTED]) == (
        "examine",
        "untested has no test split to examine the models on",
    )


def test_an_adapter_is_no_base_and_a_dataset_without_a_training_split_cannot_be_trained_on() -> None:
    assert [choice.name for choice in train.base_choices([STARTER, TUNED, HUB], RECIPE)] == ["starter", "llama"]
    assert train.trainable([VAD, BARE]) == [VAD]


def test_only_what_differs_from_the_recipe_is_an_override() -> None:
    assert train.overrides(form(), RECIPE) == {}
    assert train.overrides(form({"epochs": "6.0", "learning_rate": "3e-3", "rank": ""}), RECIPE) == {}
    changed = form({"epochs": " 2.5 ", "rank": "8.0", "quantization": "nf4", "probe": "Why?"}, more={"warmup": "0"})
    assert train.overrides(changed, RECIPE) == {
        "quantization": "nf4", "epochs": "2.5", "rank": "8", "probe": "Why?", "warmup": "0",
    }  # fmt: skip


def test_a_probe_of_the_recipe_can_be_taken_back() -> None:
    asking = replace(RECIPE, probe="Why?")
    assert train.overrides(form({"probe": ""}, asking), asking) == {"probe": ""}


def test_overfitting_has_its_own_number_of_epochs_until_another_is_typed() -> None:
    opened = train.with_overrides(form(), RECIPE, {"format": "overfit"})
    assert opened.values["epochs"] == train.OVERFIT_EPOCHS
    assert apply_overrides(RECIPE, train.overrides(opened, RECIPE)).epochs == 5
    own = form({"format": "overfit", "epochs": "6"})
    assert apply_overrides(RECIPE, train.overrides(own, RECIPE)).epochs == 6


def test_settings_go_into_their_fields_and_those_without_one_are_kept_beside_them() -> None:
    changed = {"rank": "4", "warmup": "0.3", "seed": "7"}
    found = train.with_overrides(form({"epochs": "2"}), RECIPE, changed)
    assert (found.values["rank"], found.values["epochs"]) == ("4", "6")
    assert found.more == {"warmup": "0.3", "seed": "7"}
    assert train.overrides(found, RECIPE) == changed
    assert train.more_text(found.more) == "also set: warmup=0.3, seed=7"


@pytest.mark.parametrize("text", ["0", "-1", "many", "nan", "inf", "1e999"])
def test_a_number_that_cannot_be_right_is_named(text: str) -> None:
    found = train.problem(form({"epochs": text}), RECIPE, [VAD])
    assert found is not None
    assert found[0] == "epochs"
    assert found[1].startswith("Epochs must be a number above 0, not ")


def test_a_rank_is_a_whole_number() -> None:
    complaint = ("rank", "Adapter rank must be a whole number above 0, not 2.5")
    assert train.problem(form({"rank": "2.5"}), RECIPE, [VAD]) == complaint
    assert train.problem(form({"rank": "8"}), RECIPE, [VAD]) is None


def test_a_form_without_dataset_or_model_says_which_is_missing() -> None:
    assert train.problem(form(dataset=""), RECIPE, [VAD]) == ("dataset", "Choose a dataset to train on")
    assert train.problem(form(model=""), RECIPE, [VAD]) == ("model", "Choose a base model")


def test_where_nothing_is_trained_there_is_nothing_to_examine() -> None:
    found = train.problem(form({"format": "base"}), RECIPE, [VAD])
    assert found == ("examine", "Nothing is trained in this format, so there is no model to examine")
    assert train.problem(form({"format": "base"}, examine=False), RECIPE, [VAD]) is None


@pytest.mark.parametrize(
    ("kind", "status", "can"),
    [
        (JobKind.TRAIN, JobStatus.RUNNING, True),
        (JobKind.TRAIN, JobStatus.PAUSED, False),
        (JobKind.SWEEP, JobStatus.RUNNING, True),
        (JobKind.GENERATE, JobStatus.RUNNING, False),
    ],
)
def test_only_a_running_training_or_sweep_can_be_paused(kind: JobKind, status: JobStatus, can: bool) -> None:
    job = Job("1", JobSpec(kind, "", {}), status, datetime(2026, 1, 1))
    assert train.pausable(job) is can
    assert bool(train.trainings([job])) is (kind is not JobKind.GENERATE)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_in_the_form_is_cleaned(number: int) -> None:
    text = HOSTILE[number]
    hostile = replace(VAD, name=text, splits={"train": 3})
    complaint = train.problem(form(dataset=text), RECIPE, [hostile])
    typed = train.problem(form({"epochs": text or "x"}), RECIPE, [VAD])
    model = replace(HUB, name=text, location=text)
    choices = train.base_choices([model], replace(RECIPE, base=text or "x"))
    lines = [
        *(choice.label for choice in choices),
        train.dataset_choice(hostile),
        complaint[1] if complaint else "",
        typed[1] if typed else "",
        train.more_text({text: text}),
        train.recipe_facts(replace(RECIPE, base=text)),
    ]
    assert not any(FORBIDDEN.search(line) or "\n" in line for line in lines)
