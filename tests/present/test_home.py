"""What Home says."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import home
from viva.records.dataset import Dataset
from viva.records.job import Job, JobKind, JobSpec, JobStatus
from viva.records.model import Model, ModelKind
from viva.records.overview import NextStep, Overview, StepKind
from viva.records.rating import RatingTask, TaskProgress
from viva.records.rubric import Rubric
from viva.records.study import Study, StudyMode, StudyOptions, StudyState

NOW = datetime(2026, 11, 21, 12, 0, 0)
VAD = Dataset("1", "vad", 1, "vad.csv", NOW, {"train": 93, "validation": 15, "test": 20}, 8)
RUBRIC = Rubric("default", "Default", ())
STEP = NextStep(StepKind.IMPORT, "Import the bundled dataset vad", "128 research questions")


def job(number: int, status: JobStatus = JobStatus.DONE) -> Job:
    return Job(str(number), JobSpec(JobKind.SCORE, "vad/test", {}), status, NOW - timedelta(seconds=number))


def study(name: str = "vad-test", rated: int = 12, skipped: int = 0, items: int = 38) -> TaskProgress:
    task = RatingTask("s", name, StudyMode.RUBRIC, RUBRIC, StudyOptions(), StudyState.OPEN)
    return TaskProgress(task, rated, skipped, items - rated - skipped)


def made(name: str = "vad-test", mode: StudyMode = StudyMode.RUBRIC) -> Study:
    return Study("s", name, "vad", 1, "test", mode, RUBRIC, 1, 38, NOW)


def test_an_empty_workspace_is_one_without_datasets_jobs_and_studies() -> None:
    assert home.is_empty(Overview([], [], [], [], 0, STEP))
    assert not home.is_empty(Overview([VAD], [], [], [], 0, STEP))


@pytest.mark.parametrize("kind", list(StepKind))
def test_every_step_says_what_enter_does(kind: StepKind) -> None:
    title, reason, enter = home.step_lines(NextStep(kind, "Title", "reason"))
    assert (title, reason) == ("Title", "Reason")
    assert enter.startswith("Enter ")


def test_a_wait_tells_how_far_the_job_is_that_is_waited_for() -> None:
    step = NextStep(StepKind.WAIT, "score is running", "vad/test")
    running = home.Job("1", JobSpec(JobKind.SCORE, "vad/test", {}), JobStatus.RUNNING, NOW, done=1, total=4)
    title, reason, enter = home.step_lines(step, [job(2), running])
    assert (title, reason) == ("Texts are being scored", "vad/test  ████░░░░░░░░░░░░  25%")
    assert enter == "Enter shows it"


def test_a_dataset_is_told_with_its_splits() -> None:
    assert home.dataset_line(VAD) == ("vad", "128 examples · train 93 · validation 15 · test 20")


def test_a_tuned_model_names_its_base() -> None:
    tuned = Model("m", "starter-vad", ModelKind.ADAPTER, "/x", "starter", "starter-lora on vad")
    assert home.model_line(tuned) == ("starter-vad", "tuned from starter · starter-lora on vad")


def test_a_study_tells_how_far_the_rater_is() -> None:
    assert home.study_line(study()) == ("vad-test", "█████░░░░░░░░░░░  12 of 38 rated")
    assert home.study_line(study(rated=36, skipped=2))[1] == "████████████████  36 of 38 rated, 2 skipped"
    assert home.study_line(study(rated=0, items=0))[1].endswith("0 of 0 rated")
    paused = replace(study(), task=replace(study().task, state=StudyState.PAUSED))
    assert home.study_line(paused)[1].endswith("12 of 38 rated, paused")


def test_running_jobs_stand_before_the_latest_of_the_others() -> None:
    listed = [job(1), job(2, JobStatus.RUNNING), *(job(number) for number in range(3, 12))]
    assert [shown.job_id for shown in home.job_lines(listed)] == ["2", "1", "3", "4"]


def test_only_a_job_that_comes_or_ends_makes_home_out_of_date() -> None:
    before = [job(1, JobStatus.RUNNING)]
    moved = [home.Job("1", before[0].spec, JobStatus.RUNNING, NOW, done=3, total=9)]
    assert home.changes(before) == home.changes(moved)
    assert home.changes(before) != home.changes([job(1)])


def test_ratings_not_yet_delivered_are_named_and_none_are_not() -> None:
    assert home.undelivered_line(0) == ""
    assert home.undelivered_line(1).startswith("1 rating saved on disk")


def test_what_was_done_is_told() -> None:
    assert home.taken_text(VAD) == "Imported vad: 128 examples"
    assert home.taken_text(job(1)) == "Started: score vad/test"
    assert home.taken_text(made()) == "Made the study vad-test with 38 texts to rate"
    assert home.taken_text(made(mode=StudyMode.PAIRWISE)) == "Made the study vad-test with 38 pairs to rate"
    assert home.taken_text(None) == ""


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_is_cleaned_everywhere(number: int) -> None:
    text = HOSTILE[number]
    bad = Job("1", JobSpec(JobKind.SCORE, text, {}), JobStatus.FAILED, NOW, error=text)
    dataset = Dataset("1", text, 1, text, NOW, {text: 3})
    model = Model("m", text, ModelKind.ADAPTER, text, text, text)
    hub = Model("m", text, ModelKind.HUB, text)
    lines = [
        *home.step_lines(NextStep(StepKind.RATE, text, text)), *home.dataset_line(dataset), *home.model_line(model),
        *home.model_line(hub), *home.job_cells(bad, NOW), *home.study_line(study(text)), home.taken_text(dataset),
        home.taken_text(bad), home.taken_text(made(text)),
    ]  # fmt: skip
    assert not any(FORBIDDEN.search(line) or "\n" in line for line in lines)
