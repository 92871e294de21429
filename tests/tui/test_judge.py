"""The form that has texts judged: what it asks for, what it says that comes to, and how it starts."""

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Checkbox, Input, Select

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.judging import USUAL, FixedJudging, Row
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from tests.fakes.train_form import until
from viva.errors import UsageError
from viva.records.dataset import Example
from viva.records.judging import BASELINE, JudgeMode, JudgeRequest, JudgeSettings, PlannedJudge
from viva.records.model import Model, ModelKind
from viva.store import datasets
from viva.tui.app import VivaApp
from viva.tui.screens import counting
from viva.tui.screens.confirm import ConfirmScreen
from viva.tui.screens.endpoint_add import EndpointAddScreen
from viva.tui.screens.home import HomeScreen
from viva.tui.screens.judge import JudgeScreen
from viva.tui.screens.judge_job import JudgeJobScreen
from viva.tui.screens.judge_trial import JudgeTrialScreen
from viva.tui.screens.judge_unscored import JudgeUnscoredScreen
from viva.tui.screens.judge_verdicts import JudgeVerdictsScreen
from viva.tui.widgets.tick_list import TickList
from viva.workbench import Workbench

FREE = PlannedJudge(BASELINE, 8, 0, 0, 0, 0, 0, False, 0.0, None)


@pytest.fixture(autouse=True)
def judging(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> FixedJudging:
    monkeypatch.setattr(counting, "SECONDS", 0.01)
    return FixedJudging(bench, monkeypatch)


async def opened(pilot: Pilot[Any]) -> JudgeScreen:
    await settle(pilot)
    assert isinstance(pilot.app.screen, JudgeScreen)
    return pilot.app.screen


@SIZES
async def test_the_form_fits_on_the_screen_and_says_what_it_comes_to(
    filled: Workbench, judging: FixedJudging, size: tuple[int, int]
) -> None:
    app = VivaApp(filled, "judge")
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        text = flowing(app)
        for part in (
            "tiny (9 examples)",
            "test (4 questions)",
            "[ ] embedding-baseline no language model",
            "[x] strong endpoint",
            "[x] starter",
            "[x] tuned",
            "default: 4 criteria",
            "Against the reference",
            "Compare in pairs",
            "Each criterion too",
            "Samples 1 Temperature 0",
            "Expected values",
            "Limit all questions",
            "Panel none Budget none",
            "To do 8 verdicts by 1 judge",
            "Calls 8",
            "about 9,000 read, 1,200 written at most",
            "Cost 0.25 by the prices of the judges",
            "Time not known before its first verdicts",
        ):
            assert part in text, part
        footer = painted(app).splitlines()[-1]
        for key in ("Ctrl+S Start", "t Trial", "? Help", "Esc Back"):
            assert key in footer
        assert judging.asked == [USUAL]


async def test_home_leads_to_the_form_with_j(filled: Workbench) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "j Judge" in painted(app).splitlines()[-1]
        await press(pilot, "j")
        await opened(pilot)
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


async def test_all_that_is_asked_for_goes_along_by_keyboard_alone_after_a_question_about_the_cost(
    filled: Workbench, judging: FixedJudging
) -> None:
    app = VivaApp(filled, "judge")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        # Past dataset and split, both judges, the second system off, the rubric, the second mode.
        await press(pilot, "tab", "tab", "x", "tab", "down", "space", "tab", "tab", "enter", "down", "enter")
        await press(pilot, "tab", "tab", "tab", *"3", "tab", *"0.7", "tab", "tab", *"2", "tab", *"two", "tab", *"1.5")
        assert screen.form().problem(filled.datasets.list()) == (
            "judges", "embedding-baseline cannot draft an approach of its own: take its tick away",
        )  # fmt: skip
        screen.query_one("#mode", Select).value = JudgeMode.REFERENCE.value
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, ConfirmScreen)
        assert "Judge: 8 calls to strong?" in flowing(app)
        assert "That costs at most 0.25. Asking stops at the budget of 1.50." in flowing(app)
        await press(pilot, "n")
        assert judging.started == []
        await press(pilot, "ctrl+s", "y")
        assert judging.started == [
            JudgeRequest(
                "tiny", "test", (BASELINE, "strong"), systems=("starter",), panel="two", budget=1.5, limit=2,
                settings=JudgeSettings(temperature=0.7, samples=3),
            )
        ]  # fmt: skip
        assert isinstance(app.screen, JudgeJobScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, JudgeScreen)


async def test_what_costs_nothing_starts_without_a_question(filled: Workbench, judging: FixedJudging) -> None:
    judging.planned = (FREE,)
    app = VivaApp(filled, "judge")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        assert "Calls none nobody is asked" in flowing(app)
        await press(pilot, "ctrl+s")
        assert judging.started == [USUAL]
        assert isinstance(app.screen, JudgeJobScreen)


async def test_what_has_no_price_is_asked_about(filled: Workbench, judging: FixedJudging) -> None:
    judging.planned = (PlannedJudge("strong", 8, 0, 0, 8, 9000, 1200, False, None, 40.0),)
    app = VivaApp(filled, "judge")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        assert "Cost not known no prices are known for strong" in flowing(app)
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, ConfirmScreen)
        assert "what it costs is not known" in flowing(app)


async def test_a_trial_takes_three_questions_and_shows_the_prompt(filled: Workbench, judging: FixedJudging) -> None:
    app = VivaApp(filled, "judge")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await press(pilot, "t", "y")
        [request] = judging.started
        assert (request.limit, request.trial) == (3, True)
        assert isinstance(app.screen, JudgeTrialScreen)
        assert "the prompt of call-1" in flowing(app)


async def test_letters_are_typed_in_a_field_and_do_nothing_else_there(filled: Workbench, judging: FixedJudging) -> None:
    app = VivaApp(filled, "judge")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        screen.query_one("#panel", Input).focus()
        await press(pilot, *"tuva")
        assert screen.query_one("#panel", Input).value == "tuva"
        assert "Trial" not in painted(app).splitlines()[-1]
        assert isinstance(app.screen, JudgeScreen)
        assert judging.started == []


@pytest.mark.parametrize(
    ("field", "typed", "complaint"),
    [
        ("samples", "0", "Samples must be a whole number from 1 on, not 0"),
        ("temperature", "[/foo]", "Temperature must be a number from 0 to 2, not [/foo]"),
        ("budget", "0", "Budget must be a number above 0, not 0"),
        ("panel", "two", "A panel needs two judges: tick another"),
    ],
)
async def test_a_field_that_cannot_be_right_is_named_and_gone_to(
    filled: Workbench, judging: FixedJudging, field: str, typed: str, complaint: str
) -> None:
    app = VivaApp(filled, "judge")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        screen.query_one(f"#{field}", Input).value = typed
        await press(pilot, "ctrl+s")
        assert complaint in flowing(app)
        assert app.focused is screen.query_one(f"#{field}")
        assert judging.started == []
        screen.query_one(f"#{field}", Input).value = ""
        await until(pilot, lambda: "To do 8 verdicts by 1 judge" in flowing(app))


async def test_where_all_is_judged_nothing_starts_and_v_shows_it(filled: Workbench, judging: FixedJudging) -> None:
    judging.planned = (PlannedJudge("strong", 8, 8, 0, 0, 0, 0, False, 0.0, 0.0),)
    judging.rows = [Row("generation-10", "example-5")]
    app = VivaApp(filled, "judge")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        assert "8 there already" in flowing(app)
        await press(pilot, "ctrl+s")
        assert "nothing is left to ask. v shows them" in flowing(app)
        assert judging.started == []
        await press(pilot, "v")
        assert isinstance(app.screen, JudgeVerdictsScreen)
        await press(pilot, "escape", "u")
        assert isinstance(app.screen, JudgeUnscoredScreen)


@SIZES
async def test_without_a_dataset_the_form_says_how_to_get_one(bench: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(bench, "judge")
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        assert "There is no dataset to judge for yet" in flowing(app)
        assert "Start" not in painted(app).splitlines()[-1]
        await press(pilot, "ctrl+s", "t", "u", "v", "a", "tab")
        assert isinstance(app.screen, JudgeScreen)


@SIZES
async def test_without_a_text_the_form_says_who_lets_models_write(
    bench: Workbench, judging: FixedJudging, size: tuple[int, int]
) -> None:
    with bench.store.write() as connection:
        datasets.add(connection, "new", "new", "n.csv", [Example("q", "r", split="test", example_id="e")])
    app = VivaApp(bench, "judge")
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        assert "none has written for this split yet" in flowing(app)
        assert "viva generate new --split test" in flowing(app)
        await press(pilot, "ctrl+s")
        assert judging.started == []
        assert judging.asked == []


async def test_without_a_real_judge_the_baseline_is_ticked_and_a_adds_one(
    filled: Workbench, judging: FixedJudging
) -> None:
    judging.known, judging.planned = [BASELINE, filled.models.starter()], (FREE,)
    app = VivaApp(filled, "judge")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        assert "[x] embedding-baseline" in flowing(app)
        assert "No language model behind an address is known yet: a adds one" in flowing(app)
        await press(pilot, "a")
        assert isinstance(app.screen, EndpointAddScreen)
        judging.known = [*judging.known, Model("m", "added", ModelKind.ENDPOINT, "http://127.0.0.1:9/v1")]
        app.screen.dismiss("added")
        await settle(pilot)
        assert screen.query_one("#judges", TickList).ticked == (BASELINE, "added")
        assert "No language model behind an address" not in flowing(app)


async def test_pairs_need_what_can_compare(filled: Workbench, judging: FixedJudging) -> None:
    app = VivaApp(filled, "judge")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        screen.query_one("#per_criterion", Checkbox).value = True
        await until(pilot, lambda: "goes with “Compare in pairs”" in flowing(app))
        screen.query_one("#pairwise", Checkbox).value = True
        await until(pilot, lambda: judging.asked[-1].pairwise and judging.asked[-1].per_criterion)
        screen.query_one("#systems", TickList).focus()
        await press(pilot, "space")
        assert "A pair needs two systems" in flowing(app)


async def test_another_split_brings_its_own_systems(filled: Workbench, judging: FixedJudging) -> None:
    app = VivaApp(filled, "judge")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        screen.query_one("#split", Select).value = "train"
        await until(pilot, lambda: "none has written for this split yet" in flowing(app))
        screen.query_one("#split", Select).value = "test"
        await until(pilot, lambda: "[x] tuned" in flowing(app))
        assert judging.asked[-1] == USUAL


@SIZES
async def test_the_form_lives_through_hostile_texts(
    filled: Workbench, judging: FixedJudging, size: tuple[int, int]
) -> None:
    names = [text.encode("utf-8", "replace").decode() for text in HOSTILE]
    judging.known = [
        BASELINE,
        *(Model(f"m{n}", f"{n} {name}", ModelKind.ENDPOINT, name) for n, name in enumerate(names)),
    ]
    judging.planned = tuple(PlannedJudge(name, 8, 1, 1, 6, 1, 1, False, None, None) for name in names)
    app = VivaApp(filled, "judge")
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot)
        for keys in (["tab"], ["tab"], ["end", "x"], ["tab"], ["tab"], ["enter"], ["escape"], ["ctrl+s"], ["n"]):
            await press(pilot, *keys)
            assert not FORBIDDEN.search(painted(app)), keys
        for number, text in enumerate(HOSTILE):
            judging.planned = UsageError(text, text)
            asked = len(judging.asked)
            screen.query_one("#samples", Input).value = str(number + 2)
            await until(pilot, lambda: len(judging.asked) > asked)  # noqa: B023
            assert not FORBIDDEN.search(painted(app)), number
