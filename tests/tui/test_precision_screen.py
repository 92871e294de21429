"""The plan of a study on screen: live while raters rate, and without names for whoever may rate."""

import pytest

from tests.fakes.rated_rounds import STUDY, SYSTEMS, fill_round, judge_round, rate_round
from tests.fakes.rated_studies import as_person
from tests.fakes.results import current, press
from tests.fakes.screen import SIZES, SMALL, flowing, painted, settle
from viva.tui.app import VivaApp
from viva.tui.screens.precision import PrecisionScreen
from viva.tui.widgets.chooser import ChooserScreen
from viva.workbench import Workbench


@SIZES
async def test_how_sure_it_is_and_what_to_do_next(bench: Workbench, size: tuple[int, int]) -> None:
    fill_round(bench, second=8)
    judge_round(bench)
    app = VivaApp(bench)
    async with app.run_test(size=size, notifications=True) as pilot:
        await app.push_screen(PrecisionScreen(bench, STUDY))
        await settle(pilot)
        text = painted(app)
        assert "27 rated of 45 drawn from 90" in text
        row = next(line for line in text.splitlines() if "base-3b − tuned-8b" in line)
        assert "±" in row
        assert "done" in row
        assert "more rated questions would bring every pair to ±5" in text
        await press(pilot, "end")
        assert "tuned-3b − tuned-8b:" in flowing(app)


async def test_ratings_show_without_a_key(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viva.tui.screens.precision.LOOK_AGAIN", 0.05)
    fill_round(bench, rated=0)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await app.push_screen(PrecisionScreen(bench, STUDY))
        await settle(pilot)
        assert f"viva rate {STUDY}" in painted(app)
        rate_round(bench, "ann", 12)
        for _ in range(200):
            if "12 rated of 45" in painted(app):
                break
            await pilot.pause(0.05)
        assert "12 rated of 45" in painted(app)


async def test_the_margin_and_the_measure_can_be_changed(bench: Workbench) -> None:
    fill_round(bench)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await app.push_screen(PrecisionScreen(bench, STUDY))
        await settle(pilot)
        await press(pilot, "minus")
        assert "wished for: ±4" in painted(app)
        await press(pilot, "plus", "plus")
        assert "wished for: ±7.5" in painted(app)
        await press(pilot, "m")
        current(pilot, ChooserScreen)
        await press(pilot, "down", "enter")
        assert "accuracy /40 · wished for: ±2" in painted(app)


async def test_a_lead_reads_letters(bench: Workbench) -> None:
    fill_round(bench)
    lead = as_person(bench, "lea", "lead")
    app = VivaApp(lead)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await app.push_screen(PrecisionScreen(lead, STUDY))
        await settle(pilot)
        await press(pilot, "end", "question_mark")
        assert not any(system in painted(app) for system in SYSTEMS)
        await press(pilot, "escape")
        assert "B − C" in painted(app)
        assert not any(system in painted(app) for system in SYSTEMS)
