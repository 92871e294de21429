"""Jobs of the workspace: start, watch, cancel, resume."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from viva.errors import UsageError
from viva.jobs import launch
from viva.jobs.directory import JobDirectory
from viva.records.generation import LatestText
from viva.records.ids import utc_now
from viva.records.job import Job, JobKind, JobSpec, JobStatus
from viva.store import jobs as table
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

PROGRAM = "viva.workbench.run_job"
POLL_SECONDS = 0.1
START_SECONDS = 60.0
END_SECONDS = 10.0


class Jobs:
    """Background jobs; what they are doing is read from files, never from the store."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._folder = workbench.paths.jobs

    def start(self, spec: JobSpec) -> Job:
        """Start a job; it goes on when this process or its terminal ends."""

        def note(job_id: str, created_at: datetime) -> None:
            with self._workbench.store.write() as connection:
                table.add(connection, job_id, spec, created_at)

        directory = JobDirectory.create(self._folder, spec, note)
        self._launch(directory)
        return directory.job()

    def get(self, job_id: str) -> Job:
        """Return a job by its id, the start of that, or the name of the model that it makes. Raises `NotFound`."""
        return self._directory(job_id).job()

    def latest_text(self, job_id: str) -> LatestText | None:
        """Return the text that a generation wrote last; None where there is none. Raises `NotFound`."""
        latest = self._directory(job_id).latest()
        return None if latest is None else LatestText(**latest)

    def cancel(self, job_id: str) -> Job:
        """Stop a running job; what it has stored stays. Raises `UsageError` where it does not run."""
        directory = self._directory(job_id)
        if not launch.cancel(directory):
            raise UsageError(f"job {job_id} does not run", "see: viva job list")
        self._note_end(directory, JobStatus.CANCELLED)
        return directory.job()

    def pause(self, job_id: str) -> Job:
        """Ask a running training to save where it is and end; it can be resumed. Raises `UsageError`.

        It ends at its next step: that may take a while.
        """
        directory = self._directory(job_id)
        job = directory.job()
        if job.spec.kind not in {JobKind.TRAIN, JobKind.SWEEP}:
            raise UsageError(
                "only a training can be paused", f"cancel it, it can be resumed too: viva job cancel {job_id}"
            )
        if job.status is not JobStatus.RUNNING:
            raise UsageError(f"job {job_id} does not run", "see: viva job list")
        directory.pause_file.touch()
        return directory.job()

    def resume(self, job_id: str) -> Job:
        """Go on with a job that was paused, cancelled, interrupted or failed. Raises `UsageError`."""
        directory = self._directory(job_id)
        status = directory.job().status
        if status is JobStatus.RUNNING:
            raise UsageError(f"job {job_id} runs already", f"follow it: viva job follow {job_id}")
        if not status.resumable:
            raise UsageError(f"job {job_id} is {status}", "only one that has not finished can be resumed")
        # A job says how it ended a moment before its last process has gone.
        deadline = time.monotonic() + END_SECONDS
        while directory.alive and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        directory.pause_file.unlink(missing_ok=True)
        with self._workbench.store.write() as connection:
            table.set_status(connection, directory.job_id, JobStatus.RUNNING, "", None)
        if not self._launch(directory):
            raise UsageError(f"job {job_id} runs already")
        return directory.job()

    def recover(self) -> list[Job]:
        """Note in the store which jobs have vanished since; return them."""
        # A job that is just being started is not alive yet.
        before = utc_now() - timedelta(seconds=START_SECONDS)
        lost = [job for job in self.list() if job.status is JobStatus.INTERRUPTED and job.finished_at is None]
        lost = [job for job in lost if job.created_at < before]
        for job in lost:
            self._note_end(self._directory(job.job_id), JobStatus.INTERRUPTED, job.error)
        return lost

    def log(self, job_id: str, lines: int = 200) -> str:
        """Return the end of what the job's programs printed. Raises `NotFound`."""
        return self._directory(job_id).log(lines)

    def events(self, job_id: str, after: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Return the events behind the offset `after`, and the next offset. Raises `NotFound`."""
        return self._directory(job_id).events(after)

    def wait(self, job_id: str, on_event: Callable[[dict[str, Any]], None] | None = None, offset: int = 0) -> Job:
        """Wait for a job's end, passing on its events behind `offset`; return it as it ended."""
        directory = self._directory(job_id)
        while True:
            job = directory.job()
            events, offset = directory.events(offset)
            if on_event is not None:
                for event in events:
                    on_event(event)
            if job.status.ended:
                return job
            time.sleep(POLL_SECONDS)

    def _launch(self, directory: JobDirectory) -> bool:
        return launch.start(directory, PROGRAM, [str(self._workbench.paths.root)])

    def _directory(self, job_id: str) -> JobDirectory:
        known = {job.name for job in self._folder.iterdir()} if self._folder.is_dir() else set()
        matching = [name for name in known if name == job_id or (job_id and name.startswith(job_id))]
        if not matching:
            # What a training makes is easier to remember than its id.
            makers = [job.job_id for job in self.list() if job.spec.arguments.get("name") == job_id]
            matching = makers[:1]
        if len(matching) > 1 and job_id not in matching:
            raise UsageError(f"{len(matching)} jobs start with {job_id}", "give more of the id: viva job list")
        if len(matching) != 1:
            raise names.missing("job", job_id, known, "no job has been started here")
        return JobDirectory(self._folder / matching[0])

    def _note_end(self, directory: JobDirectory, status: JobStatus, error: str = "") -> None:
        if directory.job().status is not JobStatus.DONE:
            directory.set_ended(status, error)
            with self._workbench.store.write() as connection:
                table.set_status(connection, directory.job_id, status, error, utc_now())

    def list(self) -> list[Job]:
        """Return all jobs, newest first."""
        if not self._folder.is_dir():
            return []
        folders = [path for path in self._folder.iterdir() if (path / "spec.json").is_file()]
        return [JobDirectory(path).job() for path in sorted(folders, reverse=True)]
