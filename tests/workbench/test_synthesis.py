"""Datasets written by a model: the jobs, from an endpoint to the store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dataset.synthesise.replying import answer
from tests.fakes.chat_server import Answer, ChatServer, error
from tests.fakes.killed_jobs import kill_after
from viva.errors import BadInput, NotFound, UsageError
from viva.records.job import JobStatus
from viva.records.synthesis import DomainPlan, TaxonomyPlan
from viva.workbench import Workbench

PLAN = TaxonomyPlan({"arts": ("music", "film")}, questions=4, per_call=2)
CALLS = 2 * 2 + 8


def slowly(request: dict[str, object]) -> Answer:
    return Answer(answer(request), delay=0.05)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer(slowly) as running:
        yield running


@pytest.fixture
def asking(bench: Workbench, server: ChatServer) -> Workbench:
    """A workbench that knows the server as the model `writer`."""
    bench.models.add_endpoint("writer", server.url, "fake", prices=(1.0, 2.0))
    return bench


def test_a_model_writes_a_dataset(asking: Workbench, server: ChatServer) -> None:
    job = asking.jobs.wait(asking.synthesis.start("made", "writer", PLAN).job_id)
    assert (job.status, job.error) == (JobStatus.DONE, "")
    dataset = asking.datasets.get("made")
    assert (dataset.size, dataset.change, dataset.source) == (8, "written by writer", "writer")
    assert {e.subfield for e in asking.datasets.examples("made")} == {"music", "film"}
    assert all(e.meta["model"] for e in asking.datasets.examples("made"))
    assert (job.result["dataset"], job.result["failed"], job.result["calls"]) == ("made", 0, CALLS)
    assert job.result["cost"] > 0
    assert len(server.requests) == CALLS
    assert asking.synthesis.failures(job.job_id) == []


def test_a_job_that_is_killed_goes_on_and_repeats_no_finished_call(asking: Workbench, server: ChatServer) -> None:
    job = asking.synthesis.start("made", "writer", PLAN)
    calls = kill_after(asking, job, 3)
    assert asking.datasets.list() == []
    finished = calls.read_bytes().count(b"\n")
    asked = len(server.requests)
    assert asking.jobs.get(job.job_id).status is JobStatus.INTERRUPTED
    ended = asking.jobs.wait(asking.jobs.resume(job.job_id).job_id)
    assert (ended.status, ended.error) == (JobStatus.DONE, "")
    assert asking.datasets.get("made").size == 8
    assert len(server.requests) - asked == CALLS - finished


def test_what_fails_is_told_and_the_rest_comes_in(bench: Workbench) -> None:
    def sometimes(request: dict[str, object]) -> str | Answer:
        text = answer(request)
        return "I would rather not." if "film" in str(request["messages"]) and "hypothesis" in text else text

    with ChatServer(sometimes) as server:
        bench.models.add_endpoint("writer", server.url, "fake")
        job = bench.jobs.wait(bench.synthesis.start("made", "writer", PLAN).job_id)
    assert (job.status, job.result["examples"], job.result["failed"]) == (JobStatus.DONE, 4, 4)
    failures = bench.synthesis.failures(job.job_id)
    assert len(failures) == 4
    assert all(failure["reason"] for failure in failures)


def test_a_model_that_refuses_the_key_ends_the_job_with_its_reason(bench: Workbench) -> None:
    with ChatServer(lambda _: error(401, "Incorrect API key provided")) as server:
        bench.models.add_endpoint("writer", server.url, "fake")
        job = bench.jobs.wait(bench.synthesis.start("made", "writer", PLAN).job_id)
        assert job.status is JobStatus.FAILED
        assert "key" in job.error
        assert len(server.requests) <= 16
    assert bench.datasets.list() == []


def test_a_key_that_is_not_set_is_told(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_KEY", raising=False)
    bench.models.add_endpoint("writer", "http://127.0.0.1:9/v1", "fake", key_env="SOME_KEY")
    job = bench.jobs.wait(bench.synthesis.start("made", "writer", PLAN).job_id)
    assert (job.status, "SOME_KEY" in job.error) == (JobStatus.FAILED, True)


def test_the_key_is_sent_and_kept_nowhere(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-very-secret")
    with ChatServer(answer) as server:
        bench.models.add_endpoint("writer", server.url, "fake", key_env="SOME_KEY")
        bench.jobs.wait(bench.synthesis.start("made", "writer", PLAN).job_id)
        assert {headers["authorization"] for headers in server.headers} == {"Bearer sk-very-secret"}
    files = [path for path in bench.paths.root.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not [path for path in files if b"sk-very-secret" in path.read_bytes()]


def test_an_estimate_reckons_with_prices(asking: Workbench) -> None:
    found = asking.synthesis.estimate(PLAN, "writer")
    assert found.calls == CALLS
    assert found.cost is not None
    assert found.cost == pytest.approx((found.prompt_tokens + 2 * found.completion_tokens) / 1e6)
    assert asking.synthesis.estimate(DomainPlan(pairs=8), "writer").calls >= 2


def test_the_time_is_known_once_the_model_has_written(asking: Workbench) -> None:
    assert asking.synthesis.estimate(PLAN, "writer").seconds is None
    asking.jobs.wait(asking.synthesis.start("made", "writer", PLAN).job_id)
    assert asking.synthesis.estimate(PLAN, "writer").seconds is not None


def test_a_prompt_of_ones_own_is_used(asking: Workbench, server: ChatServer) -> None:
    asking.synthesis.copy_prompts()
    own = asking.paths.prompts / "questions.txt"
    own.write_text(own.read_text("utf-8") + "\nMind the harbour seals.\n", "utf-8")
    assert asking.synthesis.prompts()["questions.txt"] == own
    asking.jobs.wait(asking.synthesis.start("made", "writer", PLAN).job_id)
    assert server.times("Mind the harbour seals.") == 4


def test_a_prompt_that_cannot_be_used_is_refused_before_the_start(asking: Workbench) -> None:
    asking.synthesis.copy_prompts()
    own = asking.paths.prompts / "questions.txt"
    own.write_text("Write {{count}} of {{something}}\n", "utf-8")
    with pytest.raises(BadInput, match=r"questions\.txt"):
        asking.synthesis.start("made", "writer", PLAN)
    assert asking.jobs.list() == []


def test_the_shipped_taxonomy_has_eight_fields_and_sixty_one_subfields(bench: Workbench) -> None:
    taxonomy = bench.synthesis.taxonomy("research-fields")
    assert (len(taxonomy), sum(map(len, taxonomy.values()))) == (8, 61)
    shipped = bench.datasets.import_bundled("fields")
    pairs = {(e.field, e.subfield) for e in bench.datasets.examples(shipped.name)}
    assert pairs == {(field, subfield) for field, subfields in taxonomy.items() for subfield in subfields}


def test_an_unknown_taxonomy_is_told(bench: Workbench) -> None:
    with pytest.raises(NotFound):
        bench.synthesis.taxonomy("research")


@pytest.mark.parametrize(
    ("url", "model"),
    [("ftp://x/v1", "m"), ("localhost:1", "m"), ("http://", "m"), ("http://u:p@h/v1", "m"), ("http://h", " ")],
)
def test_an_endpoint_that_cannot_be_one_is_refused(bench: Workbench, url: str, model: str) -> None:
    with pytest.raises(UsageError):
        bench.models.add_endpoint("writer", url, model)


def test_an_endpoint_cannot_be_trained(asking: Workbench) -> None:
    asking.datasets.import_bundled("vad")
    with pytest.raises(UsageError, match="weights are not here"):
        asking.training.start("vad", "writer", "starter-lora")


def test_an_empty_folder_holds_no_papers(asking: Workbench, tmp_path: Path) -> None:
    from viva.records.papers import PapersPlan

    with pytest.raises(UsageError, match="no PDF file"):
        asking.synthesis.start_papers("made", "writer", PapersPlan(str(tmp_path)))
