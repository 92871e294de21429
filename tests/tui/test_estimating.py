"""The verdict below the form of a training, and its dry run."""

import pytest
from textual.widgets import Input

from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from tests.fakes.train_form import Starts, opened_form, until
from tests.fakes.verdicts import FITS, TOO_MUCH, FixedEstimates
from viva.errors import MissingExtra, UsageError
from viva.tui.app import VivaApp
from viva.tui.screens import estimating
from viva.workbench import Workbench


@pytest.fixture(autouse=True)
def estimates(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> FixedEstimates:
    found = FixedEstimates()
    monkeypatch.setitem(bench.__dict__, "estimates", found)
    monkeypatch.setattr(estimating, "SECONDS", 0.01)
    return found


@SIZES
async def test_the_verdict_comes_by_itself_and_anew_when_the_form_changes(
    filled: Workbench, estimates: FixedEstimates, size: tuple[int, int]
) -> None:
    app = VivaApp(filled, "train")
    async with app.run_test(size=size) as pilot:
        form = await opened_form(pilot)
        assert estimates.asked == [("tiny", "starter", "starter-lora", {})]
        text = flowing(app)
        assert "✓ fits: needs 1.3 GiB of 15.6 GiB" in text
        assert "138 steps · about 52 s · longest example 412 tokens · 2 cut · 1 left out" in text
        estimates.answer = TOO_MUCH
        form.query_one("#epochs", Input).value = "2"
        form.query_one("#epochs", Input).value = "20"
        await until(pilot, lambda: "✗ does not fit: 2.1 GiB too much" in flowing(app))
        assert estimates.asked[-1] == ("tiny", "starter", "starter-lora", {"epochs": "20"})


async def test_a_form_that_says_the_same_again_is_not_estimated_twice(
    filled: Workbench, estimates: FixedEstimates
) -> None:
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        form = await opened_form(pilot)
        form.query_one("#name", Input).value = "mine"
        form.query_one("#epochs", Input).value = "6.0"
        await pilot.pause(0.1)
        await settle(pilot)
        assert len(estimates.asked) == 1


async def test_the_nearest_setting_that_fits_is_taken_over(filled: Workbench, estimates: FixedEstimates) -> None:
    estimates.answer = TOO_MUCH
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        form = await opened_form(pilot)
        assert "would fit with batch_size=1 gpus=2" in flowing(app)
        assert "Ctrl+N Fit it" in painted(app).splitlines()[-1]
        estimates.answer = FITS
        await press(pilot, "ctrl+n")
        assert form.query_one("#batch_size", Input).value == "1"
        assert "also set: gpus=2" in flowing(app)
        assert estimates.asked[-1][3] == {"batch_size": "1", "gpus": "2"}
        assert "✓ fits" in flowing(app)
        assert "Fit it" not in painted(app).splitlines()[-1]


async def test_a_dry_run_shows_what_it_measured_until_the_form_changes(
    filled: Workbench, estimates: FixedEstimates
) -> None:
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        form = await opened_form(pilot)
        await press(pilot, "tab", "tab", "ctrl+d")
        assert estimates.tried == [("tiny", "starter", "starter-lora", {})]
        assert "tried: 1.4 GiB measured, 1.3 GiB predicted (110%) · 3,412 tokens a second" in flowing(app)
        assert "about 1 min 15 s in all" in flowing(app)
        assert len(estimates.asked) == 2
        form.query_one("#batch_size", Input).value = "2"
        await until(pilot, lambda: len(estimates.asked) == 3 and "tried:" not in flowing(app))


async def test_a_dry_run_that_fails_says_why(filled: Workbench, estimates: FixedEstimates) -> None:
    estimates.dry = UsageError("memory ran out [/foo]", "choose a smaller batch")
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await opened_form(pilot)
        await press(pilot, "ctrl+d")
        assert "memory ran out [/foo]" in flowing(app)
        assert "choose a smaller batch" in flowing(app)
        assert "Ctrl+D Dry run" in painted(app).splitlines()[-1]


@SIZES
async def test_without_the_local_extra_the_form_says_so_in_a_line(
    filled: Workbench, estimates: FixedEstimates, size: tuple[int, int]
) -> None:
    estimates.answer = MissingExtra("training needs packages that are not installed", "install viva[local]")
    app = VivaApp(filled, "train")
    async with app.run_test(size=size) as pilot:
        await opened_form(pilot)
        lines = [line.strip() for line in painted(app).splitlines()]
        at = lines.index("training needs packages that are not installed")
        assert lines[at + 1] == "install viva[local]"


async def test_a_fault_of_the_estimate_leaves_the_form_usable(
    filled: Workbench, estimates: FixedEstimates, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = Starts(filled, monkeypatch)
    estimates.answer = RuntimeError("broken")
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await opened_form(pilot)
        assert "Not known whether it fits" in flowing(app)
        await press(pilot, "ctrl+s")
        assert len(starts.made) == 1


async def test_a_base_model_that_is_not_there_yet_is_added_and_then_judged(
    filled: Workbench, estimates: FixedEstimates
) -> None:
    app = VivaApp(filled, "train")
    async with app.run_test(size=SMALL) as pilot:
        await opened_form(pilot, downs=5)
        assert "meta-llama/Llama-3.2-3B is not in this workspace yet" in flowing(app)
        assert estimates.asked == []
        assert "Dry run" not in painted(app).splitlines()[-1]
        await press(pilot, "ctrl+n")
        assert estimates.asked == [("tiny", "Llama-3.2-3B", "vad-qlora", {})]
        assert "✓ fits" in flowing(app)
        assert filled.models.get("Llama-3.2-3B").location == "meta-llama/Llama-3.2-3B"
