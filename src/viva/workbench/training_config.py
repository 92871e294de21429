"""What the training programs are told: base, prompt, rows and probe questions, written where they can read them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva.errors import NotFound
from viva.records.dataset import Example
from viva.records.recipe import Format, Recipe
from viva.store import datasets
from viva.workbench.default_prompt import default_prompt

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

TRAIN, VALIDATION, TEST = "train", "validation", "test"

UNSEEN = "How would you find out whether two teachers grade the same essays alike?"
"""A research question that is in no dataset that viva ships with."""


def training_config(
    workbench: "Workbench", dataset_id: str, model: str, settings: Recipe, folder: Path
) -> dict[str, Any]:
    """Return the configuration of `viva.train.program`, without output, resume and pause; rows go into `folder`.

    Raises `NotFound`, `UsageError`.
    """
    base = workbench.models.local(model)
    location, under = workbench.models.weights(base)
    with workbench.store.read() as connection:
        found = datasets.by_id(connection, dataset_id)
        if found is None:
            raise NotFound("the dataset of this training is no longer there", "import it again and start anew")
        splits = {split: datasets.examples(connection, dataset_id, split) for split in (TRAIN, VALIDATION, TEST)}
    files = {split: _write(folder / f"{split}.jsonl", splits[split], settings) for split in (TRAIN, VALIDATION)}
    return {
        "base": location,
        "prompt": default_prompt(location, under),
        "recipe": settings.to_json(),
        "train": str(files[TRAIN]),
        "validation": str(files[VALIDATION]) if splits[VALIDATION] else None,
        "probes": probes(splits, settings.probe),
        "data": f"{found.name}, version {found.version}",
    }


def probes(splits: dict[str, list[Example]], own: str) -> list[dict[str, str]]:
    """Return the probe questions: the first of the training split, the first of the test split, one that is in
    neither, and the user's own where there is one (seed 003)."""
    named = [
        *((name, splits[name][0].question) for name in (TRAIN, TEST) if splits[name]),
        ("unseen", UNSEEN),
        *([("own", own)] if own.strip() else []),
    ]
    return [{"source": source, "question": question} for source, question in named]


def _write(path: Path, examples: Iterable[Example], settings: Recipe) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for example in examples:
            row: dict[str, Any] = {"question": example.question, "reference": example.reference}
            if settings.format == Format.CHAT and example.messages:
                row |= {"messages": example.messages, "tools": example.tools}
            file.write(json.dumps(row) + "\n")
    return path
