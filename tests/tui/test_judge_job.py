"""A job that judges, followed, and a trial: how far, what it costs, how values are spread, every prompt and reply."""

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.jobs_on_disk import add_job, alive
from tests.fakes.judging import USUAL, FixedJudging, Pair, Row, arguments, call, judging_events, unscored
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from viva.errors import StoreBusy
from viva.records.job import JobKind, JobStatus
from viva.records.judging import BASELINE, CriterionSpread, JudgeRequest, Purpose
from viva.tui.app import VivaApp
from viva.tui.screens.judge_call import JudgeCallScreen
from viva.tui.screens.judge_job import JudgeJobScreen
from viva.tui.screens.judge_trial import JudgeTrialScreen
from viva.tui.screens.judge_unscored import JudgeUnscoredScreen
from viva.tui.screens.judge_verdicts import JudgeVerdictsScreen
from viva.tui.widgets.text_pane import TextPane
from viva.workbench import Workbench

NAME, TITLE = "20260101-1", "tiny/test by strong"


@pytest.fixture(autouse=True)
def judging(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> FixedJudging:
    return FixedJudging(bench, monkeypatch)


def values(workbench: Workbench, request: JudgeRequest = USUAL, **more: Any) -> dict[str, Any]:
    """Return what the job on disk is."""
    rubric = workbench.rubrics.get("default")
    return {"kind": JobKind.JUDGE, "arguments": arguments(request, rubric, more.pop("examples", None)), **more}


async def opened(pilot: Pilot[Any]) -> JudgeJobScreen:
    await settle(pilot)
    await press(pilot, "enter")
    assert isinstance(pilot.app.screen, JudgeJobScreen)
    return pilot.app.screen


@SIZES
async def test_a_running_job_shows_its_spend_the_spread_so_far_and_the_latest_reasons(
    filled: Workbench, judging: FixedJudging, size: tuple[int, int]
) -> None:
    app = VivaApp(filled, "jobs")
    with alive(filled, NAME, TITLE, **values(filled, events=judging_events(5, unscored=2))):
        async with app.run_test(size=size) as pilot:
            await opened(pilot)
            text = flowing(app)
            for part in (
                "judge tiny/test by strong",
                "● running · 5 of 8",
                "62%",
                "strong · against the reference · rubric default",
                "now strong · cost 0.16 · 2 unscored",
                "Accuracy Completeness Relevance Practicality",
                "7 of 8 scored",
                "mean 3.00 mean 2.00 mean 5.00 no mean yet",
                "Latest: strong scored a text",
                "Accuracy 4: Mostly right.",
            ):
                assert part in text, part
            footer = painted(app).splitlines()[-1]
            for key in ("v Verdicts", "u Unscored", "l Log", "k Cancel", "? Help", "Esc Back"):
                assert key in footer
            assert "Next judge" not in footer


async def test_a_look_that_finds_the_store_busy_is_made_again(filled: Workbench, judging: FixedJudging) -> None:
    def busy(*_: Any) -> Any:
        raise StoreBusy("held by another program")

    spread, judging.spread = judging.spread, busy  # type: ignore[method-assign]
    app = VivaApp(filled, "jobs")
    with alive(filled, NAME, TITLE, **values(filled, events=judging_events(2))):
        async with app.run_test(size=SMALL, notifications=True) as pilot:
            screen = await opened(pilot)
            assert "held by another program" not in flowing(app)
            judging.spread = spread  # type: ignore[method-assign]
            screen.look()
            await settle(pilot)
            assert "7 of 8 scored" in flowing(app)


async def test_each_judge_and_the_panel_have_a_spread_of_their_own(filled: Workbench, judging: FixedJudging) -> None:
    request = replace(USUAL, judges=("strong", BASELINE), panel="both")
    judging.made = []
    add_job(filled, NAME, TITLE, status=JobStatus.DONE, **values(filled, request, events=judging_events(8)))
    app = VivaApp(filled, "jobs")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        assert "strong · 1 of 3, j shows the next" in flowing(app)
        assert "No reply has come yet" in flowing(app)
        await press(pilot, "j")
        assert "embedding-baseline · 2 of 3" in flowing(app)
        assert "embedding-baseline is not asked: v shows what it computed" in flowing(app)
        await press(pilot, "j")
        assert "both · 3 of 3" in flowing(app)
        assert "A panel says nothing of its own" in flowing(app)


async def test_a_finished_job_says_what_it_took_and_leads_to_what_was_said(
    filled: Workbench, judging: FixedJudging
) -> None:
    judging.rows = [Row("generation-10", "example-5")]
    judging.missing = [unscored()]
    result = {"unscored": 1, "cost": 0.25, "prompt_tokens": 80, "completion_tokens": 9, "stopped": "budget"}
    more = values(filled, events=judging_events(8), result=result, log="said by the program")
    add_job(filled, NAME, TITLE, status=JobStatus.DONE, **more)
    app = VivaApp(filled, "jobs")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        assert "cost 0.25 · 1 unscored · 80 tokens read, 9 written" in flowing(app)
        assert "It stopped at its budget" in flowing(app)
        await press(pilot, "v")
        assert isinstance(app.screen, JudgeVerdictsScreen)
        await press(pilot, "escape", "u")
        assert isinstance(app.screen, JudgeUnscoredScreen)
        await press(pilot, "escape", "l")
        assert "said by the program" in flowing(app)
        await press(pilot, "l")
        assert "7 of 8 scored" in flowing(app)


async def test_comparisons_are_counted_and_read_with_their_prompts(filled: Workbench, judging: FixedJudging) -> None:
    request = replace(USUAL, pairwise=True)
    won = Pair("strong", "reference", "generation-00", "starter", "tuned", "example-5", 6, None, "b", None, "call-1")
    judging.pairs = [won, won, won._replace(winner=None, unscored="two different verdicts")]
    winners = {"winners": {"overall": {"winner": "first", "unscored": None, "rationale": "It names data."}}}
    judging.made = [call(purpose=Purpose.PAIR, outcome=winners)]
    add_job(filled, NAME, TITLE, status=JobStatus.DONE, **values(filled, request, events=judging_events(3)))
    app = VivaApp(filled, "jobs")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        assert "starter or tuned" in flowing(app)
        assert "On the whole starter 0 · tuned 2 · tie 0 · 1 unscored" in flowing(app)
        assert "Overall the text shown first: It names data." in flowing(app)
        await press(pilot, "v")
        assert isinstance(app.screen, JudgeCallScreen)
        assert "the prompt of call-1" in flowing(app)
        await press(pilot, "escape", "u")
        assert "starter or tuned · against the reference · Example 6" in flowing(app)
        assert "two different verdicts" in flowing(app)


@SIZES
async def test_a_trial_shows_each_prompt_reply_and_what_was_made_of_it(
    filled: Workbench, judging: FixedJudging, size: tuple[int, int]
) -> None:
    second = call("call-2", example_id="example-6", reply="the second reply")
    judging.made = [second, call("elsewhere", example_id="example-7"), call()]
    more = values(filled, replace(USUAL, limit=2), events=judging_events(2), examples=["example-5", "example-6"])
    app = VivaApp(filled)
    with alive(filled, NAME, TITLE, **more) as job:
        async with app.run_test(size=size) as pilot:
            app.push_screen(JudgeTrialScreen(filled, job))
            await settle(pilot)
            assert "Question 1 · strong scored a text" in flowing(app)
            assert "call 1 of 2" in flowing(app)
            assert "the prompt of call-1" in flowing(app)
            await press(pilot, "3")
            assert "✗ does not stand in the text" in flowing(app)
            await press(pilot, "n", "2")
            assert "Question 2 · strong scored a text" in flowing(app)
            assert "the second reply" in flowing(app)
            assert "n Next call" not in painted(app).splitlines()[-1]
            await press(pilot, "p", "1")
            assert "the prompt of call-1" in flowing(app)


async def test_tab_goes_through_the_three_texts_where_one_is_seen_at_a_time(
    filled: Workbench, judging: FixedJudging
) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        app.push_screen(JudgeCallScreen(filled, ["call-1"]))
        await settle(pilot)
        for title in ("Prompt", "Reply", "What was made of it", "Prompt"):
            assert isinstance(app.focused, TextPane)
            assert app.focused.title == title
            await press(pilot, "tab")


async def test_a_trial_of_the_baseline_says_that_it_asks_nobody(filled: Workbench, judging: FixedJudging) -> None:
    judging.made = []
    judging.rows = [Row("generation-10", "example-5"), Row("generation-11", "example-6")]
    request = replace(USUAL, judges=(BASELINE,))
    more = values(filled, request, events=judging_events(2, judge=BASELINE), examples=["example-6"])
    job = add_job(filled, NAME, TITLE, status=JobStatus.DONE, **more).job()
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        app.push_screen(JudgeTrialScreen(filled, job))
        await settle(pilot)
        assert "embedding-baseline is no language model: there is no prompt" in flowing(app)
        await press(pilot, "v")
        assert isinstance(app.screen, JudgeVerdictsScreen)
        assert "Example 7" in flowing(app)


async def test_a_trial_that_failed_shows_why_and_the_log(filled: Workbench, judging: FixedJudging) -> None:
    judging.made = []
    more = values(filled, error="status 401 from the server\nexport KEY=…", log="Traceback: it broke")
    job = add_job(filled, NAME, TITLE, status=JobStatus.FAILED, **more).job()
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        app.push_screen(JudgeTrialScreen(filled, job))
        await settle(pilot)
        assert "status 401 from the server" in flowing(app)
        assert "Traceback: it broke" in flowing(app)
        assert "r Resume" in painted(app).splitlines()[-1]


@SIZES
async def test_job_and_trial_live_through_hostile_texts(
    filled: Workbench, judging: FixedJudging, size: tuple[int, int]
) -> None:
    said = {text: {"value": 1.0, "unscored": text, "rationale": text, "evidence": text} for text in HOSTILE}
    judging.made = [
        call(f"call-{n}", judge=text, reply=text, reason=text, outcome={"criteria": said}, asked_as=text)
        for n, text in enumerate(HOSTILE)
    ]
    judging.spreads = [CriterionSpread(text, ((1.0, 1),), 1, 1.0) for text in HOSTILE]
    judges = tuple(text.encode("utf-8", "replace").decode() for text in HOSTILE)
    request = replace(USUAL, judges=judges)
    app = VivaApp(filled, "jobs")
    with alive(filled, NAME, HOSTILE[5], **values(filled, request, events=judging_events(2, judge=HOSTILE[3]))) as job:
        async with app.run_test(size=size) as pilot:
            await opened(pilot)
            for _ in range(4):
                assert not FORBIDDEN.search(painted(app))
                await press(pilot, "j")
            app.push_screen(JudgeTrialScreen(filled, job))
            await settle(pilot)
            for _ in range(4):
                for key in "123n":
                    await press(pilot, key)
                    assert not FORBIDDEN.search(painted(app)), key
