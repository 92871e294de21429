"""Verdicts beside the text they are about, and the list of those that are missing with the way to ask again."""

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.judging import USUAL, FixedJudging, judgments, unscored
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from tests.fakes.screen import USUAL as WIDE
from viva.present import judge_verdicts as words
from viva.present.judge_verdicts import JudgedText
from viva.records.judging import BASELINE, JudgeMode, PlannedJudge
from viva.tui.app import VivaApp
from viva.tui.screens.confirm import ConfirmScreen
from viva.tui.screens.judge_call import JudgeCallScreen
from viva.tui.screens.judge_job import JudgeJobScreen
from viva.tui.screens.judge_unscored import JudgeUnscoredScreen
from viva.tui.screens.judge_verdicts import JudgeVerdictsScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.text_pane import TextPane
from viva.workbench import Workbench

TEXTS = [JudgedText("example-5", "generation-10"), JudgedText("example-5", "generation-00")]


@pytest.fixture(autouse=True)
def judging(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> FixedJudging:
    fake = FixedJudging(filled, monkeypatch)
    rubric = filled.rubrics.get("default")
    both = [*judgments(rubric, "generation-10"), *judgments(rubric, "generation-10", BASELINE)]
    fake.said = {"generation-10": both}
    return fake


async def shown(pilot: Any, screen: Any) -> Any:
    await settle(pilot)
    pilot.app.push_screen(screen)
    await settle(pilot)
    return screen


@SIZES
async def test_verdicts_stand_beside_question_reference_and_text(filled: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=size) as pilot:
        screen = await shown(pilot, JudgeVerdictsScreen(filled, "tiny", TEXTS))
        text = flowing(app)
        for part in (
            "Example 6 · tuned",
            "1 of 2",
            "volunteers; the",
            "strong · reference",
            "Accuracy 4 32.0 ✓ found",
            "Completeness 2 12.0 ✗ not found",
            "Practicality",
            "unscored",
            "no total",
            "Accuracy 4: Mostly right.",
        ):
            assert part in text, part
        assert [screen.query_one(f"#pane-{number}", TextPane).text[:10] for number in (1, 2, 3)] == [
            "How early ", "Skeletons ", "Skeletons ",
        ]  # fmt: skip
        await press(pilot, "down")
        assert "4 on the scale 0–5: Right, with small slips" in flowing(app)
        await press(pilot, "down", "down", "down")
        assert "Unscored: not given" in flowing(app)


async def test_texts_stand_behind_one_another_on_a_small_screen(filled: Workbench) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        screen = await shown(pilot, JudgeVerdictsScreen(filled, "tiny", TEXTS))
        panes = [screen.query_one(f"#pane-{number}") for number in (1, 2, 3)]
        assert [bool(pane.region) for pane in panes] == [False, False, True]
        await press(pilot, "1")
        assert [bool(pane.region) for pane in panes] == [True, False, False]
        assert "How early can crowd pressure" in flowing(app)
        await pilot.resize_terminal(*WIDE)
        await settle(pilot)
        assert all(pane.region for pane in panes)


@pytest.mark.parametrize("key", ["enter", "p"])
async def test_the_call_behind_a_verdict_can_be_read(filled: Workbench, judging: FixedJudging, key: str) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot, JudgeVerdictsScreen(filled, "tiny", TEXTS))
        await press(pilot, key)
        assert isinstance(app.screen, JudgeCallScreen)
        assert "the prompt of call-1" in flowing(app)
        assert judging.reads == ["call-1"]


async def test_a_verdict_that_was_computed_has_no_call(filled: Workbench) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        screen = await shown(pilot, JudgeVerdictsScreen(filled, "tiny", TEXTS))
        assert "Prompt and reply" in painted(app).splitlines()[-1]
        screen.query_one(RowTable).move_cursor(row=6)
        await settle(pilot)
        assert "Prompt and reply" not in painted(app).splitlines()[-1]
        await press(pilot, "enter", "p")
        assert app.screen is screen


async def test_a_text_that_nobody_judged_says_what_to_do(filled: Workbench) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot, JudgeVerdictsScreen(filled, "tiny", TEXTS))
        await press(pilot, "n")
        assert "Example 6 · starter" in flowing(app)
        assert "No judge has scored this text on a rubric yet" in flowing(app)
        await press(pilot, "N")
        assert "strong · reference" in flowing(app)


async def test_the_results_lead_down_to_what_judges_said_about_a_text(filled: Workbench) -> None:
    app = VivaApp(filled, "results")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        for key in ("enter", "enter", "3"):
            await press(pilot, key)
        assert "j Judges" in painted(app).splitlines()[-1]
        await press(pilot, "j")
        assert isinstance(app.screen, JudgeVerdictsScreen)
        assert "Example 6 · tuned" in flowing(app)
        assert "strong · reference" in flowing(app)


async def test_the_verdicts_of_the_judge_that_was_looked_at_are_under_the_cursor(
    filled: Workbench, judging: FixedJudging
) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=(80, 24)) as pilot:
        for judge, head in ((None, "strong"), (BASELINE, BASELINE), ("nobody", "strong")):
            screen = await shown(pilot, JudgeVerdictsScreen(filled, "tiny", TEXTS, judge=judge))
            line = screen._line()
            assert line is not None
            assert line.judgment.judge == head


def test_whose_verdicts_have_all_a_value_is_said() -> None:
    assert "of far in the mode reference" in words.none_unscored("far", JudgeMode.REFERENCE)
    assert "Every verdict in the mode" in words.none_unscored(None, JudgeMode.INDEPENDENT)


@SIZES
async def test_what_is_missing_is_listed_with_its_reason_and_its_call(
    filled: Workbench, judging: FixedJudging, size: tuple[int, int]
) -> None:
    judging.missing = [unscored(criterion="relevance", reason="not given"), unscored(1, call_id=None)]
    app = VivaApp(filled)
    async with app.run_test(size=size) as pilot:
        await shown(pilot, JudgeUnscoredScreen(filled, USUAL))
        text = flowing(app)
        for part in ("tiny · test", "1–2 of 2", "strong tuned relevance not given", "How early can crowd pressure"):
            assert part in text, part
        await press(pilot, "enter")
        assert isinstance(app.screen, JudgeCallScreen)
        await press(pilot, "escape", "down")
        assert "Open call" not in painted(app).splitlines()[-1]
        await press(pilot, "v")
        assert isinstance(app.screen, JudgeVerdictsScreen)


async def test_long_lists_come_in_pages(filled: Workbench, judging: FixedJudging) -> None:
    judging.missing = [unscored(number) for number in range(130)]
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot, JudgeUnscoredScreen(filled, USUAL))
        assert "1–100 and more" in flowing(app)
        await press(pilot, "n")
        assert "101–130 of 130" in flowing(app)
        assert "Page on" not in painted(app).splitlines()[-1]
        await press(pilot, "p")
        assert "1–100 and more" in flowing(app)


async def test_asking_again_costs_money_and_is_asked_about_first(filled: Workbench, judging: FixedJudging) -> None:
    judging.missing = [unscored()]
    judging.planned = (PlannedJudge("strong", 8, 7, 0, 1, 900, 100, False, 0.03, 2.0),)
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        screen = await shown(pilot, JudgeUnscoredScreen(filled, USUAL))
        await press(pilot, "r")
        assert isinstance(app.screen, ConfirmScreen)
        assert "Ask again: 1 call to strong?" in flowing(app)
        await press(pilot, "n")
        assert app.screen is screen
        assert judging.started == []
        await press(pilot, "r", "y")
        assert judging.started == [replace(USUAL, retry=True)]
        assert isinstance(app.screen, JudgeJobScreen)


async def test_where_nothing_is_missing_the_list_says_so(filled: Workbench, judging: FixedJudging) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        screen = await shown(pilot, JudgeUnscoredScreen(filled, USUAL))
        assert "Every verdict of strong in the mode reference has a value" in flowing(app)
        await press(pilot, "enter", "v", "r", "n", "p")
        assert app.screen is screen
        assert judging.started == []


@SIZES
async def test_verdicts_and_the_list_live_through_hostile_texts(
    filled: Workbench, judging: FixedJudging, size: tuple[int, int]
) -> None:
    rubric = filled.rubrics.get("default")
    first = judgments(rubric, "generation-10")[0]
    judging.said["generation-10"] = [
        replace(first, event_id=str(n), judge=text, rationale=text, evidence=text, sample=n)
        for n, text in enumerate(HOSTILE)
    ]
    judging.missing = [
        unscored(judge=text, system=text, criterion=text, reason=text, question=text) for text in HOSTILE
    ]
    app = VivaApp(filled)
    async with app.run_test(size=size) as pilot:
        await shown(pilot, JudgeVerdictsScreen(filled, "tiny", TEXTS))
        for _ in range(2 * len(HOSTILE)):
            await press(pilot, "down")
            assert not FORBIDDEN.search(painted(app))
        await shown(pilot, JudgeUnscoredScreen(filled, USUAL))
        for _ in HOSTILE:
            await press(pilot, "down")
            assert not FORBIDDEN.search(painted(app))
