"""Worker programs (training, generation, scoring): how they are started, and the JSON event lines they speak in."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from viva.errors import MissingExtra, UserError

OUT_OF_MEMORY = "it was ended by the system (signal 9), most likely because memory ran out"
"""What is said of a worker that was killed."""

LAUNCHER = "accelerate.commands.launch"


def launched(module: str, config: Path, processes: int) -> list[str]:
    """Return the module to start and its arguments; several processes share a training through accelerate."""
    if processes == 1:
        return [module, str(config)]
    # Port 0: any that is free, so that two trainings can run side by side.
    options = ["--num_processes", str(processes), "--num_machines", "1", "--main_process_port", "0", "--multi_gpu"]
    options += ["--mixed_precision", "no", "--dynamo_backend", "no"]
    return [LAUNCHER, *options, "--module", module, str(config)]


def why_ended(code: int, log: str) -> str:
    """Return why a worker ended with `code`: the last line that it printed, where there is one."""
    if code == -signal.SIGKILL:
        return OUT_OF_MEMORY
    lines = [line for line in log.splitlines() if line.strip()]
    return lines[-1].strip() if lines else f"the program ended with exit code {code}"


class EventWriter:
    """Writes one JSON object a line to where stdout pointed when it was made.

    `claim_stdout()` keeps stdout for events alone: whatever a library prints afterwards goes to stderr.
    A reader that has gone raises `BrokenPipeError`, on which a worker ends.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @classmethod
    def claim_stdout(cls) -> "EventWriter":
        """Take over the process's stdout."""
        sys.stdout.flush()
        stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        return cls(stream)

    @classmethod
    def silent(cls) -> "EventWriter":
        """Return a writer whose events nobody reads."""
        return cls(Path(os.devnull).open("w", encoding="utf-8"))

    def emit(self, event: str, **values: Any) -> None:
        """Write one event."""
        self._stream.write(json.dumps({"event": event, **values}) + "\n")
        self._stream.flush()


def read_events(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the events among `lines`; a line torn by a crash, or no event at all, is passed over."""
    for line in lines:
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict) and isinstance(value.get("event"), str):
            yield value


def reported(event: Mapping[str, Any]) -> UserError:
    """Return the error that an `error` event tells."""
    kind = MissingExtra if event.get("extra") else UserError
    return kind(str(event["message"]), str(event.get("hint") or ""))


def run_worker(work: Callable[["EventWriter", dict[str, Any]], None]) -> int:
    """Run a worker program: `argv[1]` is its configuration in JSON; return the exit code.

    A `UserError` becomes an `error` event; anything else surfaces as a traceback in the job's log.
    """
    configuration = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    events = EventWriter.claim_stdout()
    try:
        work(events, configuration)
    except UserError as error:
        extra = {"extra": True} if isinstance(error, MissingExtra) else {}
        events.emit("error", message=error.message, hint=error.hint, **extra)
        return 1
    except BrokenPipeError:
        # The job that started this program is gone: nobody would store what comes next.
        os._exit(1)
    return 0
