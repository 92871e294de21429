"""Judging as a job pays nothing twice, and says what it paid beside its verdicts, and how it asked."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.chat_server import Answer, ChatServer, error, wait_for
from tests.fakes.examiner import Examiner
from viva.errors import UsageError
from viva.records.job import Job, JobStatus
from viva.records.judging import JudgeMode, JudgeRequest, JudgeSettings
from viva.workbench import Workbench

REQUEST = JudgeRequest("tiny", "test", ("far",))
Ask = Callable[[dict[str, Any]], Answer]


@pytest.fixture
def added(filled: Workbench) -> Iterator[Callable[[Ask], ChatServer]]:
    """Run a server, and add it as the model `far`, whose tokens cost something."""
    with ExitStack() as running:

        def add(answer: Ask) -> ChatServer:
            server = running.enter_context(ChatServer(answer))
            filled.models.add_endpoint("far", server.url, "far-model", prices=(1.0, 2.0), concurrency=4)
            return server

        yield add


def judge(bench: Workbench, request: JudgeRequest = REQUEST) -> Job:
    job = bench.jobs.wait(bench.judging.start(request).job_id)
    assert (job.status, job.error) == (JobStatus.DONE, "")
    return job


def messages(bench: Workbench, job: Job) -> str:
    return "\n".join(e["message"] for e in bench.jobs.events(job.job_id)[0] if e["event"] == "message")


def drafts_in(server: ChatServer) -> int:
    return sum(not request.get("response_format") for request in server.requests)


def test_a_job_that_was_cancelled_leaves_its_drafts_to_the_next(
    filled: Workbench, added: Callable[[Ask], ChatServer]
) -> None:
    examiner = Examiner()
    gone: list[bool] = []

    def answer(request: dict[str, Any]) -> Answer:
        found = examiner(request)
        verdict = "criteria" in str(request.get("response_format")) or "accuracy" in str(request.get("response_format"))
        return replace(found, delay=60.0) if verdict and not gone else found

    server = added(answer)
    request = replace(REQUEST, mode=JudgeMode.INDEPENDENT)
    job = filled.judging.start(request)
    log = filled.paths.jobs / job.job_id / "calls-0.jsonl"
    wait_for(lambda: log.exists() and log.read_bytes().count(b'"purpose": "draft"') >= 1, 60)
    filled.jobs.cancel(job.job_id)
    written = log.read_bytes().count(b'"purpose": "draft"')
    asked = drafts_in(server)
    gone.append(True)
    again = judge(filled, request)
    assert again.result["left"] == 0
    # Only those are asked for again that were under way.
    assert drafts_in(server) - asked == 4 - written


@pytest.mark.slow
@pytest.mark.parallel
def test_a_second_job_that_would_pay_for_the_same_is_refused(
    filled: Workbench, added: Callable[[Ask], ChatServer]
) -> None:
    examiner = Examiner(delay=0.3)
    server = added(examiner)
    job = filled.judging.start(REQUEST)
    for same in (REQUEST, replace(REQUEST, systems=("tuned",)), replace(REQUEST, settings=JudgeSettings(samples=2))):
        with pytest.raises(UsageError, match=f"job {job.job_id} asks far this already"):
            filled.judging.start(same)
    other = filled.judging.start(replace(REQUEST, settings=JudgeSettings(temperature=0.5)))
    for one in (job, other):
        assert filled.jobs.wait(one.job_id).status is JobStatus.DONE
    asked = len(server.requests)
    judge(filled)
    assert len(server.requests) == asked


@pytest.mark.slow
@pytest.mark.parallel
def test_what_asking_how_to_ask_has_cost_is_in_the_result(
    filled: Workbench, added: Callable[[Ask], ChatServer]
) -> None:
    added(Examiner())
    job = judge(filled)
    [spend] = filled.judging.spend("tiny")
    assert spend.cost is not None
    assert job.result["probing"] > 0
    assert job.result["cost"] == pytest.approx(spend.cost + job.result["probing"])
    assert "to find out how the server wants to be asked" in messages(filled, job)
    later = judge(filled, replace(REQUEST, settings=JudgeSettings(temperature=0.5)))
    assert (later.result["probing"], later.result["lost"]) == (0.0, 0.0)
    assert "the cost holds" not in messages(filled, later)


@pytest.mark.slow
@pytest.mark.parallel
def test_what_a_server_was_not_asked_with_is_said(filled: Workbench, added: Callable[[Ask], ChatServer]) -> None:
    examiner = Examiner()

    def answer(request: dict[str, Any]) -> Answer:
        for name in ("temperature", "seed"):
            if name in request:
                return error(400, f"{name} is not supported", param=name)
        return examiner(request)

    added(answer)
    said = "far takes no wish about how it draws: it was asked without temperature 0 and seed 7"
    request = replace(REQUEST, settings=JudgeSettings(seed=7))
    assert messages(filled, judge(filled, request)).count(said) == 1
    # It is known by now, and as true of the next job.
    assert messages(filled, judge(filled, replace(request, settings=JudgeSettings(seed=7, samples=2)))).count(said) == 1
