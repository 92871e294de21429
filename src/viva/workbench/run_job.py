"""The supervisor of a background job: starts its worker program, stores what it reports, starts what follows.

    python -m viva.workbench.run_job WORKSPACE JOB_DIRECTORY LOCK_DESCRIPTOR

It loads neither torch nor a screen. The worker is a child of its own, so that running out of memory ends the
worker and is still reported; the store is written here only.
"""

import contextlib
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

from viva import settings
from viva.errors import JobError, UserError
from viva.events import launched, read_events, reported, why_ended
from viva.jobs.directory import JobDirectory
from viva.records.ids import utc_now
from viva.records.job import JobKind, JobSpec, JobStatus
from viva.records.person import Role
from viva.store import jobs as table
from viva.workbench.work import JobWork
from viva.workbench.workbench import Workbench

PATIENCE_SECONDS = 3600.0
"""A job waits this long for a store that another program holds: nobody sits in front of it."""

DISK_FULL = "the disk is full\nmake room, then resume: it goes on from what was saved"

TERMINATE_SECONDS = 3.0
"""How long a worker gets to end by itself; less than what a cancelled job gets in all."""


WORK = {
    JobKind.TRAIN: "viva.workbench.training_work:train",
    JobKind.SWEEP: "viva.workbench.sweep_work:sweep",
    JobKind.EXPORT: "viva.workbench.export_work:export",
    JobKind.GENERATE: "viva.workbench.generation_work:generate",
    JobKind.SCORE: "viva.workbench.scoring_work:score",
    JobKind.SYNTHESISE: "viva.workbench.synthesis_work:synthesise",
    JobKind.PAPERS: "viva.workbench.synthesis_work:papers",
    JobKind.BENCHMARK: "viva.workbench.benchmark_work:benchmark",
    JobKind.JUDGE: "viva.workbench.judging_work:judge",
}
"""What each kind of job does, imported when it is done."""


class Cancelled(BaseException):
    """The job was asked to stop."""


def main() -> int:
    """Run the job named on the command line; return the exit code."""
    root, path, lock = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    signal.signal(signal.SIGTERM, _cancel)
    # Only engineers start jobs, whatever role holds for whoever opens the workspace.
    engineer = {"workspace": root, "role": Role.ENGINEER}
    workbench = Workbench(replace(settings.load(engineer), lock_timeout=PATIENCE_SECONDS))
    directory = JobDirectory(path)
    spec, _ = directory.spec()
    try:
        directory.hold_reserve()
        result = _perform(workbench, directory, spec, lock)
    except Cancelled:
        directory.add_event({"event": "cancelled"})
        _end(workbench, directory, JobStatus.CANCELLED)
        return 1
    except (UserError, JobError) as error:
        hint = error.hint if isinstance(error, UserError) else ""
        directory.free_reserve()
        directory.add_event({"event": "error", "message": str(error), "hint": hint})
        _end(workbench, directory, JobStatus.FAILED, f"{error}\n{hint}".strip())
        return 1
    except BaseException as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            _end(workbench, directory, JobStatus.FAILED, DISK_FULL)
            return 1
        _end(workbench, directory, JobStatus.FAILED, f"{type(error).__name__}: {error}")
        raise
    if result.get("paused"):
        directory.add_event({"event": "paused", "step": result["step"]})
        _end(workbench, directory, JobStatus.PAUSED)
        return 0
    following = (
        workbench.jobs.start(JobSpec(**{**spec.then, "kind": JobKind(spec.then["kind"])})) if spec.then else None
    )
    if following:
        result = {**result, "next_job": following.job_id}
    directory.add_event({"event": "done", **result})
    _end(workbench, directory, JobStatus.DONE, result=result)
    return 0


def _perform(workbench: Workbench, directory: JobDirectory, spec: JobSpec, lock: int) -> dict[str, Any]:
    def run(
        module: str, config: Path, on_event: Callable[[dict[str, Any]], None], processes: int = 1
    ) -> dict[str, Any]:
        return run_program(directory, launched(module, config, processes), lock, on_event)

    module, _, function = WORK[spec.kind].partition(":")
    perform: Callable[[JobWork], dict[str, Any]] = getattr(import_module(module), function)
    return perform(JobWork(workbench, directory, spec.arguments, run))


def run_program(
    directory: JobDirectory, arguments: Sequence[str], lock: int, on_event: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Run a worker program to its end, passing on its events; return its `done` event.

    Raises the `UserError` that it reported, or `JobError` with the reason why it ended.
    """
    done: dict[str, Any] | None = None
    with _process(directory, arguments, lock) as process:
        assert process.stdout is not None
        for event in read_events(process.stdout):
            if event["event"] == "error":
                raise reported(event)
            if event["event"] == "done":
                done = {key: value for key, value in event.items() if key != "event"}
            else:
                on_event(event)
        code = process.wait()
    if code != 0 or done is None:
        raise JobError(why_ended(code, directory.log(20)))
    return done


@contextlib.contextmanager
def _process(directory: JobDirectory, arguments: Sequence[str], lock: int) -> Iterator["subprocess.Popen[str]"]:
    # The worker inherits the lock: the job counts as alive until the last of its processes has gone.
    with directory.log_file.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
            pass_fds=(lock,),
            env={"OMP_NUM_THREADS": str(_threads()), **os.environ},
        )
    try:
        yield process
    finally:
        _end_process(process)
        assert process.stdout is not None
        process.stdout.close()


def _end_process(process: "subprocess.Popen[str]") -> None:
    """End a worker that still runs: first politely, so that a launcher takes its own processes with it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(TERMINATE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def _threads() -> int:
    """Return how many threads a worker computes with: half the cores, which is fastest where others work too."""
    cores = len(os.sched_getaffinity(0))
    return min(cores, max(2, cores // 2))


def _end(
    workbench: Workbench,
    directory: JobDirectory,
    status: JobStatus,
    error: str = "",
    result: dict[str, Any] | None = None,
) -> None:
    # Files first: they tell a screen how the job ended even while the store is held by somebody else.
    directory.set_ended(status, error, result)
    with workbench.store.write() as connection:
        table.set_status(connection, directory.job_id, status, error, utc_now())


def _cancel(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Cancelled


if __name__ == "__main__":
    sys.exit(main())
