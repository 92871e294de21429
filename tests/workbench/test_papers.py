"""Datasets drawn from papers: from a folder of PDF files to the store."""

import json
import re
from pathlib import Path

import pytest

from tests.fakes import pdfs
from tests.fakes.chat_server import Answer, ChatServer, last_message
from tests.fakes.killed_jobs import kill_after
from viva.records.job import JobStatus
from viva.records.papers import PapersPlan
from viva.workbench import Workbench

GOOD = ("vision/one.pdf", "vision/two.pdf", "speech/three.pdf", "speech/long.pdf")
BROKEN = {"scan.pdf": pdfs.scanned, "locked.pdf": pdfs.encrypted, "cut.pdf": pdfs.truncated}


def answer(request: dict[str, object]) -> str:
    """Return a summary where one is asked for, else a pair that names its paper."""
    prompt = last_message(request)
    source = re.search(r"the file (\S+?)[.;]? ?(?:This|it)", prompt)
    assert source is not None, prompt[:300]
    if "Summarise" in prompt:
        return f"The authors of {source[1]} measured it twice [page 1]."
    approach = f"Following {source[1]}: " + "measure what matters, compare it with what was known, and repeat it. " * 5
    return json.dumps({"pairs": [{"question": f"How can {source[1]} be done?", "approach": approach, "page": 1}]})


def slowly(request: dict[str, object]) -> Answer:
    return Answer(answer(request), delay=0.1)


@pytest.fixture
def folder(workspace: Path) -> Path:
    """Papers in two sub-folders, a long one among them, and three files that cannot be read."""
    place = workspace / "papers"
    for number, name in enumerate(GOOD):
        content = pdfs.long_paper(30) if name.endswith("long.pdf") else pdfs.small_paper(number, f"Study {number}")
        pdfs.write(place / name, content)
    for name, make in BROKEN.items():
        pdfs.write(place / name, make())
    return place


def test_papers_become_examples_that_name_their_file_and_page(bench: Workbench, folder: Path) -> None:
    with ChatServer(answer) as server:
        bench.models.add_endpoint("reader", server.url, "fake", prices=(1.0, 1.0))
        job = bench.jobs.wait(bench.synthesis.start_papers("made", "reader", PapersPlan(str(folder))).job_id)
    assert (job.status, job.error) == (JobStatus.DONE, "")
    examples = {example.source: example for example in bench.datasets.examples("made")}
    assert set(examples) == set(GOOD)
    assert {example.field for example in examples.values()} == {"vision", "speech"}
    assert all(example.meta["page"] == 1 for example in examples.values())
    assert examples["vision/two.pdf"].question == "How can vision/two.pdf be done?"
    failures = bench.synthesis.failures(job.job_id)
    assert {failure["what"] for failure in failures} == set(BROKEN)
    assert all(failure["reason"] for failure in failures)
    assert job.result["failed"] == len(BROKEN)
    assert job.result["cost"] > 0


def test_a_killed_job_goes_on_and_repeats_no_finished_call(bench: Workbench, folder: Path) -> None:
    with ChatServer(slowly) as server:
        bench.models.add_endpoint("reader", server.url, "fake")
        job = bench.synthesis.start_papers("made", "reader", PapersPlan(str(folder), words_per_piece=500))
        calls = kill_after(bench, job, 2)
        finished = [json.loads(line)["key"] for line in calls.read_bytes().split(b"\n")[:-1]]
        asked = len(server.requests)
        ended = bench.jobs.wait(bench.jobs.resume(job.job_id).job_id)
        assert (ended.status, ended.error) == (JobStatus.DONE, "")
        keys = [json.loads(line)["key"] for line in calls.read_text().splitlines()]
    assert keys[: len(finished)] == finished
    assert len(keys) == len(set(keys)) == len(finished) + len(server.requests) - asked
    assert {example.source for example in bench.datasets.examples("made")} == set(GOOD)


def test_papers_are_drawn_per_field(bench: Workbench, folder: Path) -> None:
    count, problems = bench.synthesis.papers(PapersPlan(str(folder), papers_per_field=1))
    assert (count, problems) == (3, [])
