"""The table of jobs, and one job in full."""

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.jobs_on_disk import add_job, alive, training_events
from tests.fakes.screen import SIZES, SMALL, USUAL, flowing, painted, press, settle
from viva.records.job import Job, JobKind, JobStatus
from viva.tui.app import VivaApp
from viva.tui.screens.confirm import ConfirmScreen
from viva.tui.screens.job import JobScreen
from viva.tui.screens.jobs import JobsScreen
from viva.tui.widgets.curve import CurvePane, LossPlot
from viva.tui.widgets.job_table import JobTable
from viva.tui.widgets.text_pane import TextPane
from viva.workbench import Workbench

DIVERGED = "training diverged at step 12\nlower the learning rate"


class Calls:
    """Notes which jobs were cancelled and resumed, instead of doing it."""

    def __init__(self, workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[tuple[str, str]] = []

        def note(name: str) -> Any:
            def call(job_id: str) -> Job:
                self.made.append((name, job_id))
                return workbench.jobs.get(job_id)

            return call

        for name in ("cancel", "resume"):
            monkeypatch.setattr(workbench.jobs, name, note(name))


def footer(app: VivaApp) -> str:
    return painted(app).splitlines()[-1]


@SIZES
async def test_jobs_stand_newest_first_with_their_status_in_a_word(bench: Workbench, size: tuple[int, int]) -> None:
    add_job(bench, "20260101-1", "vad/test", kind=JobKind.SCORE, status=JobStatus.DONE)
    add_job(bench, "20260102-2", status=JobStatus.FAILED, error=DIVERGED)
    add_job(bench, "20260103-3", status=JobStatus.CANCELLED)
    add_job(bench, "20260104-4", events=training_events(69))
    app = VivaApp(bench, "jobs")
    with alive(bench, "20260105-5", events=training_events(69)):
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            lines = painted(app).splitlines()[3:8]
            words = ["● running", "! interrupted", "■ cancelled", "✗ failed", "✓ done"]
            assert [line.split()[:2] for line in lines] == [word.split() for word in words]
            assert "train starter-lora: starter on vad" in lines[0]
            assert "50%" in lines[0]
            assert "1 running" in painted(app).splitlines()[0]


async def test_without_jobs_the_screen_says_what_will_stand_there(bench: Workbench) -> None:
    app = VivaApp(bench, "jobs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "No jobs yet" in flowing(app)
        assert "Cancel" not in footer(app)


async def test_the_line_below_tells_the_failure_under_the_cursor(bench: Workbench) -> None:
    add_job(bench, "20260102-2", status=JobStatus.FAILED, error=DIVERGED)
    app = VivaApp(bench, "jobs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "training diverged at step 12 lower the learning rate" in flowing(app)


async def test_only_what_can_be_done_is_offered(bench: Workbench) -> None:
    add_job(bench, "20260101-1", status=JobStatus.DONE)
    add_job(bench, "20260102-2", status=JobStatus.CANCELLED)
    app = VivaApp(bench, "jobs")
    with alive(bench, "20260103-3"):
        async with app.run_test(size=SMALL) as pilot:
            await settle(pilot)
            offered = []
            for _ in range(3):
                offered.append([word for word in ("Cancel", "Resume") if word in footer(app)])
                await press(pilot, "down")
            assert offered == [["Cancel"], ["Resume"], []]


@pytest.mark.parametrize(("key", "made"), [("y", [("cancel", "20260103-3")]), ("n", []), ("escape", [])])
async def test_a_job_is_cancelled_only_after_a_yes(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, key: str, made: list[tuple[str, str]]
) -> None:
    calls = Calls(bench, monkeypatch)
    app = VivaApp(bench, "jobs")
    with alive(bench, "20260103-3", "a [/foo] title"):
        async with app.run_test(size=SMALL) as pilot:
            await settle(pilot)
            await press(pilot, "k")
            assert isinstance(app.screen, ConfirmScreen)
            assert "Cancel train a [/foo] title?" in flowing(app)
            await press(pilot, key)
            assert isinstance(app.screen, JobsScreen)
            assert calls.made == made


async def test_a_vanished_job_is_resumed(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls(bench, monkeypatch)
    add_job(bench, "20260103-3")
    app = VivaApp(bench, "jobs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "r")
        assert calls.made == [("resume", "20260103-3")]


async def test_the_cursor_stays_on_its_job_when_a_new_one_comes(bench: Workbench) -> None:
    add_job(bench, "20260101-1", status=JobStatus.DONE)
    add_job(bench, "20260102-2", status=JobStatus.DONE)
    app = VivaApp(bench, "jobs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "down")
        add_job(bench, "20260103-3", status=JobStatus.DONE)
        screen = app.screen
        assert isinstance(screen, JobsScreen)
        screen.look()
        await settle(pilot)
        job = screen.query_one(JobTable).job
        assert job is not None
        assert job.job_id == "20260101-1"


async def test_how_long_jobs_took_stands_there_only_where_there_is_room(bench: Workbench) -> None:
    add_job(bench, "20260101-1", status=JobStatus.DONE)
    app = VivaApp(bench, "jobs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "Took" not in painted(app)
        await pilot.resize_terminal(*USUAL)
        await settle(pilot)
        assert "1 min" in painted(app).splitlines()[3]
        assert "Took" in painted(app)


@SIZES
async def test_a_running_training_shows_its_curve_and_goes_on_when_left(
    bench: Workbench, size: tuple[int, int]
) -> None:
    then = {"kind": "generate", "title": "vad/test with starter, tuned"}
    app = VivaApp(bench, "jobs")
    with alive(bench, "20260103-3", events=training_events(69), then=then) as job:
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            await press(pilot, "enter")
            text = flowing(app)
            for part in (
                "● running · 69 of 138",
                "50%",
                "training loss 1.301",
                "best step 60 (1.656)",
                "Then: generate vad/test with starter, tuned",
                "⠒⠒ training loss o validation loss ★ best checkpoint",
                "step 0",
            ):
                assert part in text
            assert painted(app).count("★") == 2
            await press(pilot, "escape")
            assert isinstance(app.screen, JobsScreen)
            assert bench.jobs.get(job.job_id).status is JobStatus.RUNNING


async def test_the_curve_follows_the_training(bench: Workbench) -> None:
    app = VivaApp(bench, "jobs")
    with alive(bench, "20260103-3", events=training_events(20)):
        async with app.run_test(size=SMALL) as pilot:
            await settle(pilot)
            await press(pilot, "enter")
            assert painted(app).count("o ") >= 1
            for event in training_events(100)[-100:]:
                bench.jobs._directory("20260103-3").add_event(event)
            screen = app.screen
            assert isinstance(screen, JobScreen)
            screen.look()
            await settle(pilot)
            assert "100 of 138" in flowing(app)
            assert "best step 100" in flowing(app)


async def test_a_training_that_has_not_begun_says_when_the_curve_starts(bench: Workbench) -> None:
    app = VivaApp(bench, "jobs")
    with alive(bench, "20260103-3"):
        async with app.run_test(size=SMALL) as pilot:
            await settle(pilot)
            await press(pilot, "enter")
            assert "The curve starts with the first steps" in flowing(app)
            assert not app.screen.query_one(LossPlot).display


async def test_v_goes_from_curves_to_probes_to_the_log_and_the_footer_says_where_to(bench: Workbench) -> None:
    app = VivaApp(bench, "jobs")
    with alive(bench, "20260103-3", events=training_events(20), log="Loading weights\n"):
        async with app.run_test(size=SMALL) as pilot:
            await settle(pilot)
            await press(pilot, "enter")
            for following, seen in (
                ("v Probes", "best checkpoint"),
                ("v Log", "the first is still to come"),
                ("v Curves", "Loading weights"),
                ("v Probes", "best checkpoint"),
            ):
                assert following in footer(app)
                assert seen in flowing(app)
                await press(pilot, "v")
            assert not app.screen.query_one(CurvePane).display


@SIZES
async def test_a_failed_training_without_a_curve_shows_its_error_and_the_end_of_its_log(
    bench: Workbench, size: tuple[int, int]
) -> None:
    log = "".join(f"line {number}\n" for number in range(500))
    add_job(bench, "20260102-2", status=JobStatus.FAILED, error=DIVERGED, log=log)
    app = VivaApp(bench, "jobs")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        await settle(pilot)
        assert "training diverged at step 12 lower the learning rate" in flowing(app)
        assert "line 499" in flowing(app)
        assert "Resume" in footer(app)


async def test_a_log_that_somebody_reads_further_up_does_not_jump(bench: Workbench) -> None:
    log = "".join(f"line {number}\n" for number in range(100))
    app = VivaApp(bench, "jobs")
    with alive(bench, "20260102-2", "vad/test", kind=JobKind.SCORE, log=log):
        async with app.run_test(size=SMALL) as pilot:
            await settle(pilot)
            await press(pilot, "enter")
            pane = app.screen.query_one(TextPane)
            await press(pilot, "tab", "home")
            assert pane.scroll_offset.y == 0
            bench.jobs._directory("20260102-2").log_file.write_text(log + "more\n")
            screen = app.screen
            assert isinstance(screen, JobScreen)
            screen.look()
            await settle(pilot)
            assert pane.scroll_offset.y == 0


async def test_a_finished_training_tells_what_it_made_and_leads_on_to_the_next_job(bench: Workbench) -> None:
    add_job(bench, "20260102-2", "vad/test", kind=JobKind.GENERATE, status=JobStatus.DONE)
    result = {"model": "starter-vad", "next_job": "20260102-2"}
    add_job(bench, "20260103-3", status=JobStatus.DONE, events=training_events(138), result=result)
    app = VivaApp(bench, "jobs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert "Made the model starter-vad" in flowing(app)
        await press(pilot, "n")
        assert "generate vad/test" in flowing(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, JobsScreen)


@SIZES
async def test_the_last_step_is_seen_also_when_it_is_the_best(bench: Workbench, size: tuple[int, int]) -> None:
    events = [{"event": "start", "total": 10, "unit": "step"}, *training_events(10)[1:]]
    add_job(bench, "20260103-3", status=JobStatus.DONE, events=events)
    app = VivaApp(bench, "jobs")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert painted(app).count("★") == 2
        assert painted(app).count("•") == 1


async def test_a_resumed_job_is_followed_again(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    Calls(bench, monkeypatch)
    add_job(bench, "20260103-3", events=training_events(20))
    app = VivaApp(bench, "jobs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        screen = app.screen
        assert isinstance(screen, JobScreen)
        directory = bench.jobs._directory("20260103-3")
        with directory.hold():
            (directory.path / "state.json").unlink()
            await press(pilot, "r")
            assert screen.job.status is JobStatus.RUNNING
            assert "● running" in flowing(app)


async def test_a_job_whose_folder_was_deleted_ends_in_a_message(bench: Workbench) -> None:
    directory = add_job(bench, "20260103-3", status=JobStatus.DONE)
    job = replace(directory.job(), job_id="20260909-9")
    app = VivaApp(bench)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        app.push_screen(JobScreen(bench, job))
        await settle(pilot)
        assert "there is no job '20260909-9'" in flowing(app)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
async def test_jobs_live_through_hostile_titles_errors_messages_and_logs(bench: Workbench, number: int) -> None:
    text = HOSTILE[number]
    events = [
        {"event": "start", "total": 3, "unit": text},
        {"event": "progress", "done": 1, "total": 3, "message": text},
    ]
    add_job(bench, "20260103-3", text, status=JobStatus.FAILED, error=text, log=text, events=events)
    app = VivaApp(bench, "jobs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "enter")
        await settle(pilot)
        assert "✗ failed" in flowing(app)
        assert not FORBIDDEN.search(painted(app))
