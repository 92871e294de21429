"""Checkpoints that can be trusted: sealed when they are whole, checked before a training goes on from one."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from viva.errors import BadInput

SEAL = "sealed.json"
"""The file with the size and SHA-256 of every other file of a checkpoint, written last."""

ORIGIN = "origin.json"
"""The file beside the checkpoints that says what they are made of."""


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


def last_sound(directory: Path, *, best: bool = True, clear: bool = True) -> Path | None:
    """Return the newest sound checkpoint, None without any; with `clear` the torn ones are removed.

    With `best`, the best checkpoint so far must be sound as well, for its weights are what is kept in the end.
    Raises `BadInput` where there are sound ones, but none with its best.
    """
    kept = []
    for checkpoint in sorted(directory.glob("checkpoint-*"), key=step_of, reverse=True):
        if sound(checkpoint):
            kept.append(checkpoint)
        elif clear:
            shutil.rmtree(checkpoint)
    names = {checkpoint.name for checkpoint in kept}
    usable = [one for one in kept if not best or best_of(one) in {None, *names}]
    if kept and not usable:
        raise BadInput("the best checkpoint of this training is damaged", "start a new training under another name")
    return usable[0] if usable else None


def rotate(newest: Path) -> None:
    """Remove the checkpoints that are needed no more, now that `newest` is sealed: it, its best and one more stay."""
    others = [path for path in newest.parent.glob("checkpoint-*") if step_of(path) < step_of(newest)]
    before = max(others, key=step_of, default=None)
    for path in others:
        if path != before and path.name != best_of(newest):
            shutil.rmtree(path)


def losses(checkpoint: Path) -> list[float]:
    """Return the validation losses up to a checkpoint, in their order."""
    return [entry["eval_loss"] for entry in _state(checkpoint)["log_history"] if "eval_loss" in entry]


def best_of(checkpoint: Path) -> str | None:
    """Return the name of the best checkpoint when this one was made, None before any evaluation."""
    best = _state(checkpoint).get("best_model_checkpoint")
    return None if best is None else Path(best).name


def step_of(checkpoint: Path) -> int:
    """Return the optimizer step that a checkpoint was made at."""
    return int(checkpoint.name.rpartition("-")[2])


def check_origin(directory: Path, origin: dict[str, object]) -> None:
    """Raise `BadInput` where checkpoints were made of something else: they would silently go on with that."""
    kept = json.loads((directory / ORIGIN).read_text("utf-8"))
    other = [name for name, value in origin.items() if kept.get(name) != value]
    if other:
        raise BadInput(
            f"the checkpoint was made with another {' and '.join(other)}", "start a new training under another name"
        )


def note_origin(directory: Path, origin: dict[str, object]) -> None:
    """Keep beside the checkpoints what they are made of."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / ORIGIN).write_text(json.dumps(origin, indent=1), "utf-8")


def origin_of(config: dict[str, Any]) -> dict[str, object]:
    """Return what a training is made of: its recipe, base and prompt, and the hashes of its rows."""
    rows = {
        f"{split} split": hashlib.sha256(Path(config[split]).read_bytes()).hexdigest() if config.get(split) else None
        for split in ("train", "validation")
    }
    return {"recipe": config["recipe"], "base": config["base"], "prompt": config["prompt"], **rows}


def _state(checkpoint: Path) -> dict[str, Any]:
    found = json.loads((checkpoint / "trainer_state.json").read_text("utf-8"))
    return dict(found)


def _digest(path: Path) -> list[int | str]:
    with path.open("rb") as file:
        return [path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
