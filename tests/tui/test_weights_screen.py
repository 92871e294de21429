"""Weights: whether the winner stays the winner, the criteria below, each two systems, and the empty screen."""

from tests.fakes.results import rate
from tests.fakes.screen import SIZES, flowing, painted, press, settle
from viva.tui.app import VivaApp
from viva.tui.screens.weights import WeightsScreen
from viva.workbench import Workbench


@SIZES
async def test_the_verdict_systems_and_criteria_are_shown(filled: Workbench, size: tuple[int, int]) -> None:
    rate(filled)
    app = VivaApp(filled)
    async with app.run_test(size=size, notifications=True) as pilot:
        app.push_screen(WeightsScreen(filled, "tiny", "test"))
        await settle(pilot)
        text = painted(app)
        assert "tiny · test · people in tiny-test" in text
        assert "3/4 questions" in text
        assert "tuned is first by the rubric's weights, and under every weighting" in flowing(app)
        assert "1 question without points of every system left out" in text
        assert "whatever it weighs" in text
        assert "exact" in text
        await press(pilot, "p")
        assert "ahead under" in painted(app)
        await press(pilot, "tab", "question_mark", *["pagedown"] * 3)
        assert "uniform on the simplex" in flowing(app)
        await press(pilot, "escape", "escape")
        assert not isinstance(app.screen, WeightsScreen)


async def test_an_empty_screen_says_how_to_come_to_points(filled: Workbench) -> None:
    app = VivaApp(filled)
    async with app.run_test(notifications=True) as pilot:
        app.push_screen(WeightsScreen(filled, "tiny"))
        await settle(pilot)
        assert "Nothing has points on several criteria here yet" in painted(app)
        assert "viva judge tiny" in painted(app)
        await press(pilot, "s", "p", "R")
        assert isinstance(app.screen, WeightsScreen)
