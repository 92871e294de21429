"""The screen of the calibrated verdict: bars above one another, other measures, judges and studies."""

from typing import Any

from textual.pilot import Pilot

from tests.fakes.calibrated import DATASET, add_judge, fill_calibrated
from tests.fakes.hostile import FORBIDDEN
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from viva.records.study import StudyRequest
from viva.tui.app import VivaApp
from viva.tui.screens.calibrated import CalibratedScreen
from viva.workbench import Workbench


async def opened(pilot: Pilot[Any], dataset: str = DATASET, split: str | None = "test") -> CalibratedScreen:
    await settle(pilot)
    assert isinstance(pilot.app, VivaApp)
    screen = CalibratedScreen(pilot.app.wb, dataset, split)
    await pilot.app.push_screen(screen)
    await settle(pilot)
    return screen


@SIZES
async def test_people_judge_and_both_stand_above_one_another(bench: Workbench, size: tuple[int, int]) -> None:
    fill_calibrated(bench)
    app = VivaApp(bench, "studies")
    async with app.run_test(size=size, notifications=True) as pilot:
        await opened(pilot)
        text = flowing(app)
        for part in (
            "sample: many/test, 30 of 30 random questions rated, kind (reference)", "tuned is better than base",
            "total, 0 to 100 points", "1 of 5", "base − tuned people -", "30 rated", "60 judged", "as good as", "├",
        ):  # fmt: skip
            assert part in text, part
        await press(pilot, "m")
        assert "accuracy, 0 to 40 points" in flowing(app)
        await press(pilot, "M", "M")
        assert "practicality, 0 to 10 points" in flowing(app)
        assert "j Judge" not in painted(app)
        await press(pilot, "question_mark")
        assert "What the lines say" in flowing(app)
        await press(pilot, "escape", "escape")
        assert not isinstance(app.screen, CalibratedScreen)


async def test_another_judge_and_another_study_can_be_chosen(bench: Workbench) -> None:
    fill_calibrated(bench)
    add_judge(bench, "brief", 50, {"base": 0, "tuned": 0})
    bench.studies.create(StudyRequest("second", DATASET, "test", ("base", "tuned"), questions=10))
    app = VivaApp(bench, "studies")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot)
        assert "sample: many/test" in flowing(app)
        await press(pilot, "j", "down", "enter")
        assert "rated, brief (reference)" in flowing(app)
        await press(pilot, "s", "down", "enter")
        text = flowing(app)
        assert "second: many/test, 0 of 10 random questions rated, kind (reference)" in text
        assert "0 questions of the random sample are rated, 20 are needed" in text
        assert "rate more of it: viva rate second" in text


async def test_many_systems_are_scrolled(bench: Workbench) -> None:
    fill_calibrated(bench)
    app = VivaApp(bench, "studies")
    async with app.run_test(size=(80, 16), notifications=True) as pilot:
        screen = await opened(pilot)
        await press(pilot, "pagedown", "down")
        assert screen.query_one("#verdict").scroll_y > 0
        await press(pilot, "pageup", "up", "R")
        assert screen.query_one("#verdict").scroll_y == 0


async def test_without_a_study_one_is_told_how_to_come_by_one(filled: Workbench) -> None:
    app = VivaApp(filled, "studies")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot, "other", None)
        assert "No study of these systems gives points yet" in flowing(app)
        assert "s Study" not in painted(app)


async def test_without_any_verdict_nothing_is_drawn_and_no_text_does_harm(filled: Workbench) -> None:
    app = VivaApp(filled, "studies")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot, "tiny", None)
        text = painted(app)
        assert "no judge" in text
        assert "nan" not in text.lower()
        assert not FORBIDDEN.search(text.replace("\n", ""))
