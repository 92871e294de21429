"""The form that starts a training, its pace, and its curve."""

import math
from datetime import datetime

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import train
from viva.records.dataset import Dataset
from viva.records.job import Curve
from viva.records.model import Model, ModelKind
from viva.records.recipe import Recipe

RECIPE = Recipe(
    "starter-lora", "LoRA on the starter", "Fast.", "starter", 16, 32, 0.0, "all-linear", 3e-3, "cosine", 0.05,
    6.0, 4, 1, 512, 0.0, "auto", 2, 0, 7,
)  # fmt: skip
VAD = Dataset("1", "vad", 1, "vad.csv", datetime(2026, 1, 1), {"train": 93, "validation": 15, "test": 20})
BARE = Dataset("2", "bare", 1, "bare.csv", datetime(2026, 1, 1), {"": 12})
UNTESTED = Dataset("3", "untested", 1, "u.csv", datetime(2026, 1, 1), {"train": 5})
STARTER = Model("m1", "starter", ModelKind.STARTER, "/shipped/starter")
HUB = Model("m2", "llama", ModelKind.HUB, "meta-llama/Llama-3.2-3B")
TUNED = Model("m3", "starter-vad", ModelKind.ADAPTER, "/data/models/starter-vad", "starter")


def form(**values: object) -> train.TrainForm:
    return train.with_values(train.first_form(RECIPE, [VAD, UNTESTED, BARE], [STARTER, TUNED, HUB]), values)


def test_the_form_opens_with_the_recipes_numbers_and_the_recipes_base() -> None:
    assert form() == train.TrainForm("vad", "starter", "starter-lora", "", "6", "0.003", "16", "4", True)


def test_the_recipes_base_comes_first_found_by_its_name_or_its_hub_id() -> None:
    recipe = train.replace(RECIPE, base="meta-llama/Llama-3.2-3B")
    assert train.first_form(recipe, [VAD], [STARTER, HUB]).model == "llama"
    assert [choice.name for choice in train.base_choices([STARTER, HUB], recipe)] == ["llama", "starter"]


def test_a_base_that_the_workspace_does_not_hold_is_offered_to_be_added() -> None:
    recipe = train.replace(RECIPE, base="meta-llama/Llama 3.2-3B")
    choice = train.base_choices([STARTER], recipe)[0]
    assert (choice.name, choice.location, choice.known) == ("Llama-3.2-3B", "meta-llama/Llama 3.2-3B", False)


def test_the_form_opens_with_the_dataset_that_was_asked_for_if_it_can_be_trained_on() -> None:
    assert train.first_form(RECIPE, [VAD, UNTESTED], [STARTER], "untested").dataset == "untested"
    assert train.first_form(RECIPE, [VAD, BARE], [STARTER], "bare").dataset == "vad"


def test_an_examination_is_offered_only_where_there_is_a_test_split() -> None:
    assert train.first_form(RECIPE, [UNTESTED], [STARTER]).examine is False
    assert train.problem(form(dataset="untested"), [VAD, UNTESTED]) == (
        "examine",
        "untested has no test split to examine the models on",
    )


def test_an_adapter_is_no_base_and_a_dataset_without_a_training_split_cannot_be_trained_on() -> None:
    assert [choice.name for choice in train.base_choices([STARTER, TUNED, HUB], RECIPE)] == ["starter", "llama"]
    assert train.trainable([VAD, BARE]) == [VAD]


def test_only_what_differs_from_the_recipe_is_an_override() -> None:
    assert train.overrides(form(), RECIPE) == {}
    assert train.overrides(form(epochs="6.0", learning_rate="3e-3", rank=""), RECIPE) == {}
    assert train.overrides(form(epochs=" 2.5 ", rank="8.0"), RECIPE) == {"epochs": "2.5", "rank": "8"}


@pytest.mark.parametrize("text", ["0", "-1", "many", "nan", "inf", "1e999"])
def test_a_number_that_cannot_be_right_is_named(text: str) -> None:
    found = train.problem(form(epochs=text), [VAD])
    assert found is not None
    assert found[0] == "epochs"
    assert found[1].startswith("Epochs must be a number above 0, not ")


def test_a_rank_is_a_whole_number() -> None:
    assert train.problem(form(rank="2.5"), [VAD]) == ("rank", "Adapter rank must be a whole number above 0, not 2.5")
    assert train.problem(form(rank="8"), [VAD]) is None


def test_a_form_without_dataset_or_model_says_which_is_missing() -> None:
    assert train.problem(form(dataset=""), [VAD]) == ("dataset", "Choose a dataset to train on")
    assert train.problem(form(model=""), [VAD]) == ("model", "Choose a base model")


def test_a_form_takes_no_unknown_field() -> None:
    with pytest.raises(KeyError):
        form(colour="red")


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_in_the_form_is_cleaned(number: int) -> None:
    text = HOSTILE[number]
    hostile = train.replace(VAD, name=text, splits={"train": 3})
    complaint = train.problem(form(dataset=text), [hostile])
    typed = train.problem(form(epochs=text or "x"), [VAD])
    model = train.replace(HUB, name=text, location=text)
    choices = train.base_choices([model], train.replace(RECIPE, base=text or "x"))
    lines = [
        *(choice.label for choice in choices),
        train.dataset_choice(hostile),
        complaint[1] if complaint else "",
        typed[1] if typed else "",
    ]
    assert not any(FORBIDDEN.search(line) or "\n" in line for line in lines)


def test_the_time_left_comes_from_the_steps_that_were_watched() -> None:
    pace = train.Pace()
    assert pace.seconds_left(100, 0) is None
    pace.observe(40, 10.0)
    assert pace.seconds_left(100, 10.0) is None
    pace.observe(50, 20.0)
    assert pace.seconds_left(100, 20.0) == pytest.approx(50)
    assert pace.seconds_left(100, 25.0) == pytest.approx(45)
    assert pace.seconds_left(100, 500.0) == 0


def test_a_job_that_was_resumed_further_back_is_timed_anew() -> None:
    pace = train.Pace()
    pace.observe(40, 10.0)
    pace.observe(50, 20.0)
    pace.observe(45, 100.0)
    assert pace.seconds_left(100, 100.0) is None
    pace.observe(46, 101.0)
    assert pace.seconds_left(100, 101.0) == pytest.approx(54)


def test_a_thinned_curve_keeps_its_ends_and_its_extremes() -> None:
    points = [(float(x), math.sin(x / 50)) for x in range(5000)]
    points[777] = (777.0, 9.0)
    points[3210] = (3210.0, -9.0)
    thin = train.downsample(points, 160)
    assert len(thin) <= 160
    assert (thin[0], thin[-1]) == (points[0], points[-1])
    assert points[777] in thin
    assert points[3210] in thin
    assert thin == sorted(thin)


def test_a_short_curve_stays_as_it_is() -> None:
    points = [(1.0, 2.0), (2.0, 1.0)]
    assert train.downsample(points, 160) == points
    assert train.downsample([], 160) == []


def test_a_picture_marks_the_best_step_and_drops_what_is_no_number() -> None:
    curve = Curve({"loss": [(1, 3.0), (2, math.nan)], "eval_loss": [(2, 2.0), (4, 1.5)]}, 4)
    picture = train.curve_picture(curve, 60)
    assert picture == train.CurvePicture([(1.0, 3.0)], [(2.0, 2.0), (4.0, 1.5)], (4.0, 1.5))
    assert train.curve_picture(Curve({}), 60).empty


@pytest.mark.parametrize("values", [[], [0.0], [2.5], [2.5, 2.5], [-3.0, 4.0]])
def test_the_axis_of_the_loss_always_has_some_length(values: list[float]) -> None:
    picture = train.curve_picture(Curve({"loss": list(enumerate(values))}), 60)
    low, high = picture.loss_range
    assert low < high
    assert all(low < value < high for value in values)


def test_the_line_below_a_curve_tells_the_best_checkpoint() -> None:
    curve = Curve({"loss": [(1, 3.0), (5, 1.25)], "eval_loss": [(2, 2.0), (4, 1.5)]}, 2)
    assert train.curve_line(curve) == "training loss 1.250 · validation loss 1.500 · best step 2 (2.000)"
    assert train.curve_line(Curve({})) == ""
