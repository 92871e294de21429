"""Train: recipes, the form, the trainings."""

import sys
from typing import Any

import pytest
from textual.widgets import Checkbox, Input, Select

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.jobs_on_disk import add_job, alive, training_events
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from viva.errors import UsageError
from viva.records.dataset import Example
from viva.records.job import Job, JobStatus
from viva.records.model import Model, ModelKind
from viva.store import datasets, models
from viva.tui.app import VivaApp
from viva.tui.screens.job import JobScreen
from viva.tui.screens.train import TrainScreen
from viva.tui.screens.train_form import TrainFormScreen
from viva.tui.widgets.job_table import JobTable
from viva.workbench import Workbench


class Starts:
    """Notes what was to be trained, and answers with a job that lies on disk."""

    def __init__(self, workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

        def start(*positional: Any, **named: Any) -> Job:
            self.made.append((positional, named))
            return add_job(workbench, "20260103-3", status=JobStatus.DONE, events=training_events(138)).job()

        monkeypatch.setattr(workbench.training, "start", start)


async def opened_form(pilot: Any) -> None:
    await settle(pilot)
    await press(pilot, "enter")
    assert isinstance(pilot.app.screen, TrainFormScreen)


@SIZES
async def test_recipes_stand_with_title_description_and_numbers(filled: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(filled, "train")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        text = flowing(app)
        recipe = filled.recipes.list()[0]
        assert recipe.title in text
        assert recipe.description[:40] in text
        assert f"learning rate {recipe.learning_rate:g} · rank {recipe.rank}" in text
        assert "Choose" in painted(app).splitlines()[-1]


@SIZES
async def test_the_form_holds_the_recipes_numbers_and_fits_on_the_screen(
    filled: Workbench, size: tuple[int, int]
) -> None:
    app = VivaApp(filled, "train")
    async with app.run_test(size=size) as pilot:
        await opened_form(pilot)
        text = flowing(app)
        for part in (
            "tiny (3 training examples)",
            "starter (built in)",
            "Epochs",
            "Learning rate",
            "Adapter rank",
            "Batch size",
            "Examine the result afterwards",
            "Start training",
        ):
            assert part in text
        assert app.screen.query_one("#epochs", Input).value == f"{filled.recipes.list()[0].epochs:g}"
        assert "Ctrl+S Start" in painted(app).splitlines()[-1]


async def test_an_unchanged_form_starts_the_recipe_as_it_is_and_shows_the_training(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = Starts(filled, monkeypatch)
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await opened_form(pilot)
        await press(pilot, "ctrl+s")
        recipe = filled.recipes.list()[0].name
        assert starts.made == [(("tiny", "starter", recipe), {"name": None, "overrides": {}, "examine": True})]
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
        await press(pilot, "tab", "home", "ctrl+k", "2")
        await press(pilot, "down", "down", "down", "down", "space")
        await press(pilot, "tab", "enter")
        assert starts.made[0][1] == {"name": "mine", "overrides": {"epochs": "2"}, "examine": False}


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
        await press(pilot, "ctrl+s")
        assert complaint in flowing(app)
        assert app.focused is app.screen.query_one(f"#{field}")
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
        await press(pilot, "ctrl+s", "tab", "escape")
        assert isinstance(app.screen, TrainScreen)


@SIZES
async def test_coming_back_shows_the_running_training_and_enter_its_curve(
    filled: Workbench, size: tuple[int, int]
) -> None:
    add_job(filled, "20260101-1", "starter-lora: starter on tiny", status=JobStatus.DONE)
    app = VivaApp(filled, "train")
    with alive(filled, "20260103-3", events=training_events(69)):
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            assert isinstance(app.focused, JobTable)
            assert "● running starter-lora: starter on vad" in flowing(app)
            assert "✓ done starter-lora: starter on tiny" in flowing(app)
            await press(pilot, "enter")
            assert isinstance(app.screen, JobScreen)
            assert "best checkpoint" in flowing(app)


async def test_tab_goes_between_recipes_and_trainings(filled: Workbench) -> None:
    add_job(filled, "20260101-1", status=JobStatus.CANCELLED)
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "Resume" not in painted(app).splitlines()[-1]
        await press(pilot, "tab")
        assert isinstance(app.focused, JobTable)
        assert "Resume" in painted(app).splitlines()[-1]
        await press(pilot, "tab")
        assert not isinstance(app.focused, JobTable)


async def test_the_plot_library_is_not_loaded_before_a_training_is_looked_at(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith(("textual_plot", "viva.tui.screens.job"))]:
        monkeypatch.delitem(sys.modules, name)
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "textual_plot" not in sys.modules


@pytest.mark.parametrize("number", range(len(HOSTILE)))
async def test_train_lives_through_hostile_names(bench: Workbench, number: int) -> None:
    text = HOSTILE[number].encode("utf-8", "replace").decode()
    with bench.store.write() as connection:
        datasets.add(connection, "id", text, text, [Example("q", "r", text, text, "train", {}, "e")])
        models.add(connection, Model("m", text, ModelKind.HUB, text))
    add_job(bench, "20260101-1", HOSTILE[number], status=JobStatus.DONE)
    app = VivaApp(bench, "train")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert not FORBIDDEN.search(painted(app))
        await opened_form(pilot)
        await press(pilot, "enter")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "escape", "tab", "enter", "down", "enter")
        assert not FORBIDDEN.search(painted(app))
