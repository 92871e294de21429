"""Train: the menu of recipes, and the trainings below it."""

import re
import sys

import pytest
from textual.widgets import OptionList

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.jobs_on_disk import add_job, alive, training_events
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from tests.fakes.verdicts import FixedEstimates
from viva.paths import shipped
from viva.records.job import JobKind, JobStatus
from viva.tui.app import VivaApp
from viva.tui.screens.job import JobScreen
from viva.tui.screens.train import TrainScreen
from viva.tui.widgets.job_table import JobTable
from viva.workbench import Workbench

SHIPPED = 6


@pytest.fixture(autouse=True)
def _estimates(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(bench.__dict__, "estimates", FixedEstimates())


@SIZES
async def test_all_recipes_stand_in_the_menu_one_a_line_beside_the_trainings(
    filled: Workbench, size: tuple[int, int]
) -> None:
    for number in range(3):
        add_job(filled, f"20260101-{number}", status=JobStatus.DONE)
    app = VivaApp(filled, "train")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        lines = painted(app).splitlines()
        recipes = filled.recipes.list()
        assert len(recipes) == SHIPPED
        for recipe in recipes:
            assert any(recipe.title in line and f"{recipe.epochs:g} epochs" in line for line in lines)
        assert app.screen.query_one(OptionList).size.height == SHIPPED
        assert sum("✓ done" in line for line in lines) == 3
        assert "Choose" in lines[-1]


@SIZES
async def test_what_the_highlighted_recipe_does_stands_below_the_menu_in_full(
    filled: Workbench, size: tuple[int, int]
) -> None:
    app = VivaApp(filled, "train")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        recipe = filled.recipes.get("starter-lora")
        assert f"learning rate {recipe.learning_rate:g} · effective batch 4" in flowing(app)
        assert recipe.description in flowing(app)
        for _ in range(SHIPPED - 1):
            await press(pilot, "down")
            assert any(recipe.description in flowing(app) for recipe in filled.recipes.list())


async def test_a_file_that_is_no_recipe_is_named_and_the_others_are_there(filled: Workbench) -> None:
    filled.paths.recipes.mkdir(parents=True)
    (filled.paths.recipes / "mine.toml").write_text("rank = [/foo]")
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "mine.toml is not valid TOML" in "".join(line.strip() for line in painted(app).split("\n"))
        assert "LoRA for the starter model" in flowing(app)


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


async def test_a_sweep_is_a_training_too_and_a_paused_one_says_so(filled: Workbench) -> None:
    add_job(filled, "20260101-1", "cs-qlora-sweep: llama on vad", kind=JobKind.SWEEP, status=JobStatus.FAILED)
    add_job(filled, "20260101-2", "vad-qlora: llama on vad", status=JobStatus.PAUSED)
    add_job(filled, "20260101-3", "vad/test", kind=JobKind.SCORE, status=JobStatus.DONE)
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "‖ paused vad-qlora: llama on vad" in flowing(app)
        assert "✗ failed cs-qlora-sweep: llama on vad" in flowing(app)
        assert "vad/test" not in flowing(app)
        await press(pilot, "tab")
        assert "Resume" in painted(app).splitlines()[-1]


async def test_a_running_training_is_paused_from_the_table(filled: Workbench) -> None:
    app = VivaApp(filled, "train")
    with alive(filled, "20260103-3", events=training_events(69)) as job:
        async with app.run_test(size=SMALL, notifications=True) as pilot:
            await settle(pilot)
            footer = painted(app).splitlines()[-1]
            assert "Pause" in footer
            assert "Cancel" in footer
            await press(pilot, "p")
            assert "Pausing after this step" in flowing(app)
            assert (filled.paths.jobs / job.job_id / "pause").exists()


async def test_u_shows_all_trainings_as_a_table_to_compare(filled: Workbench) -> None:
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "u")
        assert app.screen.title == "Runs"
        await press(pilot, "escape")
        assert isinstance(app.screen, TrainScreen)


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


async def test_train_lives_through_hostile_titles(bench: Workbench) -> None:
    for number, text in enumerate(HOSTILE):
        add_job(bench, f"20260101-{number:02}", text, status=JobStatus.DONE)
    app = VivaApp(bench, "train")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "tab")
        for key in ("home", "pagedown", "pagedown", "end"):
            await press(pilot, key)
            assert not FORBIDDEN.search(painted(app))


async def test_a_hostile_recipe_is_shown_as_it_is(bench: Workbench) -> None:
    recipe = shipped("recipes", "starter-lora.toml").read_text("utf-8")
    bench.paths.recipes.mkdir(parents=True)
    text = "[/foo] \\u001b[2J \\u202e [@click=app.quit]x[/]"
    for key in ("title", "description", "base"):
        recipe = re.sub(rf"(?m)^{key} = .*$", lambda _: f'{key} = "{text}"', recipe)  # noqa: B023
    (bench.paths.recipes / "hostile.toml").write_text(recipe.replace('"starter-lora"', '"hostile"'))
    app = VivaApp(bench, "train")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        for _ in range(SHIPPED + 1):
            await press(pilot, "down")
            assert not FORBIDDEN.search(painted(app))
        assert "[/foo]" in flowing(app)
        assert "[@click=app.quit]x[/]" in flowing(app)
