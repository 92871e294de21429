"""What a job looks like in words."""

from datetime import datetime, timedelta

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import jobs
from viva.records.job import Job, JobKind, JobSpec, JobStatus

NOW = datetime(2026, 11, 21, 12, 0, 0)


def job(status: JobStatus = JobStatus.RUNNING, **values: object) -> Job:
    """Return a job that was started 100 s ago."""
    spec = JobSpec(
        JobKind.TRAIN, str(values.pop("title", "starter-lora: starter on vad")), {}, values.pop("then", None)
    )
    return Job("20261121-1", spec, status, NOW - timedelta(seconds=100), **values)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"), (0.4, "0 s"), (59.4, "59 s"), (59.9, "1 min"), (72, "1 min 12 s"), (3599.9, "1 h"),
        (7500, "2 h 5 min"), (86400, "1 d"), (273600, "3 d 4 h"),
    ],
)  # fmt: skip
def test_a_duration_is_told_in_the_two_units_that_matter(seconds: float, text: str) -> None:
    assert jobs.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "just now"), (9, "just now"), (30, "30 s ago"), (125, "2 min ago"), (7300, "2 h ago"), (86400, "2026-11-20")],
)
def test_a_moment_is_told_as_how_long_ago_it_was(seconds: float, text: str) -> None:
    assert jobs.ago(NOW - timedelta(seconds=seconds), NOW) == text


def test_a_bar_is_full_only_when_everything_is_done() -> None:
    assert jobs.bar(0, 4) == "░░░░"
    assert jobs.bar(0.5, 4) == "██░░"
    assert jobs.bar(0.999, 4) == "███░"
    assert jobs.bar(1.0, 4) == jobs.bar(7.0, 4) == "████"
    assert jobs.bar(-1, 4) == "░░░░"


def test_every_status_has_a_symbol_and_a_word_of_its_own() -> None:
    texts = {jobs.status_text(status) for status in JobStatus}
    assert len(texts) == len({text[0] for text in texts}) == len(JobStatus)


def test_a_row_tells_how_far_a_running_job_is_and_how_long_it_has_been_going() -> None:
    row = jobs.job_row(job(done=46, total=138), NOW)
    assert (row.kind, row.status_text, row.started, row.took) == ("train", "● running", "1 min ago", "1 min 40 s")
    assert row.progress == "███░░░░░  33%"


def test_a_job_that_has_not_said_how_much_there_is_to_do_is_starting() -> None:
    assert jobs.progress_text(job()) == "starting"
    assert jobs.progress_text(job(JobStatus.FAILED)) == ""


def test_a_training_that_stopped_early_because_it_got_no_better_counts_as_whole() -> None:
    assert jobs.progress_text(job(JobStatus.DONE, done=60, total=138)) == "████████ 100%"


def test_nobody_knows_how_long_a_vanished_job_took() -> None:
    assert jobs.job_row(job(JobStatus.INTERRUPTED), NOW).took == ""
    vanished = job(JobStatus.INTERRUPTED, done=3, total=9, finished_at=NOW)
    assert jobs.summary_line(vanished, NOW) == "! interrupted · 3 of 9"


def test_a_finished_job_tells_what_it_has_made() -> None:
    made = job(JobStatus.DONE, result={"model": "starter-vad", "next_job": "2"})
    assert jobs.result_text(made) == "Made the model starter-vad · n shows the job that followed"
    assert jobs.result_text(job()) == ""


def test_a_finished_training_names_the_checkpoint_that_became_the_model() -> None:
    made = job(JobStatus.DONE, result={"model": "starter-vad", "best_step": 1200, "steps": 1380})
    assert jobs.result_text(made) == "Made the model starter-vad from step 1,200"


def test_a_training_that_was_asked_to_pause_says_so_until_it_has() -> None:
    running = jobs.summary_line(job(done=46, total=138), NOW, pausing=True)
    assert running == "● running · pausing after this step · 46 of 138 · 1 min 40 s"
    paused = job(JobStatus.PAUSED, done=46, total=138, finished_at=NOW - timedelta(seconds=60))
    assert jobs.summary_line(paused, NOW, pausing=True) == "‖ paused · 46 of 138 · took 40 s · 1 min ago · r goes on"
    assert jobs.job_row(paused, NOW).status_text == "‖ paused"


def test_the_summary_tells_the_time_left_only_while_the_job_runs() -> None:
    running = jobs.summary_line(job(done=46, total=138), NOW, left=200)
    assert running == "● running · 46 of 138 · 1 min 40 s · about 3 min 20 s left"
    ended = job(JobStatus.DONE, done=138, total=138, finished_at=NOW - timedelta(seconds=60))
    assert jobs.summary_line(ended, NOW, left=3) == "✓ done · took 40 s · 1 min ago"


def test_a_failure_is_its_message_with_the_hint_that_came_with_it() -> None:
    found = jobs.failure(job(JobStatus.FAILED, error="training diverged\nlower the learning rate"))
    assert found == jobs.Failure("training diverged", "lower the learning rate")


@pytest.mark.parametrize("status", [JobStatus.RUNNING, JobStatus.DONE, JobStatus.CANCELLED])
def test_what_did_not_go_wrong_has_no_failure(status: JobStatus) -> None:
    assert jobs.failure(job(status, error="")) is None


def test_a_vanished_job_says_how_to_go_on() -> None:
    found = jobs.failure(job(JobStatus.INTERRUPTED, error="its process vanished"))
    assert found is not None
    assert found.hint.startswith("r ")


def test_what_follows_is_told_only_while_it_is_still_to_come() -> None:
    then = {"kind": "generate", "title": "vad/test with starter, tuned"}
    assert jobs.next_text(job(then=then)) == "Then: generate vad/test with starter, tuned"
    assert jobs.next_text(job(JobStatus.PAUSED, then=then)) == "Then: generate vad/test with starter, tuned"
    assert jobs.next_text(job(JobStatus.DONE, then=then)) == ""
    assert jobs.next_text(job()) == ""


def test_the_events_keep_only_the_latest_progress() -> None:
    events = [
        {"event": "start", "total": 40, "unit": "text"},
        {"event": "progress", "done": 8, "total": 40, "message": "starter"},
        {"event": "progress", "done": 40, "total": 40, "message": "tuned"},
        {"event": "log", "step": 1, "values": {}},
        {"event": "done"},
    ]
    assert jobs.event_lines(events) == ["40 texts", "40 of 40 · tuned"]


def test_the_events_of_a_training_tell_where_it_was_paused_and_what_it_computes_in() -> None:
    start = {"event": "start", "total": 9, "unit": "step", "device": "cpu", "precision": "fp32"}
    assert jobs.event_lines([start, {"event": "paused", "step": 4}, start]) == [
        "9 steps, on cpu in fp32",
        "paused at step 4",
        "9 steps, on cpu in fp32",
    ]


def test_the_start_of_a_training_tells_what_was_cut_or_left_out() -> None:
    event = {
        "event": "start", "total": 138, "unit": "step", "train": 93, "validation": 15, "parameters": 1_570_000,
        "trainable": 210_000, "device": "cpu", "truncated": {"train": 2, "validation": 1},
        "dropped": {"train": 0, "validation": 0},
    }  # fmt: skip
    assert jobs.event_lines([event]) == [
        "138 steps, 93 training examples, 15 for validation, 210.0k parameters on top of 1.6M, on cpu, 3 cut at the end"
    ]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_in_a_job_is_cleaned_and_stays_on_one_line(number: int) -> None:
    text = HOSTILE[number]
    bad = job(JobStatus.FAILED, title=text, error=text, then={"title": text, "kind": "score"})
    found = jobs.failure(bad)
    assert found is not None
    made = job(JobStatus.DONE, result={"model": text, "study": text, "next_job": text})
    running = job(title=text, then={"title": text, "kind": "score"})
    events = [
        {"event": "start", "total": "x", "unit": text, "device": text},
        {"event": "progress", "message": text},
        {"event": "error", "message": text},
    ]
    lines = [
        jobs.job_row(bad, NOW).title,
        found.message,
        found.hint,
        jobs.job_state(bad, NOW),
        jobs.result_text(made),
        jobs.next_text(running),
        *jobs.event_lines(events),
    ]
    for line in lines:
        assert not FORBIDDEN.search(line)
        assert "\n" not in line
        assert len(line) < 400
