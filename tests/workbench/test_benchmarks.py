"""Benchmarks as jobs: from a file or a dataset to the numbers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.arc import make_arc
from tests.fakes.chat_server import Answer, ChatServer, error, last_message, wait_for
from tests.fakes.tiny_model import make_tiny_model
from viva.errors import BadInput, MissingExtra, NotFound, UsageError
from viva.records.benchmark import BenchmarkKind
from viva.records.dataset import Example
from viva.records.job import Job, JobStatus
from viva.store import datasets
from viva.workbench import Workbench, benchmarks
from viva.workbench.benchmarks import Answered

TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]


def talk(at: str) -> list[dict[str, Any]]:
    call = {"id": "1", "type": "function", "function": {"name": "look", "arguments": json.dumps({"at": at})}}
    return [
        {"role": "user", "content": f"Look at the {at}."},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "a fall"},
        {"role": "assistant", "content": "A fall."},
    ]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer(lambda _: Answer("A", delay=0.02)) as running:
        yield running


@pytest.fixture
def asking(bench: Workbench, server: ChatServer) -> Workbench:
    """A workbench that knows the server as the models `first` and `second`, and a dataset with conversations."""
    bench.models.add_endpoint("first", server.url, "fake", concurrency=2)
    bench.models.add_endpoint("second", server.url, "fake")
    examples = [
        Example(f"Look at the {at}.", "A fall.", split=split, example_id=at, messages=talk(at), tools=TOOLS)
        for at, split in (("camera", "test"), ("light", "test"), ("sun", "train"))
    ]
    plain = Example("Why?", "Because.", split="validation", example_id="plain")
    with bench.store.write() as connection:
        datasets.add(connection, "talks-id", "talks", "talks.json", [*examples, plain])
    return bench


def ended(bench: Workbench, job: Job) -> Job:
    return bench.jobs.wait(job.job_id)


def test_endpoints_answer_with_letters_and_are_asked_once(
    asking: Workbench, server: ChatServer, tmp_path: Path
) -> None:
    file = make_arc(tmp_path / "arc set.jsonl", 5)
    job = ended(asking, asking.benchmarks.choices(str(file), ["first", "first"], limit=3))
    assert (job.status, job.error) == (JobStatus.DONE, "")
    assert job.result == {"benchmark": "arc-set", "models": ["first"], "answered": 3, "unscored": 0}
    assert len(server.requests) == 3
    job = ended(asking, asking.benchmarks.choices(str(file), ["first", "second"]))
    assert (job.status, len(server.requests)) == (JobStatus.DONE, 5 + 5)
    with pytest.raises(Answered, match="first, second answered all of arc-set before"):
        asking.benchmarks.choices(str(file), ["first", "second"])
    assert server.requests[0]["temperature"] == 0.0
    results = asking.benchmarks.results("arc-set")
    assert (results.benchmark.kind, results.benchmark.items) == (BenchmarkKind.CHOICES, 5)
    assert [(row.model, row.measure, row.n, row.mean) for row in results.rows] == [
        ("first", "acc", 5, 0.4), ("second", "acc", 5, 0.4),
    ]  # fmt: skip
    assert results.rows[1].difference is not None
    assert (results.rows[1].difference.mean, results.rows[1].difference.p) == (0.0, 1.0)


def test_a_job_that_was_stopped_repeats_no_answered_item(bench: Workbench, tmp_path: Path) -> None:
    stuck, quick, count = [True], 10, 30

    def reply(_request: dict[str, Any]) -> Answer:
        return Answer("A", delay=600 if stuck[0] and len(server.requests) > quick else 0)

    def stored() -> int:
        return sum(row.n for row in bench.benchmarks.results("arc").rows)

    with ChatServer(reply) as server:
        bench.models.add_endpoint("first", server.url, "fake", concurrency=2)
        job = bench.benchmarks.choices(str(make_arc(tmp_path / "arc.jsonl", count)), ["first"])
        wait_for(lambda: stored() >= quick, 60)
        bench.jobs.cancel(job.job_id)
        known, asked, stuck[0] = stored(), len(server.requests), False
        job = ended(bench, bench.jobs.resume(job.job_id))
        assert (job.status, stored()) == (JobStatus.DONE, count)
        assert len(server.requests) - asked == count - known


def test_what_got_no_reply_is_asked_again(bench: Workbench, tmp_path: Path) -> None:
    broken = [True]

    def reply(request: dict[str, Any]) -> str | Answer:
        return error(400, "too long") if broken[0] and "night 1" in last_message(request) else "A or B"

    file = str(make_arc(tmp_path / "arc.jsonl", 2))
    with ChatServer(reply) as server:
        bench.models.add_endpoint("first", server.url, "fake")
        assert ended(bench, bench.benchmarks.choices(file, ["first"])).status is JobStatus.DONE
        results = bench.benchmarks.results("arc")
        assert [(row.n, row.attempted, row.mean) for row in results.rows] == [(0, 2, None)]
        assert {(reason.split(":")[0], count) for _, _, reason, count in results.unscored} == {
            ("no single letter", 1), ("127.0.0.1", 1),
        }  # fmt: skip
        broken[0] = False
        ended(bench, bench.benchmarks.choices(file, ["first"]))
        assert len(server.requests) == 3


def test_function_calls_of_the_split_named_are_checked(asking: Workbench, server: ChatServer) -> None:
    job = ended(asking, asking.benchmarks.calls("talks", "test", ["first"]))
    assert (job.status, job.result["answered"]) == (JobStatus.DONE, 4)
    assert server.times("Look at the camera.") == 2
    assert server.times("Look at the sun.") == 0
    results = asking.benchmarks.results("talks-test-calls")
    assert results.benchmark.source == "talks version 1, test"
    found = {row.measure: (row.n, row.mean) for row in results.rows}
    assert found == {"right": (4, 0.5), "function": (4, 0.5), "arguments": (2, 0.0)}


@pytest.mark.slow
@pytest.mark.parallel
def test_a_local_model_answers(bench: Workbench, tmp_path: Path) -> None:
    make_tiny_model(tmp_path / "tiny")
    bench.models.add_hub("tiny", str(tmp_path / "tiny"))
    job = ended(bench, bench.benchmarks.choices(str(make_arc(tmp_path / "arc.jsonl")), ["tiny"], "mine"))
    assert (job.status, job.error) == (JobStatus.DONE, "")
    assert [(row.measure, row.method, row.n) for row in bench.benchmarks.results("mine").rows] == [
        ("acc", "likelihood", 6), ("acc_norm", "likelihood", 6),
    ]  # fmt: skip


def test_another_file_needs_another_name(asking: Workbench, tmp_path: Path) -> None:
    ended(asking, asking.benchmarks.choices(str(make_arc(tmp_path / "arc.jsonl", 2)), ["first"]))
    with pytest.raises(UsageError, match="has other items") as caught:
        asking.benchmarks.choices(str(make_arc(tmp_path / "arc.jsonl", 3)), ["first"])
    assert caught.value.hint.endswith("--name arc-2")
    assert [benchmark.name for benchmark in asking.benchmarks.list()] == ["arc"]


def test_what_is_not_there_is_told_before_anything_is_stored(
    asking: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(make_arc(tmp_path / "arc.jsonl"))
    with pytest.raises(NotFound, match="no model 'third'"):
        asking.benchmarks.choices(file, ["first", "third"])
    with pytest.raises(UsageError, match="there is no file"):
        asking.benchmarks.choices("gone.jsonl", ["first"])
    with pytest.raises(UsageError, match="at least one item"):
        asking.benchmarks.calls("talks", "train", ["first"], limit=0)
    (tmp_path / "broken.jsonl").write_text("[1", "utf-8")
    with pytest.raises(BadInput, match="not JSON"):
        asking.benchmarks.choices(str(tmp_path / "broken.jsonl"), ["first"])
    monkeypatch.setattr(benchmarks, "HARNESS", "no_such_module")
    with pytest.raises(MissingExtra, match="there is no file arc_challenge"):
        asking.benchmarks.choices("arc_challenge", ["first"])
    with pytest.raises(NotFound, match="no split nowhere"):
        asking.benchmarks.calls("talks", "nowhere", ["first"])
    with pytest.raises(UsageError, match="no conversations with tools"):
        asking.benchmarks.calls("talks", "validation", ["first"])
    with pytest.raises(NotFound, match="no benchmark 'none'"):
        asking.benchmarks.results("none")
    assert asking.jobs.list() == []
    assert asking.benchmarks.list() == []


def test_against_a_model_that_has_not_answered(asking: Workbench) -> None:
    ended(asking, asking.benchmarks.calls("talks", "train", ["first"]))
    with pytest.raises(NotFound, match="second"):
        asking.benchmarks.results("talks-train-calls", "second")
