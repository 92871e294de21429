"""Generation as a job: from an endpoint to the store, with failures, kills and several samples."""

from collections.abc import Iterator

import pytest

from tests.fakes.chat_server import Answer, ChatServer, broken, limited, no_choices
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
