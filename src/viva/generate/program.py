"""The generation program: writes texts with one system after the other.

    python -m viva.generate.program CONFIG.json

CONFIG.json holds `systems`, a list of

    system     the system (`System.to_json()`)
    location   its model's directory or hub id; with `base`, the adapter's directory
    base       the model that an adapter was trained over, else null
    examples   a file of JSON lines {"example_id", "question"}

and `batch_size`. Events go to stdout as JSON lines, each batch as soon as it is there.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from viva.errors import BadInput, MissingExtra
from viva.events import EventWriter, run_worker
from viva.records.generation import Generation
from viva.records.ids import new_id
from viva.records.model import System

BATCH_SIZE = 16


def generate(events: EventWriter, config: dict[str, Any]) -> None:
    """Generate as `config` says."""
    try:
        from viva.generate.transformers_backend import TransformersBackend
    except ImportError as error:
        raise MissingExtra("generating needs missing libraries", "pip install 'viva[local]'") from error
    tasks = [(task, read_rows(Path(task["examples"]))) for task in config["systems"]]
    total = sum(len(rows) for _, rows in tasks)
    done = 0
    events.emit("start", total=total, unit="text")
    for task, rows in tasks:
        if not rows:
            continue
        system = System.from_json(task["system"])
        backend = TransformersBackend(task["location"], task.get("base"))
        questions = [row["question"] for row in rows]
        batch_size = int(config.get("batch_size") or BATCH_SIZE)
        for batch in backend.generate(questions, system.prompt, system.decoding, batch_size):
            texts = [
                Generation(
                    generation_id=new_id(),
                    system_id=system.system_id,
                    example_id=rows[item.index]["example_id"],
                    text=item.text,
                    finish_reason=item.finish_reason,
                    prompt_tokens=item.prompt_tokens,
                    completion_tokens=item.completion_tokens,
                    seconds=item.seconds,
                )
                for item in batch
            ]
            done += len(texts)
            events.emit("generations", rows=[asdict(text) for text in texts])
            events.emit("progress", done=done, total=total, message=system.name)
    events.emit("done")


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file of JSON lines."""
    try:
        return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: {error}") from error


if __name__ == "__main__":
    sys.exit(run_worker(generate))
