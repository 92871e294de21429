"""The form that starts a training."""

from typing import Any

import pytest
from textual.widgets import Checkbox, Input, Select

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from tests.fakes.train_form import Starts, opened_form, until
from tests.fakes.verdicts import FixedEstimates
from viva.errors import UsageError
from viva.records.dataset import Example
from viva.records.job import Job
from viva.records.model import Model, ModelKind
from viva.store import datasets, models
from viva.tui.app import VivaApp
from viva.tui.screens import estimating
from viva.tui.screens.job import JobScreen
from viva.tui.screens.train import TrainScreen
from viva.tui.screens.train_form import TrainFormScreen
from viva.workbench import Workbench


@pytest.fixture(autouse=True)
def estimates(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> FixedEstimates:
    found = FixedEstimates()
    monkeypatch.setitem(bench.__dict__, "estimates", found)
    monkeypatch.setattr(estimating, "SECONDS", 0.01)
    return found


@SIZES
async def test_the_form_holds_the_recipes_settings_and_fits_on_the_screen(
    filled: Workbench, size: tuple[int, int]
) -> None:
    app = VivaApp(filled, "train")
    async with app.run_test(size=size) as pilot:
        await opened_form(pilot)
        text = flowing(app)
        for part in (
            "tiny (3 training examples)",
            "starter (built in)",
            "Written as The model's own chat template",
            "Base weights 16 or 32 bits (LoRA)",
            "Recompute Where there is a GPU",
            "Own question",
            "Epochs 6 Learning rate 0.003",
            "Adapter rank 16 Batch size 4",
            "Accumulate 1 Longest row 512",
            "Examine the result afterwards",
            "Start training",
            "Needs a split named train",
        ):
            assert part in text
        footer = painted(app).splitlines()[-1]
        for key in ("Ctrl+S Start", "Ctrl+E Settings", "Ctrl+D Dry run", "Esc Back"):
            assert key in footer


async def test_an_unchanged_form_starts_the_recipe_as_it_is_and_shows_the_training(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = Starts(filled, monkeypatch)
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await opened_form(pilot)
        await press(pilot, "ctrl+s")
        assert starts.made == [(("tiny", "starter", "starter-lora"), {"name": None, "overrides": {}, "examine": True})]
        assert isinstance(app.screen, JobScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, TrainScreen)
        assert "✓ done" in flowing(app)


async def test_what_was_changed_goes_along_by_keyboard_alone(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = Starts(filled, monkeypatch)
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await opened_form(pilot)
        await press(pilot, "tab", "tab", *"mine")
        await press(pilot, "tab", "tab", "enter", "down", "enter")
        await press(pilot, "tab", "tab", *"Why?", "tab", "home", "ctrl+k", "2")
        await press(pilot, *["down"] * 6, "space", "tab", "enter")
        changed = {"quantization": "nf4", "probe": "Why?", "epochs": "2"}
        assert starts.made[0][1] == {"name": "mine", "overrides": changed, "examine": False}


@pytest.mark.parametrize(
    ("field", "text", "complaint"),
    [
        ("epochs", "[/foo]", "Epochs must be a number above 0, not [/foo]"),
        ("rank", "1.5", "Adapter rank must be a whole number above 0, not 1.5"),
    ],
)
async def test_a_number_that_cannot_be_right_is_named_and_gone_to(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch, field: str, text: str, complaint: str
) -> None:
    starts = Starts(filled, monkeypatch)
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await opened_form(pilot)
        app.screen.query_one(f"#{field}", Input).value = text
        await until(pilot, lambda: complaint in flowing(app) and "is told when the form can be right" in flowing(app))
        await press(pilot, "ctrl+s")
        assert app.focused is app.screen.query_one(f"#{field}")
        await press(pilot, "ctrl+e")
        assert isinstance(app.screen, TrainFormScreen)
        assert starts.made == []


async def test_a_refusal_of_the_workbench_stands_in_the_form_and_one_can_try_again(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def refuse(*positional: Any, **named: Any) -> Job:
        tries.append(named["name"])
        raise UsageError("there is a model mine already", "choose another name")

    monkeypatch.setattr(filled.training, "start", refuse)
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await opened_form(pilot)
        await press(pilot, "ctrl+s")
        assert "there is a model mine already. choose another name" in flowing(app)
        await press(pilot, "ctrl+s")
        assert len(tries) == 2
        await press(pilot, "escape")
        assert isinstance(app.screen, TrainScreen)


async def test_the_dataset_that_home_names_is_chosen(filled: Workbench) -> None:
    with filled.store.write() as connection:
        datasets.add(connection, "z", "zoo", "zoo.csv", [Example("q", "r", None, None, "train", {}, "z1")])
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        app.go("train", dataset="zoo")
        await opened_form(pilot)
        assert app.screen.query_one("#dataset", Select).value == "zoo"
        assert not app.screen.query_one(Checkbox).value


async def test_without_a_dataset_to_train_on_the_form_says_how_to_get_one(bench: Workbench) -> None:
    app = VivaApp(bench, "train")
    async with app.run_test(size=SMALL) as pilot:
        await opened_form(pilot)
        assert "No dataset has a training split yet. Import one first" in flowing(app)
        await press(pilot, "ctrl+s", "ctrl+e", "ctrl+d", "ctrl+n", "tab", "escape")
        assert isinstance(app.screen, TrainScreen)


async def test_a_sweep_shows_what_it_searches_and_a_value_of_ones_own_ends_that(
    filled: Workbench, estimates: FixedEstimates
) -> None:
    filled.models.add_hub("llama", "meta-llama/Llama-2-7b-hf")
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        form = await opened_form(pilot, downs=2)
        assert "searched: none or nf4" in flowing(app)
        assert "4, 8, 16 or 32" in flowing(app)
        assert "Trials 10" in flowing(app)
        form.query_one("#rank", Input).value = "8"
        form.query_one("#quantization", Select).value = "nf4"
        await until(pilot, lambda: len(estimates.asked) == 2)
        assert estimates.asked[-1][3] == {"quantization": "nf4", "rank": "8"}


async def test_overfitting_sets_its_number_of_epochs(filled: Workbench) -> None:
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        form = await opened_form(pilot)
        form.query_one("#format", Select).value = "overfit"
        await settle(pilot)
        assert form.query_one("#epochs", Input).value == "5"


def fill_with_hostile_names(workbench: Workbench) -> None:
    with workbench.store.write() as connection:
        for number, raw in enumerate(HOSTILE):
            text = raw.encode("utf-8", "replace").decode()
            examples = [Example("q", "r", text, text, "train", {}, f"e{number}")]
            datasets.add(connection, f"d{number}", text, text, examples)
            models.add(connection, Model(f"m{number}", f"{number} {text}", ModelKind.HUB, text))


async def test_the_form_and_its_verdict_live_through_hostile_texts(bench: Workbench, estimates: FixedEstimates) -> None:
    fill_with_hostile_names(bench)
    app = VivaApp(bench, "train")
    async with app.run_test(size=SMALL) as pilot:
        form = await opened_form(pilot)
        await press(pilot, "enter", "end")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "enter", "tab", "enter", "end")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "enter")
        for number, text in enumerate(HOSTILE):
            estimates.answer = UsageError(text, text)
            form.query_one("#probe", Input).value = text.encode("utf-8", "replace").decode()[:500]
            form.query_one("#epochs", Input).value = str(number + 1)
            asked = len(estimates.asked)
            await until(pilot, lambda: len(estimates.asked) > asked)  # noqa: B023
            assert not FORBIDDEN.search(painted(app))
