"""Runs a judge program for rows that somebody waits for, and tells all verdicts in its last event.

    python -m viva.judge.at_once CONFIG.json

CONFIG.json holds `program`, the module that judges (`viva.judge.program` or `viva.judge.baseline_program`), its
`config` without `rows` and `log`, and the `rows` themselves. The `done` event has `judgments` and `calls` beside what
the program's own `done` tells.
"""

import importlib
import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from viva import jsonl
from viva.events import EventWriter, read_events, run_worker


def judge(events: EventWriter, config: dict[str, Any]) -> None:
    """Judge the rows of `config`. Raises what the program raises."""
    program = importlib.import_module(config["program"])
    with tempfile.TemporaryDirectory(prefix="viva-judge-") as folder:
        rows, log = Path(folder, "rows.jsonl"), Path(folder, "calls.jsonl")
        jsonl.write(rows, config["rows"])
        told = io.StringIO()
        program.judge(EventWriter(told), {**config["config"], "rows": str(rows), "log": str(log)})
    judgments: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    done: dict[str, Any] = {}
    for event in read_events(told.getvalue().splitlines()):
        if event["event"] == "verdicts":
            judgments += event["judgments"]
            calls += event["calls"]
        elif event["event"] == "done":
            done = {key: value for key, value in event.items() if key not in {"event", "calls"}}
    events.emit("done", **done, judgments=judgments, calls=calls)


if __name__ == "__main__":
    sys.exit(run_worker(judge))
