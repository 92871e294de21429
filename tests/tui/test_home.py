"""Home, from an empty workspace on."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.jobs_on_disk import add_job, alive, training_events
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from viva.errors import StoreBusy
from viva.records.dataset import Example
from viva.records.job import JobKind, JobStatus
from viva.records.model import Model, ModelKind
from viva.records.overview import NextStep, StepKind
from viva.store import datasets, models
from viva.tui.app import VivaApp
from viva.tui.screens.home import HomeScreen
from viva.tui.screens.job import JobScreen
from viva.workbench import Workbench


def home(app: VivaApp) -> HomeScreen:
    assert isinstance(app.screen, HomeScreen)
    return app.screen


class Places:
    """Notes where the app was told to go, instead of going there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gone: list[tuple[str, dict[str, Any]]] = []
        monkeypatch.setattr(VivaApp, "go", lambda _app, place, **named: self.gone.append((place, named)))


@SIZES
async def test_an_empty_workspace_says_what_viva_is_and_that_enter_imports_the_bundled_dataset(
    bench: Workbench, size: tuple[int, int]
) -> None:
    app = VivaApp(bench)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "viva finds out whether a fine-tuned language model is any good" in flowing(app)
        assert "Import the bundled dataset vad" in flowing(app)
        assert "Enter imports it" in flowing(app)


async def test_enter_imports_the_bundled_dataset_and_then_offers_training(bench: Workbench) -> None:
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert [dataset.name for dataset in bench.datasets.list()] == ["vad"]
        assert "Train a model" in flowing(app)
        assert "vad 128 examples · train 93" in flowing(app)


@SIZES
async def test_a_filled_workspace_shows_what_is_in_it_and_what_waits(filled: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        text = flowing(app)
        for part in (
            "Rate tiny-test",
            "0 of 8 rated",
            "tiny 9 examples · train 3 · validation 2 · test 4",
            "starter built in",
            "tuned from starter",
        ):
            assert part in text
        assert not FORBIDDEN.search(painted(app))


@SIZES
async def test_all_keys_of_home_stand_in_the_footer(filled: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        footer = painted(app).splitlines()[-1]
        for word in ("Data", "Train", "Generate", "Judge", "Rate", "Results", "SQL", "Quit", "Help"):
            assert word in footer
        assert ("J Jobs" in footer) == (size != SMALL)


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("d", "datasets"),
        ("t", "train"),
        ("j", "judge"),
        ("r", "rate"),
        ("J", "jobs"),
        ("l", "results"),
        ("s", "sql"),
        ("S", "studies"),
        ("R", "desk"),
    ],
)
async def test_a_key_leads_to_each_screen(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch, key: str, place: str
) -> None:
    places = Places(monkeypatch)
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, key)
        assert places.gone == [(place, {})]


@pytest.mark.parametrize(
    ("step", "place"),
    [
        (NextStep(StepKind.TRAIN, "t", "r", {"dataset": "tiny"}), ("train", {"dataset": "tiny"})),
        (NextStep(StepKind.RATE, "t", "r", {"study": "tiny-test"}), ("rate", {"study": "tiny-test"})),
        (NextStep(StepKind.RESULTS, "t", "r"), ("results", {})),
        (NextStep(StepKind.WAIT, "t", "r"), ("jobs", {})),
    ],
)
async def test_enter_goes_to_the_screen_of_the_next_step(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch, step: NextStep, place: tuple[str, dict[str, str]]
) -> None:
    places = Places(monkeypatch)
    monkeypatch.setattr("viva.workbench.overview.next_step", lambda *_: step)
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert places.gone == [place]


async def test_a_step_that_fails_is_told_and_can_be_tried_again(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def take(workbench: Workbench, step: NextStep) -> None:
        tries.append(step.kind)
        raise OSError("[/foo] no space \x1b[2J left")

    monkeypatch.setattr("viva.workbench.overview.take", take)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        await press(pilot, "enter")
        assert tries == [StepKind.IMPORT, StepKind.IMPORT]
        assert "no space" in flowing(app)
        assert not FORBIDDEN.search(painted(app))


async def test_a_running_job_is_waited_for_and_enter_shows_it(filled: Workbench) -> None:
    app = VivaApp(filled)
    with alive(filled, "20260101-1", events=training_events(69)):
        async with app.run_test(size=SMALL) as pilot:
            await settle(pilot)
            assert "A training is running" in flowing(app)
            assert "50%" in flowing(app)
            await press(pilot, "enter")
            assert isinstance(app.screen, JobScreen)


async def test_home_reads_the_store_again_only_when_a_job_comes_or_ends(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    overview = filled.overview
    monkeypatch.setattr(filled, "overview", lambda: [reads.append("read"), overview()][1])
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert reads == ["read"]
        home(app).look()
        await settle(pilot)
        assert reads == ["read"]
        add_job(filled, "20260101-1", "tiny/test", kind=JobKind.SCORE, status=JobStatus.DONE)
        home(app).look()
        await settle(pilot)
        assert reads == ["read", "read"]
        assert "score tiny/test" in flowing(app)


async def test_progress_moves_without_reading_the_store(filled: Workbench) -> None:
    app = VivaApp(filled)
    with alive(filled, "20260101-1", events=training_events(10)):
        async with app.run_test(size=SMALL) as pilot:
            await settle(pilot)
            filled.paths.store.rename(filled.paths.store.with_suffix(".away"))
            directory = filled.jobs._directory("20260101-1")
            directory.add_event({"event": "log", "step": 69, "epoch": 3, "values": {"loss": 1.0}})
            home(app).look()
            await settle(pilot)
            assert "50%" in flowing(app)


async def test_home_is_read_again_when_one_comes_back_to_it(filled: Workbench) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "j")
        with filled.store.write() as connection:
            models.add(connection, Model("new", "late-comer", ModelKind.HUB, "somewhere"))
        await press(pilot, "escape")
        assert "late-comer" in flowing(app)


async def rate_one(workbench: Workbench) -> None:
    sitting = workbench.desk.sit_down("tiny-test")
    values = {criterion.name: criterion.highest for criterion in sitting.task.rubric.criteria}
    workbench.desk.save(sitting.task, sitting.served.leases[0].item_id, values)


async def test_ratings_left_in_the_outbox_are_delivered_from_home(filled: Workbench) -> None:
    await rate_one(filled)
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "1 rating saved on disk, not yet in results.duckdb" in flowing(app)
        home(app).look()
        await settle(pilot)
        assert filled.desk.undelivered() == 0
        assert "saved on disk" not in flowing(app)
        assert "1 of 8 rated" in flowing(app)


async def test_ratings_that_cannot_be_delivered_now_stay_named_without_a_complaint(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_timeout: float) -> int:
        raise StoreBusy("another program holds results.duckdb")

    await rate_one(filled)
    monkeypatch.setattr(filled.desk, "deliver", busy)
    app = VivaApp(filled)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        home(app).look()
        await settle(pilot)
        assert "1 rating saved on disk, not yet in results.duckdb" in flowing(app)
        assert "another program" not in flowing(app)


async def test_a_workspace_that_cannot_be_read_says_so(bench: Workbench, workspace: Path) -> None:
    bench.paths.store.write_bytes(b"this is no database " * 100)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        assert "The workspace could not be read" in flowing(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, HomeScreen)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
async def test_home_lives_through_hostile_names_and_titles(bench: Workbench, number: int) -> None:
    text = HOSTILE[number].encode("utf-8", "replace").decode()
    with bench.store.write() as connection:
        datasets.add(connection, "id", text, text, [Example("q", "r", text, text, text, {}, "e")])
        models.add(connection, Model("m", text, ModelKind.ADAPTER, text, text, text))
    add_job(bench, "20260101-1", HOSTILE[number], status=JobStatus.FAILED, error=HOSTILE[number])
    app = VivaApp(bench)
    with alive(bench, "20260102-2", HOSTILE[number], events=training_events(3)):
        async with app.run_test(size=SMALL) as pilot:
            await settle(pilot)
            assert "failed" in flowing(app)
            assert not FORBIDDEN.search(painted(app))
