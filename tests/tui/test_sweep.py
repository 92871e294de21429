"""The screen that follows a sweep."""

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.jobs_on_disk import add_job
from tests.fakes.screen import SIZES, SMALL, USUAL, flowing, painted, press, settle
from tests.fakes.trainings import trials
from viva.records.job import Job, JobKind, JobStatus
from viva.records.training import Trial
from viva.tui.app import VivaApp
from viva.tui.screens.confirm import ConfirmScreen
from viva.tui.screens.generate_job import GenerationJobScreen
from viva.tui.screens.sweep import SweepScreen
from viva.tui.widgets.curves import ManyPlot
from viva.workbench import Workbench

TITLE = "cs-qlora-sweep: starter on vad"
EVENTS = [{"event": "start", "total": 10, "unit": "trial", "done": 0}, {"event": "progress", "done": 8, "total": 10}]


class FakeSweeps:
    """Trials that need no training."""

    def __init__(self, found: list[Trial]) -> None:
        self.found = found

    def trials(self, job_id: str) -> list[Trial]:
        return self.found


def sweep(bench: Workbench, found: list[Trial], status: JobStatus | None = JobStatus.DONE, **values: Any) -> Job:
    """Put a sweep with its trials into the workspace."""
    bench.__dict__["sweeps"] = FakeSweeps(found)
    return add_job(bench, "20260101-1", TITLE, kind=JobKind.SWEEP, events=EVENTS, status=status, **values).job()


def runs_on(bench: Workbench, monkeypatch: pytest.MonkeyPatch, job: Job) -> Job:
    """Let a job count as running, without a process."""
    running = replace(job, status=JobStatus.RUNNING, done=8, total=10)
    monkeypatch.setattr(bench.jobs, "get", lambda job_id: running)
    return running


async def opened(app: VivaApp, pilot: Any, bench: Workbench, job: Job) -> None:
    await settle(pilot)
    app.push_screen(SweepScreen(bench, job))
    await settle(pilot)


def footer(app: VivaApp) -> str:
    return painted(app).splitlines()[-1]


@SIZES
async def test_trials_are_told_as_a_table_and_a_plot(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    job = runs_on(bench, monkeypatch, sweep(bench, trials(), then={"kind": "generate", "title": "vad/test"}))
    app = VivaApp(bench)
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot, bench, job)
        shown = flowing(app)
        assert f"sweep {TITLE} ● running · 8 of 10" in shown
        assert "6 complete · 1 running · 1 pruned · 1 failed · 1 waiting · ★ trial 7: 3.1910" in shown
        assert "Then: generate vad/test" in shown
        assert "loss by trial" in shown
        assert app.screen.query_one(ManyPlot).region.height >= 6
        assert app.screen.max_scroll_y == 0
        assert "trial 0" in painted(app).splitlines()[-2]
        await press(pilot, *["down"] * 5)
        assert "Trial 5: ✗ failed · took 1 min 6 s" in flowing(app)
        assert "out of memory: set batch_size lower" in flowing(app)
        await press(pilot, "down", "down")
        assert "★ 7 ✓ complete" in flowing(app)


async def test_the_plot_goes_through_what_was_varied(bench: Workbench) -> None:
    job = sweep(bench, trials())
    app = VivaApp(bench)
    async with app.run_test(size=USUAL) as pilot:
        await opened(app, pilot, bench, job)
        seen = []
        for _ in range(6):
            await press(pilot, "m")
            seen.append(next(name for name in painted(app).splitlines() if "loss by" in name).split()[2])
        assert seen == ["rank", "alpha", "dropout", "learning_rate", "quantization", "trial"]
        await press(pilot, *["m"] * 5)
        assert painted(app).splitlines()[-2].split() == ["nf4", "none"]


async def test_before_the_first_trial_the_screen_says_so(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    job = runs_on(bench, monkeypatch, sweep(bench, []))
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await opened(app, pilot, bench, job)
        assert "The first trial has not begun yet" in flowing(app)
        assert "By parameter" not in footer(app)
        assert all(word in footer(app) for word in ("Log", "Cancel"))
        assert not any(word in footer(app) for word in ("Resume", "Next job"))


async def test_only_what_can_be_done_is_offered(bench: Workbench) -> None:
    job = sweep(bench, trials(), JobStatus.DONE, result={"model": "starter-vad", "next_job": "x"})
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await opened(app, pilot, bench, job)
        assert "Made the model starter-vad" in flowing(app)
        assert "Next job" in footer(app)
        assert not any(word in footer(app) for word in ("Cancel", "Resume"))


async def test_a_failed_sweep_tells_why_and_is_resumed(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    job = sweep(bench, trials(), JobStatus.FAILED, error="every trial failed\nlower the batch size")
    resumed: list[str] = []
    monkeypatch.setattr(bench.jobs, "resume", lambda job_id: resumed.append(job_id) or job)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await opened(app, pilot, bench, job)
        assert "every trial failed lower the batch size" in flowing(app)
        await press(pilot, "r")
        assert resumed == ["20260101-1"]


async def test_a_running_sweep_is_cancelled_after_a_yes(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    job = runs_on(bench, monkeypatch, sweep(bench, trials()))
    cancelled: list[str] = []
    monkeypatch.setattr(bench.jobs, "cancel", lambda job_id: cancelled.append(job_id) or job)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await opened(app, pilot, bench, job)
        await press(pilot, "k")
        assert isinstance(app.screen, ConfirmScreen)
        await press(pilot, "y")
        assert cancelled == ["20260101-1"]


async def test_the_log_takes_the_place_of_the_trials(bench: Workbench) -> None:
    job = sweep(bench, trials(), log="something was printed")
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await opened(app, pilot, bench, job)
        await press(pilot, "v")
        assert "something was printed" in flowing(app)
        assert "loss by" not in painted(app)
        assert "By parameter" not in footer(app)
        await press(pilot, "v")
        assert "loss by trial" in flowing(app)


async def test_a_sweep_is_opened_from_the_jobs_and_leads_to_the_next_job(bench: Workbench) -> None:
    add_job(bench, "20260102-2", "vad/test", kind=JobKind.GENERATE, status=JobStatus.DONE, seconds_ago=20)
    sweep(bench, trials(), result={"next_job": "20260102-2"})
    app = VivaApp(bench, "jobs")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "down", "enter")
        assert isinstance(app.screen, SweepScreen)
        await press(pilot, "n")
        assert isinstance(app.screen, GenerationJobScreen)


@SIZES
async def test_hostile_values_and_errors_live_in_the_screen(bench: Workbench, size: tuple[int, int]) -> None:
    found = [
        Trial(
            number,
            "complete" if number % 2 else "failed",
            {"rank": text, "alpha": number, text: 1},
            number + 1.0,
            1,
            2.0,
            text,
        )
        for number, text in enumerate(HOSTILE)
    ]
    job = sweep(bench, found)
    app = VivaApp(bench)
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot, bench, job)
        for _ in range(len(HOSTILE) // 3):
            assert not FORBIDDEN.search(painted(app))
            await press(pilot, *["down", "m"] * 3)
