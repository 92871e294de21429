"""A job at work: what the functions that do the jobs share."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from viva import jsonl
from viva.jobs.directory import JobDirectory
from viva.workbench.workbench import Workbench


class Run(Protocol):
    """Runs a worker program, in several processes where asked, and returns its `done` event."""

    def __call__(
        self, module: str, config: Path, on_event: Callable[[dict[str, Any]], None], processes: int = 1
    ) -> dict[str, Any]: ...


@dataclass(frozen=True)
class JobWork:
    """A job at work: `run(module, config file, on event)` runs a worker program and returns its `done` event."""

    workbench: Workbench
    directory: JobDirectory
    arguments: dict[str, Any]
    run: Run

    def config(self, value: dict[str, Any]) -> Path:
        path = self.directory.path / "config.json"
        path.write_text(json.dumps(value, indent=1), "utf-8")
        return path

    def rows(self, name: str, rows: Iterable[dict[str, Any]]) -> tuple[str, int]:
        """Write rows to a file of the job, one at a time; return its path, and how many there are."""
        path = self.directory.path / f"{name}.jsonl"
        return str(path), jsonl.write(path, rows)
