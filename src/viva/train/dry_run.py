"""The program that tries a training: two steps on its longest rows, with memory and time measured.

    python -m viva.train.dry_run CONFIG.json

CONFIG.json is the training program's, where `output`, `resume` and `pause` are not needed. Nothing is kept on disk. Its
`done` event holds the fields of `viva.records.training.DryRun`, and `longest`, the tokens of the longest row. It runs
on one device, also where the recipe wants several.
"""

import os
import sys
import tempfile
import time
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from viva.errors import BadInput, MissingExtra
from viva.events import EventWriter, run_worker
from viva.records.recipe import Format, Recipe
from viva.train import lengths
from viva.train.building import Built, build, make_trainer, read_recipe, use_one_gpu
from viva.train.rows import Rows, block_length

STEPS = 2
"""The first step pays for what is made once; the second is timed."""

ACCUMULATED = 4
"""At most this many batches make a step here: more of them take more time and no more memory."""


def dry_run(events: EventWriter, config: dict[str, Any]) -> None:
    """Emit what two steps on the longest rows needed."""
    recipe = read_recipe(config)
    if recipe.format == Format.BASE:
        raise BadInput("the format base trains nothing that could be tried", "choose another format")
    use_one_gpu()
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    try:
        import trl  # noqa: F401
    except ImportError as error:
        raise MissingExtra("training needs missing libraries", "pip install 'viva[local]'") from error
    from viva.train.program import explained

    with tempfile.TemporaryDirectory(prefix="viva-dry-run-") as folder, explained(recipe, Path(folder)):
        built = build({**config, "recipe": replace(recipe, gpus=1).to_json()})
        events.emit("done", **_tried(built, recipe, Path(folder)))


def _tried(built: Built, recipe: Recipe, folder: Path) -> dict[str, Any]:
    from viva.train.machine import peak_bytes, reset_peak
    from viva.train.memory import predict

    cuda = built.device != "cpu"
    config = built.model.config
    dataset = lengths.Dataset(built.rows["train"].lengths, [], built.context)
    short = replace(built.recipe, accumulation=min(recipe.accumulation, ACCUMULATED))
    rows = longest_rows(built.rows["train"], short, built.context)
    clock = _clock(cuda)
    trainer = make_trainer(
        built._replace(recipe=short, rows={"train": rows, "validation": Rows()}),
        folder,
        [clock],
        max_steps=STEPS,
        save_strategy="no",
        eval_strategy="no",
        load_best_model_at_end=False,
        logging_steps=1,
    )
    reset_peak()
    trainer.train()
    measured = peak_bytes(cuda)
    tokens = clock.tokens / clock.seconds
    # Like is compared with like: the rows that were tried, and nothing that evaluates.
    load = lengths.load_of(lengths.Dataset(rows.lengths, [], built.context), recipe)
    parts = predict(config, replace(recipe, gpus=1), load, cuda=cuda, precision=built.precision)
    return {
        "device": built.device,
        "predicted": sum(parts.values()),
        "measured": measured,
        "tokens_per_second": tokens,
        "seconds_per_step": clock.seconds * recipe.accumulation / short.accumulation,
        "seconds": sum(dataset.train) * recipe.epochs / (tokens * recipe.gpus),
        "longest": max(dataset.train),
    }


def longest_rows(rows: Rows, recipe: Recipe, context: int | None) -> Rows:
    """Return the longest rows that `STEPS` steps take; where there are not enough, they come again."""
    batches = STEPS * recipe.accumulation
    ordered = sorted(rows.kept, key=lambda row: len(row["input_ids"]), reverse=True)
    found = Rows()
    if recipe.packing == "none":
        longest = ordered[: recipe.batch_size * recipe.accumulation]
        found.kept = list(islice(cycle(longest), batches * recipe.batch_size))
        return found
    wanted = batches * recipe.batch_size * block_length(recipe, context)
    tokens = 0
    for row in cycle(ordered):
        if tokens >= wanted:
            break
        found.kept.append(row)
        tokens += len(row["input_ids"])
    return found


def _clock(cuda: bool) -> Any:
    """Return a callback that times the last step and counts its tokens; what is imported here needs transformers."""
    import torch
    from transformers import TrainerCallback

    class Clock(TrainerCallback):
        seconds = 0.0
        _started = 0.0

        def __init__(self) -> None:
            self._totals = [0.0]

        @property
        def tokens(self) -> float:
            """Tokens of the last step."""
            return self._totals[-1] - self._totals[-2]

        def on_step_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
            self._started = self._now()

        def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
            self.seconds = self._now() - self._started

        def on_log(self, args: Any, state: Any, control: Any, **given: Any) -> None:  # noqa: ARG002
            if "loss" in given["logs"]:
                self._totals.append(float(given["logs"]["num_tokens"]))

        def _now(self) -> float:
            if cuda:
                torch.cuda.synchronize()
            return time.perf_counter()

    return Clock()


if __name__ == "__main__":
    sys.exit(run_worker(dry_run))
