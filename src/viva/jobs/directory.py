"""A job's directory: what was asked, what has happened, and the lock that tells whether it is alive.

spec.json       what the job was asked to do
state.json      how it ended, once it has
events.jsonl    everything that happened, a JSON object a line
log.txt         what the programs printed
lock            held by the job's processes for as long as they live
pid             the supervisor's process id
reserve         space on the disk that is given free to tell how the job ended
pause           there while a training is asked to save where it is and end
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from viva.events import read_events
from viva.records.ids import new_id, utc_now
from viva.records.job import Job, JobKind, JobSpec, JobStatus

_RESERVE_BYTES = 256 << 10
_MESSAGE_EVENTS = ("start", "progress")


class JobDirectory:
    """One job on disk. Only the job's own supervisor writes events and state."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(
        cls, jobs: Path, spec: JobSpec, note: Callable[[str, datetime], None] = lambda *_: None
    ) -> "JobDirectory":
        """Make the directory of a new job; ids sort by the time of making.

        `note` gets id and time before anything can be seen on disk.
        """
        created = utc_now()
        directory = cls(jobs / f"{created:%Y%m%d-%H%M%S}-{new_id()[:6]}")
        note(directory.job_id, created)
        directory.path.mkdir(parents=True)
        directory._replace("spec.json", {**asdict(spec), "created_at": created.isoformat()})
        return directory

    @property
    def job_id(self) -> str:
        return self.path.name

    @property
    def log_file(self) -> Path:
        return self.path / "log.txt"

    @property
    def pause_file(self) -> Path:
        return self.path / "pause"

    @property
    def events_file(self) -> Path:
        return self.path / "events.jsonl"

    def spec(self) -> tuple[JobSpec, datetime]:
        """Return what was asked, and when."""
        value = json.loads((self.path / "spec.json").read_text("utf-8"))
        created_at = datetime.fromisoformat(value.pop("created_at"))
        return JobSpec(**{**value, "kind": JobKind(value["kind"])}), created_at

    @contextmanager
    def hold(self) -> Iterator[int | None]:
        """Take the lock and yield its descriptor, or None where the job is alive already.

        A child process that inherits the descriptor keeps the lock after this block has ended.
        """
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
            else:
                yield descriptor
        finally:
            os.close(descriptor)

    @property
    def alive(self) -> bool:
        """Tell whether a process of this job lives."""
        if not (self.path / "lock").exists():
            return False
        with self.hold() as descriptor:
            return descriptor is None

    def add_event(self, event: dict[str, Any]) -> None:
        """Append one event with the time, in seconds since 1970; a line that a crash has torn is closed off first."""
        with self.events_file.open("ab+") as file:
            if file.tell() > 0:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(json.dumps({**event, "time": time.time()}).encode() + b"\n")

    def set_latest(self, value: dict[str, Any]) -> None:
        """Keep what came last, for whoever watches; what was kept before is gone."""
        self._replace("latest.json", value)

    def latest(self) -> dict[str, Any] | None:
        """Return what `set_latest` kept."""
        file = self.path / "latest.json"
        return json.loads(file.read_text("utf-8")) if file.exists() else None

    def events(self, after: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Return the whole event lines behind byte `after`, and the offset to go on from."""
        if not self.events_file.exists():
            return [], after
        with self.events_file.open("rb") as file:
            file.seek(after)
            content = file.read()
        end = content.rfind(b"\n") + 1
        lines = content[:end].decode("utf-8", "replace").splitlines()
        return list(read_events(lines)), after + end

    def log(self, lines: int) -> str:
        """Return the last `lines` lines of what the programs printed."""
        if not self.log_file.exists():
            return ""
        with self.log_file.open("rb") as file:
            file.seek(max(0, self.log_file.stat().st_size - 200 * lines))
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])

    def forget_end(self) -> None:
        """Make the job one that has not ended; only for whoever holds its lock."""
        (self.path / "state.json").unlink(missing_ok=True)

    def note_supervisor(self, pid: int) -> None:
        """Note the supervisor's process."""
        self._replace("pid", pid)

    def hold_reserve(self) -> None:
        """Take some space on the disk, so that a full one can still be told of."""
        (self.path / "reserve").write_bytes(b"\1" * _RESERVE_BYTES)

    def free_reserve(self) -> None:
        """Give that space free."""
        (self.path / "reserve").unlink(missing_ok=True)

    def set_ended(self, status: JobStatus, error: str = "", result: dict[str, Any] | None = None) -> None:
        """Note how the job ended, and how far it had come."""
        self.free_reserve()
        state = {"status": status, "error": error, "result": result or {}, "finished_at": utc_now().isoformat()}
        self._replace("state.json", {**state, "progress": self._progress()})

    def pid(self) -> int | None:
        """Return the supervisor's process id; it means something only while the job is alive."""
        file = self.path / "pid"
        return int(file.read_text()) if file.exists() else None

    def job(self) -> Job:
        """Return the job as it stands."""
        spec, created_at = self.spec()
        # The lock is asked before the state: a job that ends in between is then seen as ended, not as lost.
        alive = self.alive
        state = self._state()
        if state is not None:
            done, total, message = state["progress"]
            return Job(
                self.job_id,
                spec,
                JobStatus(state["status"]),
                created_at,
                datetime.fromisoformat(state["finished_at"]),
                done,
                total,
                # What was done says more than what was done last.
                state["result"].get("said") or message,
                state["error"],
                state["result"],
            )
        status = JobStatus.RUNNING if alive else JobStatus.INTERRUPTED
        error = "" if alive else "its process vanished (killed, or the machine went down)"
        done, total, message = self._progress()
        return Job(self.job_id, spec, status, created_at, None, done, total, message, error)

    def _progress(self) -> tuple[int, int, str]:
        """Return done, total and message as the events tell them."""
        done, total, message = 0, 0, ""
        for event in self.events()[0]:
            if event["event"] in _MESSAGE_EVENTS:
                done, total = int(event.get("done", 0)), int(event.get("total", total))
                message = str(event.get("message", message))
            elif event["event"] == "log" and "trial" not in event:
                done = int(event.get("step", done))
        return done, total, message

    def _state(self) -> dict[str, Any] | None:
        file = self.path / "state.json"
        return json.loads(file.read_text("utf-8")) if file.exists() else None

    def _replace(self, name: str, value: Any) -> None:
        temporary = self.path / f".{name}.new"
        temporary.write_text(json.dumps(value), "utf-8")
        temporary.replace(self.path / name)
