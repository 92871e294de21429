"""The baseline's program: judges texts by sentence embeddings, with no language model and no network.

    python -m viva.judge.baseline_program CONFIG.json

CONFIG.json holds `judge`, `mode`, `protocol_id`, `rubric` (as `Rubric.to_json`), `embedding_model` and `rows`, a file
of JSON lines {"generation_id", "example_id", "question", "reference", "text", "samples"}. Events go to stdout as those
of `viva.judge.program`, without calls: start, verdicts, progress, done.
"""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from viva import jsonl
from viva.errors import BadInput
from viva.events import EventWriter, run_worker
from viva.judge import baseline
from viva.records.ids import content_id
from viva.records.judging import JudgeMode, Judgment
from viva.records.rubric import Rubric
from viva.text import display_line

PIECE = 64
"""Rows that are in memory at a time, and reported at once."""


def judge(events: EventWriter, config: dict[str, Any]) -> None:
    """Judge as `config` says; the total counts a verdict per row and sample.

    Raises `BadInput` for rows or a model that cannot be read, `MissingExtra`.
    """
    rubric = Rubric.from_json(config["rubric"])
    rows = Path(config["rows"])
    total = sum(len(_samples(row)) for row in jsonl.read(rows))
    events.emit("start", total=total, unit="verdict")
    done = unscored = 0
    if total:
        from viva.metrics.embeddings import shared

        # A model that cannot be loaded shows before anything is computed.
        embedder = shared(config["embedding_model"])
        for piece in jsonl.pieces(jsonl.read(rows), PIECE):
            judgments = _judged(piece, config, rubric, embedder)
            events.emit("verdicts", calls=[], judgments=[asdict(one) for one in judgments], pairs=[])
            done += sum(len(_samples(row)) for row in piece)
            valued = {judgment.event_id for judgment in judgments if judgment.value is not None}
            unscored += len({judgment.event_id for judgment in judgments} - valued)
            events.emit("progress", done=done, total=total, message="", cost=0.0, unscored=unscored)
    events.emit("done", calls=0, prompt_tokens=0, completion_tokens=0, cost=0.0, unscored=unscored, stopped=None)


def _judged(
    piece: Sequence[dict[str, Any]], config: dict[str, Any], rubric: Rubric, embedder: baseline.Similarity
) -> list[Judgment]:
    try:
        items = [baseline.Item(row["question"], row["reference"], row["text"]) for row in piece]
        verdicts = baseline.judge(items, rubric, embedder)
        return [
            Judgment(
                content_id(config["protocol_id"], row["generation_id"], sample), row["generation_id"],
                rubric.rubric_id, config["judge"], JudgeMode(config["mode"]), criterion,
                given.value, given.unscored, given.rationale, sample=sample, protocol_id=config["protocol_id"],
            )
            for row, verdict in zip(piece, verdicts, strict=True)
            for sample in _samples(row)
            for criterion, given in verdict.items()
        ]  # fmt: skip
    except KeyError as error:
        raise BadInput(f"a text to be judged has no {display_line(str(error.args[0]), 40)}") from error


def _samples(row: dict[str, Any]) -> list[int]:
    return list(row.get("samples", [0]))


if __name__ == "__main__":
    sys.exit(run_worker(judge))
