"""Jobs that have a dataset written, in words."""

from datetime import datetime
from typing import Any

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import jobs
from viva.present import writing_jobs as writing
from viva.records.job import Job, JobKind, JobSpec, JobStatus

PROGRESS = {
    "event": "progress", "done": 3, "total": 9, "tokens": 1200, "spend": 0.5, "failed": 1, "retries": 2,
}  # fmt: skip
READ = {"event": "progress", "unit": "file", "done": 2, "total": 3, "message": "b.pdf"}
PROBLEM = {"event": "problem", "source": "a.pdf", "reason": "it is locked"}


def job(status: JobStatus = JobStatus.RUNNING, error: str = "", **result: Any) -> Job:
    spec = JobSpec(JobKind.PAPERS, "x by y", {})
    return Job("1", spec, status, datetime(2026, 11, 21), error=error, result=result)


def test_the_calls_are_told_with_their_tokens_their_cost_and_what_went_wrong() -> None:
    assert writing.event_lines(job(), [PROGRESS]) == [
        "3 of 9 calls · 1,200 tokens · cost 0.50 · 1 failed · 2 asked again"
    ]


def test_tokens_that_the_server_did_not_count_are_about_so_many_and_no_price_is_no_cost() -> None:
    event = {"event": "progress", "done": 1, "total": 2, "prompt_tokens": 8, "completion_tokens": 2, "spend": None,
        "estimated": True}  # fmt: skip
    assert writing.event_lines(job(), [event]) == ["1 of 2 calls · about 10 tokens"]


def test_files_are_counted_as_they_are_read_and_what_is_expected_follows() -> None:
    estimate = {"event": "estimate", "files": 2, "pages": 9, "words": 4000, "calls": 3, "prompt_tokens": 6000,
        "completion_tokens": 800}  # fmt: skip
    assert writing.event_lines(job(), [READ]) == ["2 of 3 files read · b.pdf"]
    assert writing.event_lines(job(), [PROBLEM, {**READ, "done": 3}, estimate]) == [
        "3 of 3 files read · 1 cannot be used, see below",
        "2 papers, 9 pages, 4,000 words: about 3 calls, 6,000 tokens read, 800 written",
    ]


def test_a_finished_job_tells_what_came_in_what_failed_and_what_it_took() -> None:
    done = job(JobStatus.DONE, examples=20, failed=3, duplicates=1, calls=24, prompt_tokens=900, completion_tokens=100,
        cost=0.25, dataset="bees", version=2)  # fmt: skip
    assert writing.outcome_lines(done) == [
        "20 examples came in: the dataset bees, version 2",
        "1 near-duplicate left out · 3 failed, see below · 24 calls · 1,000 tokens · cost 0.25",
    ]
    assert writing.event_lines(done, [PROGRESS]) == []
    assert writing.outcome_lines(job()) == []


def test_what_failed_is_gathered_by_reason_the_commonest_first() -> None:
    failures = [
        {"what": "one", "reason": "no JSON", "reply": "I am sorry"},
        {"what": "two", "reason": "no JSON", "reply": None},
        {"what": "a.pdf", "reason": "it is locked"},
    ]
    text = writing.problems_text(writing.problems([PROBLEM], failures))
    assert text.splitlines() == [
        "2 × no JSON", "    one", "    two", "    The model said: I am sorry", "", "1 × it is locked", "    a.pdf",
    ]  # fmt: skip


def test_of_many_that_failed_alike_the_rest_is_counted() -> None:
    text = writing.problems_text([(f"q{number}", "no JSON", "") for number in range(25)])
    assert text.splitlines()[0] == "25 × no JSON"
    assert text.splitlines()[-1] == "    and 5 more"


def test_a_failure_does_not_send_anybody_to_a_command() -> None:
    found = jobs.failure(job(JobStatus.FAILED, error="nothing came\nviva job show tells what it said instead"))
    assert found == jobs.Failure("nothing came", "its own screen tells what was said instead")


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_in_events_and_failures_is_cleaned(number: int) -> None:
    text = HOSTILE[number]
    hostile = {"event": text, "message": text, "done": text, "total": None, "spend": text, "tokens": text}
    events = [{**hostile, "event": "progress", "unit": "file"}, {**hostile, "event": "progress"},
        {"event": "problem", "source": text, "reason": text}, {"event": "estimate", "words": text}]  # fmt: skip
    done = job(JobStatus.DONE, dataset=text, version=text, failed=text, examples=text, cost=text)
    rows = [{"what": text, "reason": text, "reply": text}]
    found = writing.problems_text(writing.problems(events, rows))
    for line in [*writing.event_lines(job(), events), *writing.outcome_lines(done), *found.splitlines()]:
        assert not FORBIDDEN.search(line)
        assert len(line) < 400
