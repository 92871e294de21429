"""Every setting of a recipe in a list, each of which can be changed."""

import pytest
from textual.widgets import Input, Select

from tests.fakes.hostile import FORBIDDEN
from tests.fakes.screen import SMALL, flowing, painted, press
from tests.fakes.train_form import Starts, opened_form
from tests.fakes.verdicts import FixedEstimates
from viva.records.dataset import Example
from viva.store import datasets
from viva.tui.app import VivaApp
from viva.tui.screens import estimating
from viva.tui.screens.train_form import TrainFormScreen
from viva.tui.screens.train_settings import TrainSettingsScreen
from viva.workbench import Workbench


@pytest.fixture(autouse=True)
def estimates(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> FixedEstimates:
    found = FixedEstimates()
    monkeypatch.setitem(bench.__dict__, "estimates", found)
    monkeypatch.setattr(estimating, "SECONDS", 0.01)
    return found


async def test_every_setting_can_be_changed_in_the_list_and_comes_back_to_the_form(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = Starts(filled, monkeypatch)
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        form = await opened_form(pilot)
        form.query_one("#epochs", Input).value = "2"
        await press(pilot, "ctrl+e")
        assert isinstance(app.screen, TrainSettingsScreen)
        assert "How an example becomes text" in flowing(app)
        await press(pilot, "down", "down", "enter", *"all", "enter")
        await press(pilot, "enter", "home", "ctrl+k", *"rank=4", "enter")
        assert "• rank 4" in flowing(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, TrainFormScreen)
        assert form.query_one("#rank", Input).value == "4"
        assert "also set: loss=all" in flowing(app)
        await press(pilot, "ctrl+s")
        assert starts.made[0][1]["overrides"] == {"epochs": "2", "rank": "4", "loss": "all"}


async def test_a_value_alone_is_meant_for_the_chosen_setting(filled: Workbench) -> None:
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await opened_form(pilot)
        await press(pilot, "ctrl+e", "enter", "home", "ctrl+k", *"approach", "enter")
        assert not app.screen.query_one("#edit").display
        assert "approach" in flowing(app)


async def test_a_setting_that_cannot_be_right_stays_in_its_field_with_the_reason(filled: Workbench) -> None:
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await opened_form(pilot)
        await press(pilot, "ctrl+e", "enter", *"[/foo]", "enter")
        assert "format must be one of chat," in flowing(app)
        assert "not '[/foo]'" in flowing(app)
        await press(pilot, "home", "ctrl+k", *"no sign", "enter")
        assert "not 'no sign'" in flowing(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, TrainSettingsScreen)
        assert not app.screen.query_one("#edit").display


async def test_a_changed_setting_goes_back_to_the_recipes_own(filled: Workbench) -> None:
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        form = await opened_form(pilot)
        await press(pilot, "ctrl+e", "enter", "home", "ctrl+k", *"epochs=9", "enter")
        assert "• epochs 9" in flowing(app)
        assert "As in the recipe" in painted(app).splitlines()[-1]
        await press(pilot, "home")
        assert "As in the recipe" not in painted(app).splitlines()[-1]
        await press(pilot, "enter", *"approach", "enter")
        assert "• format approach" in flowing(app)
        await press(pilot, "delete")
        assert "format chat" in flowing(app)
        await press(pilot, "enter", "home", "ctrl+k", *"epochs=6", "enter", "escape")
        assert form.query_one("#epochs", Input).value == "6"
        assert form.query_one("#format", Select).value == "chat"


async def test_the_list_of_settings_lives_through_hostile_texts(bench: Workbench) -> None:
    with bench.store.write() as connection:
        datasets.add(connection, "d", "vad", "vad.csv", [Example("q", "r", None, None, "train", {}, "e")])
    app = VivaApp(bench, "train")
    async with app.run_test(size=SMALL) as pilot:
        form = await opened_form(pilot)
        for text in ("\x1b[2J[/foo]", "\u202etxet\u2066", "x" * 900):
            form.query_one("#probe", Input).value = text
            await press(pilot, "ctrl+e", "end", "up", "up")
            assert isinstance(app.screen, TrainSettingsScreen)
            assert not FORBIDDEN.search(painted(app))
            await press(pilot, "enter")
            assert not FORBIDDEN.search(painted(app))
            await press(pilot, "escape", "escape")
