"""Generation as a job: from an endpoint to the store, with failures, kills and several samples."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.chat_server import Answer, ChatServer, broken, error, limited, no_choices
from viva.errors import UsageError
from viva.records.generating import GenerationRequest, Grid
from viva.records.job import Job, JobStatus
from viva.workbench import Workbench


def told(request: dict[str, object]) -> Answer:
    messages = request["messages"]
    assert isinstance(messages, list)
    question = str(messages[-1]["content"])
    if "hostile" in question:
        return Answer(status=400, body=b'{"error": {"message": "I will not"}}')
    return Answer(f"an answer to {question[:20]}", delay=0.02)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer(told) as running:
        yield running


@pytest.fixture
def asking(filled: Workbench, server: ChatServer) -> Workbench:
    """A workbench that knows the server as the model `far`, whose texts cost something."""
    filled.models.add_endpoint("far", server.url, "fake", prices=(1.0, 2.0), takes={"top_k": "top_k"}, concurrency=4)
    return filled


def write(bench: Workbench, **values: object) -> Job:
    request = GenerationRequest(**{"dataset": "tiny", "split": "test", "models": ("far",), **values})  # type: ignore[arg-type]
    return bench.jobs.wait(bench.generation.start(request).job_id)


def texts(bench: Workbench, system: str = "far") -> list[tuple[object, ...]]:
    with bench.store.read() as connection:
        return connection.execute(
            "SELECT example, sample, text, failed, cost FROM generations WHERE system = ? ORDER BY example, sample",
            [system],
        ).fetchall()


def test_every_question_ends_as_a_text_or_as_a_failure_with_its_reason(asking: Workbench, server: ChatServer) -> None:
    server.faults.extend([limited("0"), broken(), no_choices()])
    job = write(asking)
    assert (job.status, job.error) == (JobStatus.DONE, "")
    assert (job.result["systems"], job.result["failed"]) == (["far"], 1)
    found = {row[0]: row for row in texts(asking)}
    assert sorted(found) == ["example-5", "example-6", "example-7", "example-8"]
    assert "I will not" in str(found["example-7"][3])
    assert found["example-7"][2] == ""
    assert all(row[3] is None and row[4] > 0 for name, row in found.items() if name != "example-7")  # type: ignore[operator]
    latest = asking.jobs.latest_text(job.job_id)
    assert latest is not None
    assert latest.system == "far"
    assert latest.text.startswith("an answer to ")


def test_only_what_failed_is_asked_again(asking: Workbench, server: ChatServer) -> None:
    write(asking)
    before = len(server.requests)
    job = write(asking)
    assert job.status is JobStatus.DONE
    assert len(server.requests) - before == 1
    assert server.times("hostile") == 2
    assert len(texts(asking)) == 4


def test_samples_are_texts_of_their_own(asking: Workbench, server: ChatServer) -> None:
    grid = Grid((0.7,), top_k=(5,), seed=(3,), samples=2)
    job = write(asking, split="train", grid=grid)
    assert job.result["systems"] == ["far-t0.7-k5-s3-x2"]
    assert [(row[0], row[1]) for row in texts(asking, "far-t0.7-k5-s3-x2")] == [
        (f"example-{number}", sample) for number in range(3) for sample in (0, 1)
    ]
    assert {request["top_k"] for request in server.requests} == {5}
    assert {request["temperature"] for request in server.requests} == {0.7}


def test_a_key_that_is_wrong_ends_the_job_with_one_clear_line(asking: Workbench, server: ChatServer) -> None:
    server.faults.extend(Answer(status=401, body=b'{"error": {"message": "wrong key"}}') for _ in range(50))
    job = write(asking)
    assert job.status is JobStatus.FAILED
    assert "the key is wrong or missing" in job.error
    assert len(server.requests) <= 8
    server.faults.clear()
    ended = asking.jobs.wait(asking.jobs.resume(job.job_id).job_id)
    assert ended.status is JobStatus.DONE
    assert len(texts(asking)) == 4


def test_no_more_calls_are_under_way_than_the_endpoint_was_added_with(filled: Workbench) -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def counted(_request: dict[str, object]) -> Answer:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.05)
        with lock:
            under_way -= 1
        return Answer("so")

    with ChatServer(counted) as server:
        for name, calls in (("one", 1), ("two", 2)):
            most = 0
            filled.models.add_endpoint(name, server.url, "fake", concurrency=calls)
            assert write(filled, models=(name,)).status is JobStatus.DONE
            assert most == calls


def test_what_a_job_took_counts_all_its_runs_and_its_progress_goes_on(asking: Workbench, server: ChatServer) -> None:
    asking.models.add_endpoint("slow", server.url, "fake", prices=(1.0, 2.0), concurrency=1)
    server.faults.extend([Answer("one"), Answer("two"), *(error(402) for _ in range(9))])
    job = write(asking, models=("slow",))
    assert (job.status, job.done, job.total) == (JobStatus.FAILED, 2, 4)
    server.faults.clear()
    ended = asking.jobs.wait(asking.jobs.resume(job.job_id).job_id)
    assert (ended.status, ended.done, ended.total) == (JobStatus.DONE, 4, 4)
    with asking.store.read() as connection:
        [took] = connection.execute(
            "SELECT sum(prompt_tokens), sum(completion_tokens), sum(cost) FROM generations WHERE system = 'slow'"
        ).fetchall()
    assert (ended.result["prompt_tokens"], ended.result["completion_tokens"]) == took[:2]
    assert ended.result["cost"] == pytest.approx(took[2])


def test_one_server_that_is_gone_keeps_no_other_from_writing(asking: Workbench) -> None:
    with ChatServer(lambda _: error(401)) as gone:
        asking.models.add_endpoint("gone", gone.url, "fake", concurrency=1)
        job = write(asking, models=("gone", "far"))
    assert job.status is JobStatus.FAILED
    assert "HTTP 401" in job.error
    assert (texts(asking, "gone"), len(texts(asking, "far"))) == ([], 4)


def test_what_a_job_writes_already_is_not_started_again(asking: Workbench, server: ChatServer) -> None:
    server.faults.append(Answer("late", delay=1.0))
    request = GenerationRequest("tiny", "test", ("far",))
    job = asking.generation.start(request)
    with pytest.raises(UsageError, match=f"job {job.job_id} writes this already"):
        asking.generation.start(request)
    assert asking.jobs.wait(job.job_id).status is JobStatus.DONE
    assert len(server.requests) == 4


def test_a_server_that_takes_no_seed_is_told_of(filled: Workbench) -> None:
    def answer(request: dict[str, Any]) -> str | Answer:
        return error(400, "no", param="seed") if "seed" in request else "a text"

    with ChatServer(answer) as server:
        filled.models.add_endpoint("far", server.url, "fake", concurrency=4)
        job = write(filled)
    said = [event["message"] for event in filled.jobs.events(job.job_id)[0] if event["event"] == "message"]
    assert job.status is JobStatus.DONE
    assert "fake takes no seed: its texts are drawn as its server likes" in said
