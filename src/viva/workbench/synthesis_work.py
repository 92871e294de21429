"""What the jobs do that have a dataset written: run the worker program, then take its examples in."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from viva.errors import JobError
from viva.records.dataset import Example
from viva.workbench.importing import import_rows
from viva.workbench.synthesis import FAILURES, chat_config
from viva.workbench.work import JobWork


def synthesise(job: JobWork) -> dict[str, Any]:
    """Write a dataset after a plan."""
    return _written(job, "viva.dataset.synthesise.program", f"written by {job.arguments['model']}")


def papers(job: JobWork) -> dict[str, Any]:
    """Draw a dataset from papers."""
    return _written(job, "viva.dataset.papers.program", f"drawn from papers by {job.arguments['model']}")


def _written(job: JobWork, module: str, change: str) -> dict[str, Any]:
    """Run a program that writes examples; every finished call is on disk, so that a job resumed repeats none."""
    workbench, arguments = job.workbench, job.arguments
    model = workbench.models.get(arguments["model"])
    output = job.directory.path / "examples.jsonl"
    config = {
        **chat_config(workbench, model),
        "plan": arguments["plan"],
        "calls": str(job.directory.path / "calls.jsonl"),
        "output": str(output),
        "prompts": str(workbench.paths.prompts),
    }
    resumed, begun = Path(config["calls"]).exists(), time.monotonic()
    done = job.run(module, job.config(config), job.directory.add_event)
    if not resumed and done.get("completion_tokens"):
        # What the next estimate for this model reckons with.
        done["tokens_per_second"] = round(done["completion_tokens"] / (time.monotonic() - begun), 2)
    if isinstance(done["failed"], list):
        rows = [{"what": row["source"], "reason": row["reason"]} for row in done["failed"]]
        (job.directory.path / FAILURES).write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        done["failed"] = len(rows)
    if not done.get("examples"):
        raise JobError("the model gave nothing that can be used\nviva job show tells what it said instead")
    imported = import_rows(workbench, _examples(output), arguments["dataset"], model.name, change=change)
    return {**done, "dataset": imported.dataset.name, "version": imported.dataset.version}


def _examples(path: Path) -> Iterator[Example]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield Example(
                row["question"],
                row["reference"],
                row.get("field"),
                row.get("subfield"),
                row.get("split"),
                row.get("meta") or {},
                source=row.get("source"),
            )
