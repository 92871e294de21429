"""The table of runs, and several of them compared."""

from collections.abc import Sequence
from typing import Any

import pytest
from textual.widgets import OptionList

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.jobs_on_disk import add_job, training_events
from tests.fakes.screen import SIZES, SMALL, USUAL, flowing, painted, press, settle
from tests.fakes.trainings import curve, recipe, run
from viva.records.job import Curve, JobStatus
from viva.records.training import Run
from viva.tui.app import VivaApp
from viva.tui.screens.job import JobScreen
from viva.tui.screens.run_compare import RunComparisonScreen
from viva.tui.screens.runs import RunsScreen
from viva.tui.widgets.curves import Curves, ManyPlot
from viva.workbench import Workbench


class FakeRuns:
    """Runs that need no training; their curves go by the names of their models."""

    def __init__(self, runs: Sequence[Run], left_out: int = 0) -> None:
        self.runs = list(runs)
        self.left_out = left_out
        self.found: dict[str, Curve] = {r.model: curve(number) for number, r in enumerate(runs)}

    def list(self) -> list[Run]:
        return self.runs

    def unreadable(self) -> int:
        return self.left_out

    def curves(self, ids: Sequence[str]) -> dict[str, Curve]:
        models = {r.job_id: r.model for r in self.runs}
        return {models[job_id]: self.found[models[job_id]] for job_id in ids}


@pytest.fixture
def runs(bench: Workbench) -> FakeRuns:
    """Four runs on two datasets, one of them without a validation loss."""
    fake = FakeRuns([run(1), run(2, best_loss=None, status=JobStatus.CANCELLED), run(3, dataset="fields"), run(4)])
    bench.__dict__["runs"] = fake
    return fake


def footer(app: VivaApp) -> str:
    return painted(app).splitlines()[-1]


def rows(app: VivaApp) -> list[str]:
    """Return the names in the table, as they are painted."""
    return [word for line in painted(app).splitlines()[3:] for word in line.split() if word.startswith("vad-")][:4]


@SIZES
async def test_runs_are_ordered_by_one_column_after_the_other(
    bench: Workbench, runs: FakeRuns, size: tuple[int, int]
) -> None:
    app = VivaApp(bench, "runs")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "Started ↓" in painted(app)
        assert rows(app) == ["vad-1", "vad-2", "vad-3", "vad-4"]
        await press(pilot, "o", "o", "o", "o")
        assert "Best loss ↑" in painted(app)
        assert rows(app) == ["vad-4", "vad-3", "vad-1", "vad-2"]
        await press(pilot, "O")
        assert "Best loss ↓" in painted(app)
        assert rows(app) == ["vad-1", "vad-3", "vad-4", "vad-2"]


@SIZES
async def test_each_column_can_be_seen_when_it_is_ordered_by(
    bench: Workbench, runs: FakeRuns, size: tuple[int, int]
) -> None:
    app = VivaApp(bench, "runs")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        titles = ("Name", "Recipe", "Dataset", "Best loss", "Steps", "Took", "Tokens/s", "Memory", "Status", "Started")
        for title in titles:
            await press(pilot, "o")
            head = painted(app).splitlines()[2]
            assert f"{title} ↑" in head or f"{title} ↓" in head
            assert all(word in head for word in ("Name", "Recipe", "Best loss", "Status"))


async def test_without_runs_the_screen_says_how_to_start_one(bench: Workbench) -> None:
    bench.__dict__["runs"] = FakeRuns([], left_out=2)
    app = VivaApp(bench, "runs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "No training has been started here yet. On Home, t opens Train" in flowing(app)
        assert "2 of another viva not shown" in painted(app)
        assert not any(word in footer(app) for word in ("Mark", "Order", "Compare", "Dataset"))
        await press(pilot, "space", "c", "o", "d", "enter")
        assert isinstance(app.screen, RunsScreen)


async def test_enter_opens_the_training(bench: Workbench, runs: FakeRuns) -> None:
    add_job(bench, "run-1", status=JobStatus.DONE, events=training_events(20))
    app = VivaApp(bench, "runs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "Open" in footer(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, JobScreen)
        assert app.screen.job.job_id == "run-1"


@SIZES
async def test_marked_runs_are_laid_over_each_other(bench: Workbench, runs: FakeRuns, size: tuple[int, int]) -> None:
    app = VivaApp(bench, "runs")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "space")
        assert "Compare" not in footer(app)
        assert "1 marked" in painted(app)
        await press(pilot, "down", "space")
        assert painted(app).count("●") == 2
        await press(pilot, "c")
        assert isinstance(app.screen, RunComparisonScreen)
        shown = flowing(app)
        assert "validation loss o vad-1 x vad-3" in shown
        assert "best validation loss 2.4000 2.2000" in shown
        plot = app.screen.query_one(ManyPlot)
        assert [trace.marker for trace in plot._datasets if hasattr(trace, "marker")] == ["x", "o"]
        await press(pilot, "end")
        assert "rank 8 32" in flowing(app)
        assert "dataset vad fields" in flowing(app)


async def test_the_plot_shows_the_other_loss_and_both(bench: Workbench, runs: FakeRuns) -> None:
    app = VivaApp(bench, "runs")
    async with app.run_test(size=USUAL) as pilot:
        await settle(pilot)
        await press(pilot, "space", "space", "c")
        said = []
        for _ in range(3):
            await press(pilot, "m")
            said.append(painted(app).splitlines()[2].split("  ")[1].strip())
        assert said == ["training loss", "loss: training (lines), validation (marks)", "validation loss"]


async def test_a_run_without_curves_does_no_harm(bench: Workbench, runs: FakeRuns) -> None:
    runs.found["vad-1"] = runs.found["vad-2"] = Curve({})
    app = VivaApp(bench, "runs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "space", "space", "c")
        assert "None of these runs has said a loss yet" in flowing(app)
        assert "Other loss" not in footer(app)
        assert not app.screen.query_one(ManyPlot).display


async def test_runs_of_the_same_recipe_are_said_to_be(bench: Workbench) -> None:
    bench.__dict__["runs"] = FakeRuns([run(n, recipe=recipe()) for n in (1, 2)])
    app = VivaApp(bench, "runs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "space", "space", "c")
        assert "The recipes are the same" in painted(app)


async def test_trainings_on_disk_are_listed_and_compared(bench: Workbench) -> None:
    for number in (1, 2):
        arguments = {
            "dataset": "vad",
            "model": "starter",
            "name": f"vad-{number}",
            "recipe": recipe(rank=number).to_json(),
        }
        events = training_events(60 + number)
        add_job(bench, f"2026010{number}-1", status=JobStatus.CANCELLED, events=events, arguments=arguments)
    app = VivaApp(bench, "runs")
    async with app.run_test(size=USUAL) as pilot:
        await settle(pilot)
        assert "vad-2 starter-lora vad 1.6560 62" in flowing(app)
        await press(pilot, "space", "space", "c")
        assert "validation loss o vad-" in flowing(app)
        assert "best validation loss 1.6560 1.6560" in flowing(app)
        assert "rank" in painted(app)
        assert app.screen.query_one(ManyPlot).display


async def test_a_mark_is_taken_back_and_no_more_than_six_are_set(bench: Workbench) -> None:
    bench.__dict__["runs"] = FakeRuns([run(n) for n in range(1, 9)])
    app = VivaApp(bench, "runs")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, *["space"] * 7)
        assert "6 marked" in painted(app)
        assert "No more than 6 runs can be compared at a time" in flowing(app)
        await press(pilot, "home", "space")
        assert "5 marked" in painted(app)


async def test_the_runs_on_one_dataset_are_chosen(bench: Workbench, runs: FakeRuns) -> None:
    app = VivaApp(bench, "runs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "d")
        assert app.screen.query_one(OptionList).option_count == 3
        await press(pilot, "end", "enter")
        assert "on fields · 1 run" in painted(app)
        assert rows(app)[0] == "vad-3"
        await press(pilot, "d", "home", "enter")
        assert "4 runs" in painted(app)


async def test_the_cursor_stays_on_its_run_while_others_come(bench: Workbench, runs: FakeRuns) -> None:
    app = VivaApp(bench, "runs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "down", "down")
        runs.runs = [run(0, model="newest"), *runs.runs]
        runs.found["newest"] = Curve({})
        screen = app.screen
        assert isinstance(screen, RunsScreen)
        screen._states = None
        screen.look()
        await settle(pilot)
        assert "newest" in painted(app)
        assert screen._run is not None
        assert screen._run.model == "vad-3"


async def test_colours_follow_the_theme(bench: Workbench, runs: FakeRuns) -> None:
    app = VivaApp(bench, "runs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "space", "space", "c")
        dark = [trace.colour for trace in app.screen.query_one(Curves)._plot.traces]
        await press(pilot, "ctrl+t")
        light = [trace.colour for trace in app.screen.query_one(Curves)._plot.traces]
        assert not set(dark) & set(light)


@SIZES
async def test_hostile_names_live_in_both_screens(bench: Workbench, size: tuple[int, int]) -> None:
    def hostile(number: int, text: str) -> Run:
        changes: dict[str, Any] = {"model": text, "dataset": text, "base": text, "device": text}
        return run(number, **changes, recipe=recipe(name=text, instruction=text, rank=number + 1))

    made = [hostile(number, text) for number, text in enumerate(HOSTILE)]
    bench.__dict__["runs"] = FakeRuns(made)
    app = VivaApp(bench, "runs")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "d")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "escape", "o", *["space"] * 6, "c")
        assert isinstance(app.screen, RunComparisonScreen)
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "end")
        assert not FORBIDDEN.search(painted(app))
