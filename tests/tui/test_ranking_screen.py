"""Ranking from pairs: whose verdicts, each two systems, a baseline, and the empty screen, by keyboard."""

import pytest

from tests.fakes import compared
from tests.fakes.screen import SIZES, flowing, painted, press, settle
from viva.tui.app import VivaApp
from viva.tui.line_filter import HarmlessText
from viva.tui.screens.ranking import RankingScreen
from viva.tui.widgets.chooser import ChooserScreen
from viva.tui.widgets.row_table import RowTable
from viva.workbench import Workbench

HOSTILE = "[/foo]\x1b[2J[@click=app.quit]x"
SYSTEMS = ("starter", "tuned-e3-lr3e-4-r16-a32-all-linear", HOSTILE)


@pytest.fixture
def duel(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    # Without the app's last barrier what a screen forgets to clean is seen.
    monkeypatch.setattr(HarmlessText, "apply", lambda _self, segments, _background: segments)
    compared.write(bench, SYSTEMS, 24)
    first, second, third = SYSTEMS
    compared.prefer(
        bench,
        [(n, first, second, second if n % 4 else first) for n in range(24)]
        + [(n, first, third, third if n % 3 else None) for n in range(24)],
    )
    compared.judge(bench, [(n, first, second, second) for n in range(24)])
    return bench


@SIZES
async def test_systems_are_ranked_with_intervals(duel: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(duel)
    async with app.run_test(size=size, notifications=True) as pilot:
        app.push_screen(RankingScreen(duel, compared.DATASET, "test"))
        await settle(pilot)
        text = painted(app)
        assert "duel · test · people, on the whole" in text
        assert "48/48 pairs, 24 questions" in text
        assert "├" in text
        assert "●" in text
        assert "\x1b" not in text
        assert "[/foo]␛" in text
        assert "starter" in text.splitlines()[5]
        await press(pilot, "end")
        assert "starter: 24 questions, 6 won, 8 tied, 34 lost" in flowing(app)


@SIZES
async def test_pairs_a_baseline_and_back(duel: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(duel)
    async with app.run_test(size=size, notifications=True) as pilot:
        app.push_screen(RankingScreen(duel, compared.DATASET))
        await settle(pilot)
        await press(pilot, "p")
        assert "against" in painted(app)
        assert "characters" in flowing(app)
        await press(pilot, "p", "end", "b")
        assert "against starter" in painted(app)
        assert "equal lengths" in painted(app)
        assert "starter: the baseline" in painted(app)
        await press(pilot, "b")
        assert "against starter" not in painted(app)
        await press(pilot, "question_mark")
        assert "Help" in painted(app)
        await press(pilot, "escape", "escape")
        assert not isinstance(app.screen, RankingScreen)


async def test_whose_verdicts_is_chosen_and_what_is_odd_is_said(duel: Workbench) -> None:
    app = VivaApp(duel)
    async with app.run_test(notifications=True) as pilot:
        app.push_screen(RankingScreen(duel, compared.DATASET))
        await settle(pilot)
        await press(pilot, "s")
        assert isinstance(app.screen, ChooserScreen)
        await press(pilot, "down", "enter")
        assert "oracle (reference), on the whole" in painted(app)
        assert "strengths have no end" in flowing(app)
        assert len(painted(app).splitlines()) == 24


async def test_an_empty_screen_says_how_to_come_to_comparisons(filled: Workbench) -> None:
    app = VivaApp(filled)
    async with app.run_test(notifications=True) as pilot:
        app.push_screen(RankingScreen(filled, "tiny", "test"))
        await settle(pilot)
        text = painted(app)
        assert "No two systems have been compared in pairs here yet" in text
        assert "viva judge tiny --split SPLIT --judge MODEL --pairwise" in text
        assert not app.screen.query_one(RowTable).display
        await press(pilot, "s", "p", "b", "R")
        assert isinstance(app.screen, RankingScreen)


async def test_comparisons_without_a_verdict_are_told(bench: Workbench) -> None:
    compared.write(bench, ("one", "two"), 2)
    compared.unscored(bench, 0, "one", "two")
    app = VivaApp(bench)
    async with app.run_test(notifications=True) as pilot:
        app.push_screen(RankingScreen(bench, compared.DATASET))
        await settle(pilot)
        assert "none of 1 comparison has a verdict" in painted(app)


async def test_where_all_is_tied_there_is_no_column_of_intervals(bench: Workbench) -> None:
    compared.write(bench, SYSTEMS[:2], 4)
    compared.prefer(bench, [(n, *SYSTEMS[:2], None) for n in range(4)])
    app = VivaApp(bench)
    async with app.run_test(size=(120, 40)) as pilot:
        app.push_screen(RankingScreen(bench, compared.DATASET))
        await settle(pilot)
        assert "every comparison ended in a tie" in flowing(app)
        assert len(app.screen.query_one(RowTable).columns) == 6
