"""Judging as a job: from an endpoint that answers as a judge to the verdicts that count."""

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.chat_server import Answer, ChatServer, error, wait_for
from tests.fakes.examiner import DRAFT, Examiner
from tests.fakes.filled import SYSTEMS
from viva.jobs.directory import JobDirectory
from viva.records.generation import Generation
from viva.records.job import Job, JobStatus
from viva.records.judging import BASELINE, JudgeMode, JudgeRequest, JudgeSettings
from viva.records.model import Decoding, System
from viva.store import generations, models
from viva.workbench import Workbench

REQUEST = JudgeRequest("tiny", "test", ("far",))
CRITERIA = ["accuracy", "completeness", "relevance", "practicality"]


@pytest.fixture
def examiner() -> Examiner:
    return Examiner()


@pytest.fixture
def server(examiner: Examiner) -> Iterator[ChatServer]:
    with ChatServer(examiner) as running:
        yield running


@pytest.fixture
def judged(filled: Workbench, server: ChatServer) -> Workbench:
    """A workbench that knows the examiner as the models `far` and `near`, whose tokens cost something."""
    for name in ("far", "near"):
        filled.models.add_endpoint(name, server.url, f"{name}-model", prices=(1.0, 2.0), concurrency=4)
    return filled


def judge(bench: Workbench, request: JudgeRequest = REQUEST, **changes: Any) -> Job:
    job = bench.jobs.wait(bench.judging.start(replace(request, **changes)).job_id)
    assert (job.status, job.error) == (JobStatus.DONE, "")
    return job


def query(bench: Workbench, sql: str) -> list[tuple[Any, ...]]:
    with bench.store.read() as connection:
        return connection.execute(sql).fetchall()


def messages(bench: Workbench, job: Job) -> str:
    return "\n".join(e["message"] for e in bench.jobs.events(job.job_id)[0] if e["event"] == "message")


def test_scores_count_are_read_again_and_cost_nothing_twice(
    judged: Workbench, examiner: Examiner, server: ChatServer
) -> None:
    examiner.say = {"accuracy": 5, "practicality": 0}
    job = judge(judged)
    assert (job.result["calls"], job.result["unscored"], job.result["left"]) == (8, 0, 0)
    assert (job.done, job.total) == (8, 8)
    found = query(judged, "SELECT criterion, value, points, judge, mode FROM judgments")
    assert len(found) == 32
    assert {row[:3] for row in found} == {
        ("accuracy", 5.0, 40.0), ("completeness", 4.0, 24.0), ("relevance", 4.0, 16.0), ("practicality", 0.0, 0.0),
    }  # fmt: skip
    board = judged.results.leaderboard("tiny", "test")
    totals = [(row.system, row.n, row.mean) for row in board if row.source == "judge" and row.measure == "total"]
    assert sorted(totals) == [(system, 4, pytest.approx(80.0)) for system in SYSTEMS]
    asked = len(server.requests)
    assert judge(judged).result["calls"] == 0
    assert len(server.requests) == asked
    # Another protocol with the same words in it is another examiner, and asked anew; the dialect is known by now.
    judge(judged, settings=JudgeSettings(temperature=0.5))
    assert len(server.requests) == asked + 8
    [spend] = judged.judging.spend("tiny")
    assert (spend.judge, spend.calls, spend.again) == ("far", 16, 0)
    assert spend.cost is not None
    [verdict, *_] = judged.judging.verdicts("generation-10")
    assert verdict.call_id is not None
    read = judged.judging.read_call(verdict.call_id)
    assert read.messages[0]["content"] in examiner.asked
    assert json.loads(read.call.reply)["accuracy"]["value"] == 5
    assert read.texts[0] in read.messages[0]["content"]


def test_no_name_of_a_system_reaches_the_judge(judged: Workbench, server: ChatServer) -> None:
    secret = System("zq-hidden-name", "zq-hidden-model", "zq-hidden-prompt {question}", Decoding())
    with judged.store.write() as connection:
        models.add_system(connection, secret)
        generations.add(connection, [Generation("g", secret.system_id, "example-5", "Walk in.", "stop", 1, 1, 0.1)])
    jobs = [judge(judged, mode=JudgeMode.INDEPENDENT), judge(judged, pairwise=True)]
    names = ("zq-hidden", secret.system_id, "starter", "tuned")
    for job in jobs:
        folder = judged.paths.jobs / job.job_id
        files = [path for path in folder.iterdir() if path.name.startswith(("config", "rows", "calls"))]
        assert len(files) == 3
        for path in files:
            for line in path.read_text("utf-8").splitlines() if path.suffix == ".jsonl" else [path.read_text("utf-8")]:
                assert walked(json.loads(line), names) == []
    for request in server.requests:
        assert walked(request, names) == []
    assert server.times("Walk in.")


def walked(value: Any, names: tuple[str, ...]) -> list[str]:
    """Return the texts anywhere in a value that hold one of the names."""
    if isinstance(value, dict):
        return [found for item in value.items() for part in item for found in walked(part, names)]
    if isinstance(value, list):
        return [found for part in value for found in walked(part, names)]
    return [value] if isinstance(value, str) and any(name in value for name in names) else []


def test_what_could_not_be_read_is_unscored_and_asked_again_only_on_demand(
    judged: Workbench, examiner: Examiner, server: ChatServer
) -> None:
    examiner.broken = {"yes"}  # it stands in the hostile question
    job = judge(judged)
    assert (job.result["unscored"], job.result["calls"]) == (2, 8)
    assert "2 verdicts unscored (2 unreadable)" in messages(judged, job)
    unscored = judged.judging.unscored("tiny", "test")
    assert {(row.criterion, row.example_id) for row in unscored} == {(name, "example-7") for name in CRITERIA}
    assert all(row.reason and row.call_id for row in unscored)
    asked = len(server.requests)
    judge(judged)
    assert len(server.requests) == asked
    examiner.broken.clear()
    job = judge(judged, retry=True)
    assert len(server.requests) == asked + 2
    assert judged.judging.unscored("tiny", "test") == []
    assert judged.judging.plan(replace(REQUEST, retry=True)).calls == 0


def test_asking_stops_at_the_budget_and_goes_on_with_a_higher_one(judged: Workbench, server: ChatServer) -> None:
    # It holds the most that the longest call can cost, and little more.
    job = judge(judged, budget=0.015)
    assert job.result["stopped"] == "budget"
    assert 0 < job.result["left"] < 8
    assert job.result["cost"] <= 0.015
    assert f"{job.result['left']} verdicts not asked for" in messages(judged, job).replace("verdict ", "verdicts ")
    asked = len(server.requests)
    job = judge(judged, budget=1.0)
    assert job.result["left"] == 0
    assert len(server.requests) - asked <= 8
    assert len(query(judged, "SELECT 1 FROM judgments WHERE value IS NOT NULL")) == 32


@pytest.mark.slow
@pytest.mark.parallel
def test_a_panel_takes_its_judges_together(judged: Workbench, examiner: Examiner) -> None:
    judge(judged, judges=("far", "near"), panel="both", systems=("tuned",))
    found = query(
        judged, "SELECT criterion, value, asked FROM judgments WHERE judge = 'both' AND criterion = 'accuracy'"
    )
    assert found == [("accuracy", 4.0, 2)] * 4
    assert {row.judge for row in judged.judging.judged("tiny")} == {"far", "near", "both"}
    [accuracy, *_] = judged.judging.spread("tiny", "test", "both", JudgeMode.REFERENCE)
    assert (accuracy.criterion, accuracy.counts, accuracy.mean) == ("accuracy", ((4.0, 4),), 4.0)


def test_pairs_are_compared_in_both_orders(judged: Workbench, examiner: Examiner, server: ChatServer) -> None:
    examiner.better = "A **graph** network."
    job = judge(judged, pairwise=True, per_criterion=True)
    assert (job.result["calls"], job.result["unscored"]) == (8, 0)
    found = query(
        judged,
        "SELECT example, shown_first, winner, system_a, system_b FROM preferences "
        "WHERE source = 'judge' AND criterion IS NULL ORDER BY example, shown_first",
    )
    assert [row[1] for row in found] == ["a", "b"] * 4
    for example, _, winner, system_a, _ in found:
        better = "a" if system_a == "tuned" else "b"
        assert winner == (better if example == "example-8" else "tie")
    assert len(query(judged, "SELECT 1 FROM preferences WHERE criterion IS NOT NULL")) == 8 * 4
    decided = query(judged, "SELECT winner, flipped FROM pair_verdicts WHERE criterion IS NULL ORDER BY example")
    assert decided[:3] == [("tie", False)] * 3
    asked = len(server.requests)
    judge(judged, pairwise=True, per_criterion=True)
    assert len(server.requests) == asked


@pytest.mark.slow
@pytest.mark.parallel
def test_in_independent_mode_a_draft_is_written_once_for_each_question(judged: Workbench, examiner: Examiner) -> None:
    job = judge(judged, mode=JudgeMode.INDEPENDENT)
    assert job.result["calls"] == 8 + 4
    drafts = [prompt for prompt in examiner.asked if DRAFT not in prompt]
    assert len(drafts) == 4
    assert not any("normalising flow. Evaluation holds out" in prompt for prompt in drafts)
    # A system that came later is held against the same drafts.
    with judged.store.write() as connection:
        models.add_system(connection, System("late", "late", "", Decoding()))
        late = System("late", "late", "", Decoding()).system_id
        generations.add(connection, [Generation("late", late, "example-5", "Later.", "stop", 1, 1, 0.1)])
    assert judged.judging.plan(replace(REQUEST, mode=JudgeMode.INDEPENDENT)).calls == 1
    assert judge(judged, mode=JudgeMode.INDEPENDENT).result["calls"] == 1
    [verdict, *_] = judged.judging.verdicts("late")
    read = judged.judging.read_call(verdict.call_id or "")
    assert DRAFT in read.messages[0]["content"]
    assert read.messages[0]["content"] == examiner.asked[-1]


@pytest.mark.slow
@pytest.mark.parallel
def test_the_same_text_again_is_known_and_a_failed_one_is_unscored_without_a_call(
    judged: Workbench, server: ChatServer
) -> None:
    judge(judged, systems=("tuned",))
    with judged.store.write() as connection:
        [(text,)] = connection.execute("SELECT text FROM generation WHERE generation_id = 'generation-10'").fetchall()
        models.add_system(connection, System("copy", "copy", "", Decoding()))
        copy = System("copy", "copy", "", Decoding()).system_id
        generations.add(
            connection,
            [
                Generation("same", copy, "example-5", text, "stop", 1, 1, 0.1),
                Generation("lost", copy, "example-6", "", "failed", 0, 0, 0.0, failed="no reply"),
            ],
        )
    asked = len(server.requests)
    job = judge(judged, systems=("copy",))
    assert len(server.requests) == asked
    assert (job.result["cached"], job.result["no_text"], job.result["calls"]) == (1, 1, 0)
    said = {verdict.generation_id: verdict for name in ("same", "lost") for verdict in judged.judging.verdicts(name)}
    assert said["same"].value == 4
    assert said["lost"].unscored == "no text: no reply"
    assert "from earlier calls, at no cost" in messages(judged, job)
    assert judged.judging.plan(replace(REQUEST, systems=("copy",))).calls == 0


@pytest.mark.slow
@pytest.mark.parallel
def test_the_baseline_judges_with_no_call(judged: Workbench, server: ChatServer) -> None:
    job = judge(judged, judges=(BASELINE,))
    assert (job.result["calls"], job.result["cost"]) == (0, 0.0)
    assert judged.judging.plan(replace(REQUEST, judges=(BASELINE,), retry=True)).judges[0].done == 8
    assert server.requests == []
    found = dict(query(judged, "SELECT criterion, count(value) FROM judgments GROUP BY criterion"))
    assert found["accuracy"] > 0
    assert found["practicality"] == 0


@pytest.mark.slow
@pytest.mark.parallel
def test_samples_are_verdicts_of_their_own(judged: Workbench, server: ChatServer) -> None:
    judge(judged, systems=("tuned",), settings=JudgeSettings(temperature=1.0, samples=2))
    assert query(judged, "SELECT DISTINCT samples, asked, spread FROM judgments") == [(2, 2, 0.0)]
    asked = len(server.requests)
    judge(judged, systems=("tuned",), settings=JudgeSettings(temperature=1.0, samples=3))
    assert len(server.requests) == asked + 4


@pytest.mark.slow
@pytest.mark.parallel
def test_a_job_that_was_killed_loses_no_verdict_and_pays_none_twice(judged: Workbench, examiner: Examiner) -> None:
    examiner.delay = 0.2
    with ChatServer(examiner) as slow:
        judged.models.add_endpoint("slow", slow.url, "slow", prices=(1.0, 2.0), concurrency=2)
        job = judged.judging.start(replace(REQUEST, judges=("slow", BASELINE), budget=1000.0, panel="both"))
        directory = JobDirectory(judged.paths.jobs / job.job_id)
        log = directory.path / "calls-0.jsonl"
        for finished in (1, 3, 5, 7):
            wait_for(lambda count=finished: log.exists() and log.read_bytes().count(b"call_id") >= count, 60)  # type: ignore[misc]
            pid = directory.pid()
            assert pid is not None
            os.killpg(pid, signal.SIGKILL)
            wait_for(lambda: not directory.alive, 60)
            judged.jobs.resume(job.job_id)
        ended = judged.jobs.wait(job.job_id)
        assert (ended.status, ended.error, ended.result["left"]) == (JobStatus.DONE, "", 0)
        keys = [json.loads(line)["key"] for line in log.read_text("utf-8").splitlines() if "call_id" in line]
        assert len(keys) == len(set(keys)) == 8
        assert query(judged, "SELECT count(*), count(DISTINCT key) FROM judge_call") == [(8, 8)]
        assert query(judged, "SELECT count(value) FROM judgments WHERE judge = 'slow'") == [(32,)]
        assert query(judged, "SELECT count(*) FROM judgment WHERE judge = 'slow'") == [(32,)]
        # Only what was under way when it was killed is asked for again.
        assert len(examiner.asked) <= 8 + 4 * 2
        assert ended.result["calls"] == 8


def test_a_wrong_key_ends_the_job_with_one_line_and_keeps_the_rest(judged: Workbench, server: ChatServer) -> None:
    server.faults.extend(Answer(status=401, body=b'{"error": {"message": "wrong key"}}') for _ in range(9))
    job = judged.jobs.wait(judged.judging.start(REQUEST).job_id)
    assert job.status is JobStatus.FAILED
    assert "the key is wrong or missing" in job.error
    server.faults.clear()
    ended = judged.jobs.wait(judged.jobs.resume(job.job_id).job_id)
    assert (ended.status, ended.result["left"]) == (JobStatus.DONE, 0)


def test_a_trial_is_paid_once_and_decides_nothing(judged: Workbench, server: ChatServer) -> None:
    judge(judged)
    board = query(judged, "SELECT * FROM judgments ORDER BY ALL")
    other = JudgeSettings(temperature=0.5)
    before = len(server.requests)
    trial = judge(judged, settings=other, limit=1, trial=True)
    tried = len(server.requests) - before
    assert (trial.result["calls"], tried) == (2, 2)
    assert query(judged, "SELECT * FROM judgments ORDER BY ALL") == board
    call = judged.judging.calls("tiny", "test", "far", JudgeMode.REFERENCE)[0]
    assert judged.judging.read_call(call.call_id).messages
    whole = judge(judged, settings=other)
    assert (whole.result["cached"], whole.result["calls"]) == (2, 6)
    assert {row[0] for row in query(judged, "SELECT DISTINCT protocol FROM judgments")} != {row[-2] for row in board}


def test_a_judge_that_nobody_can_reach_fails_the_job_and_takes_no_verdict_away(
    judged: Workbench, server: ChatServer
) -> None:
    judge(judged)
    board = query(judged, "SELECT * FROM judgments ORDER BY ALL")
    server.faults.extend(error(503, "asleep") for _ in range(400))
    other = replace(REQUEST, settings=JudgeSettings(temperature=0.5), limit=1)
    job = judged.jobs.wait(judged.judging.start(other).job_id)
    assert job.status is JobStatus.FAILED
    assert "asleep" in job.error
    assert query(judged, "SELECT * FROM judgments ORDER BY ALL") == board


def test_a_plan_tells_whose_place_its_verdicts_take_and_going_back_lets_the_first_count_again(
    judged: Workbench, server: ChatServer
) -> None:
    judge(judged)
    other = replace(REQUEST, settings=JudgeSettings(temperature=0.5), limit=1)
    assert judged.judging.plan(REQUEST).judges[0].replaces == 0
    assert judged.judging.plan(other).judges[0].replaces == 8
    assert judged.judging.plan(replace(other, trial=True)).judges[0].replaces == 0
    judge(judged, other)
    assert len(query(judged, "SELECT DISTINCT generation FROM judgments")) == 2
    again, asked = judged.judging.plan(REQUEST).judges[0], len(server.requests)
    assert (again.replaces, again.calls, again.done) == (2, 0, 8)
    judge(judged)
    assert len(server.requests) == asked
    assert len(query(judged, "SELECT DISTINCT generation FROM judgments")) == 8
