"""Runs, their curves and the trials of a sweep, without any training."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

from viva.paths import shipped
from viva.records.ids import utc_now
from viva.records.job import Curve, JobStatus
from viva.records.recipe import Recipe
from viva.records.training import Run, Trial
from viva.train.recipes import load_recipe


def recipe(**changes: Any) -> Recipe:
    """Return the recipe of the built-in model, changed."""
    return replace(load_recipe(shipped("recipes", "starter-lora.toml")), **changes)


def run(number: int, **changes: Any) -> Run:
    """Return the run of the job `run-N`, which made the model `vad-N`; each later run is an hour older."""
    made = Run(
        job_id=f"run-{number}",
        status=JobStatus.DONE,
        created_at=utc_now() - timedelta(hours=number),
        dataset="vad",
        base="starter",
        model=f"vad-{number}",
        recipe=recipe(rank=4 * 2**number),
        steps=138,
        total=138,
        seconds=40.0 + number,
        loss=2.0 + number / 10,
        best_loss=2.5 - number / 10,
        best_step=120,
        tokens_per_second=1234.5 * number,
        peak_memory=number * 2**30,
        device="cpu",
    )
    return replace(made, **changes)


def curve(number: int, steps: int = 138) -> Curve:
    """Return curves that fall, those of each number a little higher than of the one before."""
    loss = [(step, 3 * math.exp(-step / 30) + 1 + number / 4) for step in range(1, steps + 1)]
    return Curve({"loss": loss, "eval_loss": [(step, value + 0.25) for step, value in loss if step % 10 == 0]}, steps)


def trials() -> list[Trial]:
    """Return ten trials of a search: eight that have ended, one that runs, one that waits."""
    found = []
    for number in range(10):
        values = {
            "rank": [4, 8, 16, 32][number % 4],
            "alpha": [8, 16, 32, 64][number // 3 % 4],
            "dropout": 0.02 * number,
            "learning_rate": 1e-5 * 1.8**number,
            "quantization": ["none", "nf4"][number % 2],
        }
        state = {2: "pruned", 5: "failed", 8: "running", 9: "waiting"}.get(number, "complete")
        loss = None if state in {"failed", "waiting"} else 3.5 + 0.3 * math.cos(2.0 * number) - 0.05 * number
        seconds = None if state == "waiting" else 61.0 + number
        error = "out of memory\nset batch_size lower" if state == "failed" else ""
        found.append(Trial(number, state, values, loss, 40 if loss else None, seconds, error))
    return found
