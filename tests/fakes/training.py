"""Small trainings: a recipe for the tiny model, its configuration, and its events."""

import io
import json
from pathlib import Path
from typing import Any

from viva.events import EventWriter
from viva.paths import shipped
from viva.records.prompt import CHAT
from viva.records.recipe import Recipe
from viva.train.recipes import apply_overrides, load_recipe

TINY = {
    "rank": "4", "alpha": "8", "learning_rate": "0.01", "warmup": "0.1", "epochs": "3", "batch_size": "4",
    "max_length": "128", "precision": "fp32", "evaluations": "3", "patience": "0", "probe_tokens": "0",
}  # fmt: skip


def tiny_recipe(**changes: Any) -> Recipe:
    """Return the starter recipe with values for the tiny model: 6 steps over 8 rows, an evaluation every 2."""
    recipe = load_recipe(shipped("recipes", "starter-lora.toml"))
    return apply_overrides(recipe, {**TINY, **{key: str(value) for key, value in changes.items()}})


def pairs(path: Path, count: int) -> str:
    """Write so many question–reference pairs to `path` and return it."""
    rows = [{"question": f"What about {i}?", "reference": f"A camera waits {i} times."} for i in range(count)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def configure(
    folder: Path, base: Path, *, rows: int = 8, validation: int = 4, recipe: Recipe | None = None, **changes: Any
) -> dict[str, Any]:
    """Return the training program's configuration over `rows` pairs; `changes` are of the tiny recipe."""
    return {
        "base": str(base),
        "prompt": CHAT,
        "recipe": (recipe or tiny_recipe(**changes)).to_json(),
        "train": pairs(folder / "train.jsonl", rows),
        "validation": pairs(folder / "validation.jsonl", validation) if validation else None,
        "probes": [{"source": "unseen", "question": "Why does it rain?"}],
        "output": str(folder / "out"),
        "resume": False,
        "pause": str(folder / "pause"),
        "data": "pairs, version 1",
    }


def train(config: dict[str, Any]) -> list[dict[str, Any]]:
    """Run the training program in this process and return its events."""
    from viva.train import program

    stream = io.StringIO()
    program.train(EventWriter(stream), config)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def evaluations(events: list[dict[str, Any]]) -> dict[int, float]:
    """Return the validation loss by step."""
    logs = [event for event in events if event["event"] == "log"]
    return {log["step"]: log["values"]["eval_loss"] for log in logs if "eval_loss" in log["values"]}


def losses(events: list[dict[str, Any]]) -> dict[int, float]:
    """Return the training loss by step."""
    logs = [event for event in events if event["event"] == "log"]
    return {log["step"]: log["values"]["loss"] for log in logs if "loss" in log["values"]}
