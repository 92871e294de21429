"""Jobs that ask a model, killed on their way."""

import os
import signal
from pathlib import Path

from tests.fakes.chat_server import wait_for
from viva.jobs.directory import JobDirectory
from viva.records.job import Job
from viva.workbench import Workbench


def kill_after(workbench: Workbench, job: Job, calls: int) -> Path:
    """Kill all processes of a job once it has finished `calls` calls; return the file of its finished calls."""
    directory = JobDirectory(workbench.paths.jobs / job.job_id)
    log = directory.path / "calls.jsonl"
    wait_for(lambda: log.exists() and log.read_bytes().count(b"\n") >= calls, 60)
    pid = directory.pid()
    assert pid is not None
    os.killpg(pid, signal.SIGKILL)
    wait_for(lambda: not directory.alive, 60)
    return log
