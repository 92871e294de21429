"""Checkpoints that can be trusted: sealed when they are whole, checked before a training goes on from one."""

import hashlib
import json
import os
import shutil
from pathlib import Path

from viva.errors import BadInput

SEAL = "sealed.json"
"""The file with the size and SHA-256 of every other file of a checkpoint, written last."""


def seal(checkpoint: Path) -> None:
    """Note what a checkpoint holds, once it is written; what is not sealed counts as torn."""
    files = {path.name: _digest(path) for path in sorted(checkpoint.iterdir()) if path.name != SEAL}
    for name in files:
        _sync(checkpoint / name)
    unfinished = checkpoint / f"{SEAL}.part"
    unfinished.write_text(json.dumps(files, indent=1), "utf-8")
    _sync(unfinished)
    unfinished.rename(checkpoint / SEAL)
    _sync(checkpoint)


def sound(checkpoint: Path) -> bool:
    """Tell whether every file of a checkpoint is there as it was sealed."""
    try:
        files = json.loads((checkpoint / SEAL).read_text("utf-8"))
        return all(_digest(checkpoint / name) == kept for name, kept in files.items())
    except (OSError, ValueError):
        return False


def last_sound(directory: Path) -> Path | None:
    """Return the newest sound checkpoint whose best one is sound too, and remove the torn ones; None without any."""
    kept = []
    for checkpoint in sorted(directory.glob("checkpoint-*"), key=step_of, reverse=True):
        if sound(checkpoint):
            kept.append(checkpoint)
        else:
            shutil.rmtree(checkpoint)
    return next((checkpoint for checkpoint in kept if _best_is_there(checkpoint, kept)), None)


def step_of(checkpoint: Path) -> int:
    """Return the optimizer step that a checkpoint was made at."""
    return int(checkpoint.name.rpartition("-")[2])


def check_recipe(checkpoint: Path, recipe: dict[str, object]) -> None:
    """Raise `BadInput` where a checkpoint was made with another recipe: it would silently go on with the old one."""
    kept = checkpoint.parent / "recipe.json"
    if kept.exists() and json.loads(kept.read_text("utf-8")) != recipe:
        raise BadInput("the checkpoint was made with another recipe", "start a new training under another name")


def note_recipe(directory: Path, recipe: dict[str, object]) -> None:
    """Keep beside the checkpoints the recipe that they are made with."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "recipe.json").write_text(json.dumps(recipe, indent=1), "utf-8")


def _best_is_there(checkpoint: Path, kept: list[Path]) -> bool:
    state = json.loads((checkpoint / "trainer_state.json").read_text("utf-8"))
    best = state.get("best_model_checkpoint")
    return best is None or Path(best).name in {path.name for path in kept}


def _digest(path: Path) -> list[int | str]:
    with path.open("rb") as file:
        return [path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
