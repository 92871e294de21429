"""Two systems compared on screen: the measures, what is told of each, and the way down to both texts."""

import pytest

from tests.fakes.hostile import FORBIDDEN
from tests.fakes.rated_rounds import DATASET, fill_round, judge_round
from tests.fakes.results import current, press, rate
from tests.fakes.screen import SIZES, SMALL, flowing, painted, settle
from viva.records.dataset import Example
from viva.store import datasets
from viva.tui.app import VivaApp
from viva.tui.line_filter import HarmlessText
from viva.tui.screens.system_apart import SystemApartScreen
from viva.tui.screens.system_compare import SystemCompareScreen
from viva.tui.screens.texts import TextsScreen
from viva.tui.widgets.chooser import ChooserScreen
from viva.tui.widgets.row_table import RowTable
from viva.workbench import Workbench


@pytest.fixture
def round_(bench: Workbench) -> Workbench:
    fill_round(bench)
    judge_round(bench)
    return bench


@SIZES
async def test_every_measure_has_its_difference_and_is_explained(round_: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(round_)
    async with app.run_test(size=size, notifications=True) as pilot:
        await app.push_screen(SystemCompareScreen(round_, DATASET, "test", "tuned-8b", "base-3b"))
        await settle(pilot)
        text = painted(app)
        assert "tuned-8b − base-3b · round · test" in text
        assert "tuned-8b is better on" in text
        human = next(line for line in text.splitlines() if "Human total /100" in line)
        assert "▲" in human
        assert "27/27" in human
        assert ("▒" in human) == (size[0] > 100)
        assert "95% interval" in flowing(app)
        await press(pilot, "down", "down")
        assert "completeness /30: tuned-8b is better" in painted(app)


async def test_from_a_measure_to_the_questions_and_to_both_texts_and_back(round_: Workbench) -> None:
    app = VivaApp(round_)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await app.push_screen(SystemCompareScreen(round_, DATASET, "test", "tuned-8b", "base-3b"))
        await settle(pilot)
        await press(pilot, "enter")
        apart = current(pilot, SystemApartScreen)
        rows = round_.comparisons.apart("tuned-8b", "base-3b", DATASET, apart._one.key, "test")
        assert rows[0].question in painted(app)
        await press(pilot, "down", "enter")
        current(pilot, TextsScreen)
        await press(pilot, "2")
        assert rows[1].first_text is not None
        assert rows[1].first_text in flowing(app)
        await press(pilot, "n", "escape")
        current(pilot, SystemApartScreen)
        assert app.screen.query_one(RowTable).cursor_row == 2
        await press(pilot, "escape")
        current(pilot, SystemCompareScreen)


async def test_other_systems_can_be_chosen_and_turned_round(round_: Workbench) -> None:
    app = VivaApp(round_)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await app.push_screen(SystemCompareScreen(round_, DATASET))
        await settle(pilot)
        assert "base-3b − tuned-3b" in painted(app)
        await press(pilot, "w")
        assert "tuned-3b − base-3b" in painted(app)
        await press(pilot, "o")
        current(pilot, ChooserScreen)
        await press(pilot, "down", "enter")
        assert "tuned-3b − tuned-8b" in painted(app)
        before = app.screen.query_one(RowTable).row_count
        await press(pilot, "a")
        assert app.screen.query_one(RowTable).row_count == before + 2


@SIZES
async def test_one_system_alone_says_what_to_do(bench: Workbench, size: tuple[int, int]) -> None:
    with bench.store.write() as connection:
        datasets.add(connection, "id", "bare", "bare.csv", [Example("q", "r", split="test", example_id="e")])
    app = VivaApp(bench)
    async with app.run_test(size=size, notifications=True) as pilot:
        await app.push_screen(SystemCompareScreen(bench, "bare"))
        await settle(pilot)
        assert "No two systems have written for bare" in painted(app)
        await press(pilot, "enter", "o", "w", "a")
        current(pilot, SystemCompareScreen)


async def test_hostile_texts_do_no_harm(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HarmlessText, "apply", lambda _self, segments, _background: segments)
    rate(filled)
    app = VivaApp(filled)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await app.push_screen(SystemCompareScreen(filled, "tiny", "test", "tuned", "starter"))
        await settle(pilot)
        await press(pilot, "enter")
        current(pilot, SystemApartScreen)
        assert not FORBIDDEN.search(painted(app).replace("\n", ""))
