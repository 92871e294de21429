"""One training in full: its curves, what it writes for its probes, and pausing it."""

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.jobs_on_disk import add_job, alive, training_events
from tests.fakes.screen import SIZES, SMALL, USUAL, flowing, painted, press, settle
from viva.records.job import JobStatus
from viva.tui.app import VivaApp
from viva.tui.screens.job import JobScreen
from viva.workbench import Workbench

NAME = "20260103-3"
GIB = 1 << 30
SOURCES = ("train", "test", "unseen", "own")


def measured(steps: int) -> list[dict[str, Any]]:
    """Return what a training says that measures everything and asks its probes every ten steps."""
    events = []
    for event in training_events(steps):
        events.append(event)
        if event["event"] != "log":
            continue
        step = event["step"]
        event["values"] |= {"learning_rate": 3e-3 / step, "tokens_per_second": 3000.0 + step, "memory": 1.5 * GIB}
        if step % 10 == 0:
            events += [probe(step, source) for source in SOURCES]
            events.append({"event": "log", "step": step, "values": {"repetition": 0.25}})
    return events


def probe(step: int, source: str, text: str = "", repetition: float = 0.04) -> dict[str, Any]:
    share = 0.61 if source == "test" else repetition
    question = f"How is a {source} fall seen?"
    text = text or f"Answer {step} to {source}"
    return {"event": "probe", "step": step, "source": source, "question": question, "text": text, "repetition": share}


async def opened(pilot: Pilot[Any], workbench: Workbench) -> JobScreen:
    await settle(pilot)
    screen = JobScreen(workbench, workbench.jobs.get(NAME))
    pilot.app.push_screen(screen)
    await settle(pilot)
    return screen


def footer(app: VivaApp) -> str:
    return painted(app).splitlines()[-1]


@SIZES
async def test_the_lines_below_the_head_tell_the_latest_of_everything(bench: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(bench)
    with alive(bench, NAME, events=measured(25)):
        async with app.run_test(size=size) as pilot:
            await opened(pilot, bench)
            text = flowing(app)
            assert "training loss 2.304 · validation loss 2.790 · best step 20 (2.790)" in text
            assert "learning rate 0.00012 · 3,025 tokens/s · memory 1.5 GiB · repetition 25%" in text


async def test_m_and_the_arrows_go_through_the_measures(bench: Workbench) -> None:
    app = VivaApp(bench)
    with alive(bench, NAME, events=measured(25)):
        async with app.run_test(size=SMALL) as pilot:
            await opened(pilot, bench)
            titles = ["learning rate", "tokens per second", "memory at the peak", "repetition in the probes"]
            assert "best checkpoint 1 of 5" in flowing(app)
            assert "m Measure" in footer(app)
            for number, title in enumerate(titles, 2):
                await press(pilot, "m")
                assert f"{title} {number} of 5" in flowing(app)
            await press(pilot, "m")
            assert "best checkpoint 1 of 5" in flowing(app)
            await press(pilot, "left")
            assert "repetition in the probes 5 of 5" in flowing(app)
            await press(pilot, "right")
            assert "best checkpoint 1 of 5" in flowing(app)


async def test_where_there_is_room_two_other_measures_stand_below(bench: Workbench) -> None:
    app = VivaApp(bench)
    with alive(bench, NAME, events=measured(25)):
        async with app.run_test(size=USUAL) as pilot:
            await opened(pilot, bench)
            for title in ("best checkpoint", "learning rate", "tokens per second"):
                assert title in flowing(app)
            await press(pilot, "m")
            for title in ("learning rate", "tokens per second", "memory at the peak"):
                assert title in flowing(app)
            assert "best checkpoint" not in flowing(app)
            await pilot.resize_terminal(*SMALL)
            await settle(pilot)
            assert "memory at the peak" not in flowing(app)


async def test_a_training_with_one_measure_offers_no_other(bench: Workbench) -> None:
    app = VivaApp(bench)
    with alive(bench, NAME, events=training_events(15)):
        async with app.run_test(size=USUAL) as pilot:
            await opened(pilot, bench)
            assert "Measure" not in footer(app)
            assert "1 of 1 " not in flowing(app)
            await press(pilot, "m", "right")
            assert "best checkpoint" in flowing(app)


@SIZES
async def test_the_probes_of_the_newest_evaluation_stand_with_where_each_question_is_from(
    bench: Workbench, size: tuple[int, int]
) -> None:
    app = VivaApp(bench)
    with alive(bench, NAME, events=measured(25)):
        async with app.run_test(size=size) as pilot:
            await opened(pilot, bench)
            await press(pilot, "v")
            text = flowing(app)
            assert "Evaluation 2 of 2 · step 20, the newest" in text
            assert "From the training data · 4% repeated · changed How is a train fall seen? Answer 20 to train" in text
            assert "From the test data · ! 61% repeated · changed How is a test fall seen? Answer 20 to test" in text
            await press(pilot, "tab", "end")
            assert "Your own question · 4% repeated · changed How is a own fall seen? Answer 20 to own" in flowing(app)


@pytest.mark.parametrize(("back", "on"), [("[", "]"), ("left", "right")])
async def test_one_steps_back_and_forth_through_the_evaluations(bench: Workbench, back: str, on: str) -> None:
    app = VivaApp(bench)
    with alive(bench, NAME, events=measured(35)):
        async with app.run_test(size=SMALL) as pilot:
            await opened(pilot, bench)
            await press(pilot, "v", back, back, back)
            assert "Evaluation 1 of 3 · step 10" in flowing(app)
            assert "Answer 10 to train" in flowing(app)
            await press(pilot, on, on)
            assert "Evaluation 3 of 3" in flowing(app)
            assert "[ Earlier ] Later" in " ".join(footer(app).split())


async def test_an_older_evaluation_stays_while_new_ones_come_and_the_newest_is_followed(bench: Workbench) -> None:
    app = VivaApp(bench)
    with alive(bench, NAME, events=measured(25)):
        async with app.run_test(size=SMALL) as pilot:
            screen = await opened(pilot, bench)
            directory = bench.jobs._directory(NAME)
            await press(pilot, "v", "[")
            directory.add_event(probe(30, "train"))
            screen.look()
            await settle(pilot)
            assert "Evaluation 1 of 3 · step 10" in flowing(app)
            await press(pilot, "]", "]")
            directory.add_event(probe(40, "train"))
            screen.look()
            await settle(pilot)
            assert "Evaluation 4 of 4 · step 40, the newest" in flowing(app)


async def test_a_training_without_probes_says_why_there_is_nothing(bench: Workbench) -> None:
    add_job(bench, NAME, status=JobStatus.DONE, events=training_events(15))
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, bench)
        await press(pilot, "v")
        assert "No probe question was asked: the setting probe_tokens is 0" in flowing(app)


async def test_p_asks_the_training_to_pause_and_says_so_until_it_has(bench: Workbench) -> None:
    app = VivaApp(bench)
    with alive(bench, NAME, events=measured(25)):
        async with app.run_test(size=SMALL) as pilot:
            screen = await opened(pilot, bench)
            directory = bench.jobs._directory(NAME)
            assert "p Pause" in footer(app)
            await press(pilot, "p")
            assert directory.pause_file.exists()
            assert "● running · pausing after this step" in flowing(app)
            assert "Pause" not in footer(app)
            directory.add_event({"event": "paused", "step": 25})
            directory.set_ended(JobStatus.PAUSED)
            screen.look()
            await settle(pilot)
            assert "‖ paused · 25 of 138" in flowing(app)
            assert "r Resume" in footer(app)
            await press(pilot, "v", "v")
            assert "paused at step 25" in flowing(app)


@SIZES
async def test_a_training_that_failed_says_what_and_the_hint_above_its_curves(
    bench: Workbench, size: tuple[int, int]
) -> None:
    error = "training diverged at step 12\nlower the learning rate"
    add_job(bench, NAME, status=JobStatus.FAILED, events=measured(12), error=error)
    app = VivaApp(bench)
    async with app.run_test(size=size) as pilot:
        await opened(pilot, bench)
        assert "training diverged at step 12 lower the learning rate" in flowing(app)
        assert "training loss" in flowing(app)
        assert "Resume" in footer(app)


async def test_a_finished_training_names_its_best_checkpoint_its_model_and_the_next_job(bench: Workbench) -> None:
    result = {"model": "starter-vad", "best_step": 130, "steps": 138, "next_job": "20260104-4"}
    add_job(bench, NAME, status=JobStatus.DONE, events=measured(138), result=result)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, bench)
        assert "best step 130" in flowing(app)
        assert "Made the model starter-vad from step 130 · n shows the job that followed" in flowing(app)
        assert "n Next job" in footer(app)


async def test_a_base_model_that_was_only_measured_shows_its_one_evaluation(bench: Workbench) -> None:
    start = {"event": "start", "total": 0, "unit": "step", "done": 0}
    log = {"event": "log", "step": 0, "values": {"eval_loss": 3.5, "repetition": 0.0}}
    add_job(bench, NAME, status=JobStatus.DONE, events=[start, log, *(probe(0, source) for source in SOURCES)])
    app = VivaApp(bench)
    async with app.run_test(size=USUAL) as pilot:
        await opened(pilot, bench)
        assert "validation loss 3.500" in flowing(app)
        await press(pilot, "v")
        assert "Evaluation 1 of 1 · step 0" in flowing(app)


@SIZES
async def test_probes_with_hostile_texts_are_shown_harmless_and_whole(bench: Workbench, size: tuple[int, int]) -> None:
    events = training_events(20)
    for step, text in enumerate(HOSTILE, 1):
        text = text.encode("utf-8", "replace").decode()
        events.append({**probe(step, "own", text), "question": text})
        events.append({**probe(step, "train", text), "source": text})
    add_job(bench, NAME, status=JobStatus.DONE, events=events)
    app = VivaApp(bench)
    async with app.run_test(size=size) as pilot:
        await opened(pilot, bench)
        await press(pilot, "v")
        seen = ""
        for _ in HOSTILE:
            assert not FORBIDDEN.search(painted(app))
            seen += flowing(app)
            await press(pilot, "[")
        for text in ("[/foo]", "[@click=app.quit]x[/]", "[red]not red[/red] [user] [$x] [1:2]", "(it wrote nothing)"):
            assert text in seen
