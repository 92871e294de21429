import json

import pytest

from tests.cli.running import Viva
from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.jobs.directory import JobDirectory
from viva.records.job import JobKind, JobSpec, JobStatus
from viva.workbench import Workbench

SPEC = JobSpec(JobKind.TRAIN, "starter-lora: starter on tiny", {"dataset": "tiny"})


@pytest.fixture
def ended(bench: Workbench) -> JobDirectory:
    """A training that has ended well."""
    directory = JobDirectory.create(bench.paths.jobs, SPEC)
    directory.add_event({"event": "start", "total": 20, "unit": "step", "device": "cpu"})
    directory.add_event({"event": "log", "step": 10, "epoch": 0.5, "values": {"learning_rate": 0.003, "loss": 3.25}})
    directory.add_event({"event": "best", "step": 10, "value": 3.0})
    directory.add_event({"event": "progress", "done": 20, "total": 20, "message": "almost"})
    directory.log_file.write_text("\n".join(f"line {number}" for number in range(50)))
    directory.set_ended(JobStatus.DONE, "", {"model": "starter-tiny"})
    return directory


def test_the_start_of_an_id_is_enough(viva: Viva, ended: JobDirectory) -> None:
    [row] = json.loads(viva("job", "show", ended.job_id[:-2], "--format", "json").out)
    assert row["job"] == ended.job_id
    assert row["result"] == {"model": "starter-tiny"}


def test_showing_a_job_shows_the_end_of_its_log(viva: Viva, ended: JobDirectory) -> None:
    shown = viva("job", "show", ended.job_id, "--lines", "3").out
    assert "line 49" in shown
    assert "line 46" not in shown
    assert "line" not in viva("job", "show", ended.job_id, "--lines", "0").out.replace("pipeline", "")


def test_following_prints_what_happened_a_line_each(viva: Viva, ended: JobDirectory) -> None:
    outcome = viva("job", "follow", ended.job_id)
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "start 0/20 device cpu, unit step",
        "log 10 loss 3.25, learning_rate 0.003",
        "best 10 value 3",
        "progress 20/20 almost",
    ]


def test_following_as_json_gives_the_events(viva: Viva, ended: JobDirectory) -> None:
    events = json.loads(viva("job", "follow", ended.job_id, "--format", "json").out)
    assert [event["event"] for event in events] == ["start", "log", "best", "progress"]
    assert events[1]["values"] == {"learning_rate": 0.003, "loss": 3.25}
    assert events[3]["message"] == "almost"


def test_following_a_job_that_failed_fails(viva: Viva, bench: Workbench) -> None:
    directory = JobDirectory.create(bench.paths.jobs, SPEC)
    directory.add_event({"event": "error", "message": "no memory", "hint": ""})
    directory.set_ended(JobStatus.FAILED, "no memory")
    outcome = viva("job", "follow", directory.job_id)
    assert outcome.code == 1
    assert "no memory" in outcome.out
    assert outcome.err == (
        f"error: train {directory.job_id} failed: no memory\nhint: viva job show {directory.job_id} has the log\n"
    )


def test_following_names_the_job_that_comes_next(viva: Viva, bench: Workbench) -> None:
    directory = JobDirectory.create(bench.paths.jobs, SPEC)
    directory.set_ended(JobStatus.DONE, "", {"next_job": "another"})
    assert viva("job", "follow", directory.job_id).err == "it goes on with another job: viva job follow another\n"


def test_hostile_messages_of_a_job_are_harmless(viva: Viva, bench: Workbench) -> None:
    directory = JobDirectory.create(bench.paths.jobs, JobSpec(JobKind.TRAIN, HOSTILE[5], {"text": HOSTILE[6]}))
    for text in HOSTILE:
        directory.add_event({"event": "progress", "done": 1, "total": 2, "message": text})
    directory.log_file.write_text("\n".join(HOSTILE).encode("utf-8", "replace").decode())
    directory.set_ended(JobStatus.FAILED, HOSTILE[3])
    for command in (["list"], ["show", directory.job_id], ["follow", directory.job_id]):
        outcome = viva("job", *command)
        assert not FORBIDDEN.search(outcome.out + outcome.err)


def test_cancelling_a_job_that_does_not_run_is_used_wrongly(viva: Viva, ended: JobDirectory) -> None:
    assert viva("job", "cancel", ended.job_id).code == 2


def test_resuming_a_job_that_is_done_is_used_wrongly(viva: Viva, ended: JobDirectory) -> None:
    assert viva("job", "resume", ended.job_id).code == 2


def test_an_unknown_job_is_an_error(viva: Viva, bench: Workbench) -> None:
    assert viva("job", "show", "nothing").code == 1
