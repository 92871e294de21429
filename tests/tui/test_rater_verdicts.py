"""Down to what each rater said about a text."""

from tests.fakes.results import current, press, rate
from tests.fakes.screen import SIZES, flowing, painted, settle
from viva.tui.app import VivaApp
from viva.tui.screens.rater_verdicts import RaterVerdictsScreen
from viva.tui.screens.texts import TextsScreen
from viva.workbench import Workbench


@SIZES
async def test_from_the_texts_to_each_raters_values_and_back(filled: Workbench, size: tuple[int, int]) -> None:
    rate(filled)
    app = VivaApp(filled, "results")
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "e", "e", "r")
        current(pilot, RaterVerdictsScreen)
        assert "starter" in painted(app)
        assert "ann on starter · study tiny-test" in painted(app)
        assert "(no comment)" in flowing(app)
        await press(pilot, "down")
        assert "ann on tuned · study tiny-test" in painted(app)
        assert "80.0" in painted(app)
        await press(pilot, "escape")
        current(pilot, TextsScreen)


async def test_where_nobody_rated_it_says_so(filled: Workbench) -> None:
    app = VivaApp(filled, "results")
    async with app.run_test() as pilot:
        await settle(pilot)
        await press(pilot, "e", "e", "r")
        assert "Nobody has rated a text for this question" in painted(app)
        await press(pilot, "escape")
        current(pilot, TextsScreen)
