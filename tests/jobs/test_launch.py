"""Jobs as processes: they outlive their starter, and their lock tells whether they live."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from viva.jobs import launch
from viva.jobs.directory import JobDirectory
from viva.records.job import JobKind, JobSpec, JobStatus

SLEEPER = "tests.fakes.sleeper"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture
def directory(tmp_path: Path) -> JobDirectory:
    return JobDirectory.create(tmp_path / "jobs", JobSpec(JobKind.TRAIN, "a title", {"a": 1}))


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_a_job_that_ended_well_says_so(directory: JobDirectory) -> None:
    assert launch.start(directory, SLEEPER, ["finish"])
    until(lambda: not directory.alive)
    job = directory.job()
    assert (job.status, job.result, job.done, job.total, job.message) == (JobStatus.DONE, {"answer": 42}, 1, 2, "half")
    assert job.spec == JobSpec(JobKind.TRAIN, "a title", {"a": 1})


def test_a_job_is_alive_from_its_first_moment_and_cannot_be_started_twice(directory: JobDirectory) -> None:
    assert launch.start(directory, SLEEPER, ["sleep"])
    assert directory.alive
    assert directory.job().status is JobStatus.RUNNING
    assert not launch.start(directory, SLEEPER, ["sleep"])
    assert launch.cancel(directory)
    assert not directory.alive


def test_a_killed_job_is_interrupted(directory: JobDirectory) -> None:
    launch.start(directory, SLEEPER, ["sleep"])
    pid = directory.pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    until(lambda: not directory.alive)
    assert directory.job().status is JobStatus.INTERRUPTED
    assert directory.job().status.resumable


def test_a_job_outlives_the_process_group_that_started_it(directory: JobDirectory) -> None:
    program = (
        "import sys, time; from pathlib import Path; from viva.jobs import launch; "
        "from viva.jobs.directory import JobDirectory; "
        f"launch.start(JobDirectory(Path({str(directory.path)!r})), {SLEEPER!r}, ['sleep']); print('ok', flush=True); "
        "time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True)
    with starter:
        assert starter.stdout
        starter.stdout.readline()
        os.killpg(starter.pid, signal.SIGHUP)
        starter.wait(10)
    assert directory.alive
    launch.cancel(directory)


def test_cancelling_what_does_not_run_is_told(directory: JobDirectory) -> None:
    assert not launch.cancel(directory)


def test_events_are_read_from_where_one_left(directory: JobDirectory) -> None:
    directory.add_event({"event": "a"})
    events, offset = directory.events()
    assert [event["event"] for event in events] == ["a"]
    directory.add_event({"event": "b"})
    with directory.events_file.open("a") as file:
        file.write('{"event": "torn')
    events, offset = directory.events(offset)
    assert [event["event"] for event in events] == ["b"]
    directory.add_event({"event": "c"})
    assert [event["event"] for event in directory.events(offset)[0]] == ["c"]


def test_the_log_gives_its_last_lines(directory: JobDirectory) -> None:
    assert directory.log(3) == ""
    directory.log_file.write_bytes(b"\xff\n" + b"\n".join(b"line %d" % n for n in range(1000)))
    assert directory.log(2) == "line 998\nline 999"
