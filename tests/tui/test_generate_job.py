"""A job in which models write, followed: how far, how fast, what failed, and the newest text with its question."""

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fakes.generating import ARGUMENTS, writing_events
from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.jobs_on_disk import add_job, alive
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from viva.jobs.directory import JobDirectory
from viva.records.generation import LatestText
from viva.records.job import JobKind, JobStatus
from viva.tui.app import VivaApp
from viva.tui.screens.drilldown import DrilldownScreen
from viva.tui.screens.generate_job import GenerationJobScreen
from viva.workbench import Workbench

TITLE = "tiny/test with starter, tuned"


class Latest:
    """Stands for what a job has written last."""

    def __init__(self, workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.text: LatestText | None = None
        monkeypatch.setattr(workbench.jobs, "latest_text", lambda _job_id: self.text)


@pytest.fixture
def latest(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> Latest:
    return Latest(bench, monkeypatch)


async def opened(pilot: Pilot[Any]) -> GenerationJobScreen:
    await settle(pilot)
    await press(pilot, "enter")
    assert isinstance(pilot.app.screen, GenerationJobScreen)
    return pilot.app.screen


def add(workbench: Workbench, **values: Any) -> JobDirectory:
    return add_job(workbench, "20260101-1", TITLE, kind=JobKind.GENERATE, arguments=ARGUMENTS, **values)


@SIZES
async def test_a_running_job_shows_its_pace_its_failures_and_the_newest_text(
    filled: Workbench, latest: Latest, size: tuple[int, int]
) -> None:
    latest.text = LatestText("tuned", "Why does it rain?", "Because of clouds.")
    then = {"kind": "score", "title": "tiny/test"}
    app = VivaApp(filled, "jobs")
    with alive(
        filled, "20260101-1", TITLE, kind=JobKind.GENERATE, events=writing_events(5, failed=2), arguments=ARGUMENTS,
        then=then,
    ):  # fmt: skip
        async with app.run_test(size=size) as pilot:
            screen = await opened(pilot)
            text = flowing(app)
            for part in (
                "generate tiny/test with starter, tuned",
                "● running · 5 of 8",
                "62%",
                "2 systems · ",
                "2 failed · now tuned",
                "Then: score tiny/test",
                "Why does it rain?",
                "tuned wrote",
                "Because of clouds.",
            ):
                assert part in text
            footer = painted(app).splitlines()[-1]
            for key in ("b Browse", "v Log", "k Cancel", "? Help", "Esc Back"):
                assert key in footer
            latest.text = LatestText("starter", "Why is snow white?", "", "status 500")
            screen.look()
            await settle(pilot)
            assert "Why is snow white?" in flowing(app)
            assert "no text: status 500" in flowing(app)


@SIZES
async def test_a_job_that_has_written_nothing_yet_says_so(
    filled: Workbench, latest: Latest, size: tuple[int, int]
) -> None:
    app = VivaApp(filled, "jobs")
    with alive(filled, "20260101-1", TITLE, kind=JobKind.GENERATE, arguments=ARGUMENTS):
        async with app.run_test(size=size) as pilot:
            await opened(pilot)
            assert "Nothing has been written yet" in flowing(app)
            assert "Question" not in painted(app)


async def test_a_finished_job_says_what_it_took_and_leads_to_the_texts(filled: Workbench, latest: Latest) -> None:
    result = {"systems": ["starter", "tuned"], "study": None, "prompt_tokens": 80, "completion_tokens": 99,
              "cost": 0.5, "failed": 1}  # fmt: skip
    add(filled, status=JobStatus.DONE, events=writing_events(8), result=result)
    app = VivaApp(filled, "jobs")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        assert "✓ done" in flowing(app)
        assert "1 failed" in flowing(app)
        assert "80 tokens read, 99 written · cost 0.50" in flowing(app)
        assert "now tuned" not in flowing(app)
        await press(pilot, "b")
        assert isinstance(app.screen, DrilldownScreen)
        assert "How early can crowd pressure" in flowing(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, GenerationJobScreen)


async def test_a_job_that_failed_before_its_first_text_shows_the_log(filled: Workbench, latest: Latest) -> None:
    add(filled, status=JobStatus.FAILED, error="no such model\nadd it", log="Traceback: it broke")
    app = VivaApp(filled, "jobs")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        assert "no such model" in flowing(app)
        assert "Traceback: it broke" in flowing(app)
        assert "r Resume" in painted(app).splitlines()[-1]
        await press(pilot, "v")
        assert "Nothing was written" in flowing(app)
        await press(pilot, "v")
        assert "Traceback: it broke" in flowing(app)


@SIZES
async def test_a_job_lives_through_hostile_texts(filled: Workbench, latest: Latest, size: tuple[int, int]) -> None:
    log = "\n".join(HOSTILE)
    title = HOSTILE[5] + HOSTILE[7]
    events = [*writing_events(2), {"event": "progress", "done": 3, "total": 8, "message": HOSTILE[3], "failed": "x"}]
    app = VivaApp(filled, "jobs")
    with alive(filled, "20260101-1", title, kind=JobKind.GENERATE, events=events, arguments=ARGUMENTS, log=log):
        async with app.run_test(size=size) as pilot:
            screen = await opened(pilot)
            for text in HOSTILE:
                latest.text = LatestText(text, text, text, text or None)
                screen.look()
                await settle(pilot)
                assert not FORBIDDEN.search(painted(app)), text[:20]
            await press(pilot, "v")
            assert not FORBIDDEN.search(painted(app))
