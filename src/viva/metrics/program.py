"""The scoring program: computes metrics over texts.

    python -m viva.metrics.program CONFIG.json

CONFIG.json holds `tasks`, a list of {metric, rows}, where rows is a file of JSON lines
{"generation_id", "question", "reference", "text"}, and `embedding_model` (`minilm`, a hub id or a directory).
Events go to stdout as JSON lines, each batch of scores as soon as it is there.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from viva.errors import BadInput, MissingExtra
from viva.events import EventWriter, run_worker
from viva.metrics import registry
from viva.metrics.protocol import Row

BATCH_SIZE = 64


def score(events: EventWriter, config: dict[str, Any]) -> None:
    """Score as `config` says; the total counts a score per row and measure."""
    tasks = [(registry.find(task["metric"]), read_rows(Path(task["rows"]))) for task in config["tasks"]]
    total = sum(len(rows) * len(info.measures) for info, rows in tasks)
    done = 0
    events.emit("start", total=total, unit="score")
    embedder = None
    for info, rows in tasks:
        if not rows:
            continue
        if info.needs_embedding and embedder is None:
            from viva.metrics.embeddings import MINILM, Embedder

            embedder = Embedder(config.get("embedding_model") or MINILM)
        try:
            metric = registry.create(info.name, embedder)
        except ImportError as error:
            raise MissingExtra(f"{info.name} needs missing libraries", "pip install 'viva[local]'") from error
        for first in range(0, len(rows), BATCH_SIZE):
            scores = metric.score(rows[first : first + BATCH_SIZE])
            done += len(scores)
            events.emit("scores", rows=[asdict(value) for value in scores])
            events.emit("progress", done=done, total=total, message=info.title)
    events.emit("done")


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a file of JSON lines."""
    try:
        return [Row(**json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError, TypeError) as error:
        raise BadInput(f"{path} cannot be read: {error}") from error


if __name__ == "__main__":
    sys.exit(run_worker(score))
