"""The training program: fine-tunes a LoRA adapter, or one over a quantised base, as a recipe says.

    python -m viva.train.program CONFIG.json
    accelerate launch --num_processes N -m viva.train.program CONFIG.json

CONFIG.json holds

    base         the base model: a directory or a hub id
    prompt       the prompt template, `{question}` in it
    recipe       the recipe's fields
    train        a file of JSON lines {"question", "reference"}, with {"messages", "tools"} where they are known
    validation   the same for validation, or null: then nothing is evaluated and the last step counts as best
    probes       a list of {"source", "question"} to be answered at every evaluation
    output       a directory: `adapter/` gets the adapter, `checkpoints/` what resuming needs
    resume       true goes on from the last sound checkpoint, false starts afresh
    pause        a file; while it exists the program saves a checkpoint at the next step and ends
    data         what the data is, in a line, for the model card

Only what the recipe's `loss` names counts in the loss. Events go to stdout as JSON lines, everything else to stderr.
"""

import errno
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from viva.errors import BadInput, MissingExtra, UserError
from viva.events import EventWriter, run_worker
from viva.records.recipe import Format, Recipe
from viva.train import card, checkpoints
from viva.train.building import Built, build, make_trainer, planned_steps, read_recipe

LIBRARIES = ("torch", "transformers", "peft", "trl", "bitsandbytes")

LITTLE_SPACE = 1 << 20
"""Bytes: what fails to be written with less than this left on the disk failed for want of space."""


def train(events: EventWriter, config: dict[str, Any]) -> None:
    """Train as `config` says and keep the adapter of the step that the recipe names."""
    started = time.monotonic()
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    try:
        from transformers import set_seed
    except ImportError as error:
        raise MissingExtra("training needs missing libraries", "pip install 'viva[local]'") from error
    if int(os.environ.get("RANK", "0")):
        # Of several processes only the first reports.
        events = EventWriter.silent()
    output = Path(config["output"])
    recipe = read_recipe(config)
    checkpoint = _checkpoint(output, config)
    set_seed(recipe.seed)
    with explained(recipe, output):
        built = build(config)
        if recipe.format == Format.BASE:
            _measure(events, config, built, output)
        else:
            _train(events, config, built, checkpoint, started)


def _checkpoint(output: Path, config: dict[str, Any]) -> Path | None:
    """Return the checkpoint to go on from; a fresh start leaves nothing of an earlier run."""
    folder = output / "checkpoints"
    found = checkpoints.last_sound(folder) if config.get("resume") else None
    if found is None:
        if not int(os.environ.get("RANK", "0")):
            shutil.rmtree(folder, ignore_errors=True)
            checkpoints.note_recipe(folder, config["recipe"])
    else:
        checkpoints.check_recipe(found, config["recipe"])
    return found


def _train(events: EventWriter, config: dict[str, Any], built: Built, checkpoint: Path | None, started: float) -> None:
    from viva.train.probing import Prober
    from viva.train.reporter import Reporter

    output = Path(config["output"])
    reporter = Reporter(events, Path(config["pause"]) if config.get("pause") else None)
    prober = Prober(events, built, config["prompt"], config.get("probes") or [])
    trainer = make_trainer(built, output, [reporter, prober])
    facts = _facts(trainer, built)
    done = checkpoints.step_of(checkpoint) if checkpoint else 0
    events.emit("start", total=planned_steps(trainer), unit="step", done=done, **facts)
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    state = trainer.state
    if reporter.paused:
        events.emit("done", paused=True, step=state.global_step)
        return
    best = built.recipe.keep == "best" and state.best_global_step
    outcome = {
        "steps": state.global_step,
        "best_step": best or state.global_step,
        "best_eval_loss": state.best_metric,
        "seconds": round(time.monotonic() - started, 2),
    }
    if trainer.is_world_process_zero():
        settings = {"base": built.base, "prompt": built.prompt, "recipe": config["recipe"], **facts, **outcome}
        adapter = save(trainer, built.tokenizer, output, {**settings, "data": config.get("data", "")})
        events.emit("done", adapter=str(adapter), prompt=built.prompt, **outcome)


def _measure(events: EventWriter, config: dict[str, Any], built: Built, output: Path) -> None:
    """Let the base model go through what the trained ones go through: validation loss and probes, no step."""
    from viva.train.probing import Prober

    trainer = make_trainer(built, output)
    events.emit("start", total=0, unit="step", done=0, **_facts(trainer, built))
    loss = None
    if built.rows["validation"].kept:
        loss = float(trainer.evaluate()["eval_loss"])
        events.emit("log", step=0, epoch=0.0, values={"eval_loss": loss})
    Prober(events, built, config["prompt"], config.get("probes") or []).ask(trainer.model, 0)
    events.emit("done", steps=0, best_step=0, best_eval_loss=loss, prompt=built.prompt)


def _facts(trainer: Any, built: Built) -> dict[str, Any]:
    lengths = built.rows["train"].lengths
    parameters = list(trainer.model.parameters())
    return {
        "train": len(built.rows["train"].kept),
        "validation": len(built.rows["validation"].kept),
        "tokens": sum(lengths),
        "longest": max(lengths),
        "rows": len(trainer.train_dataset),
        "parameters": _count(p for p in parameters if not p.requires_grad),
        "trainable": _count(p for p in parameters if p.requires_grad),
        "device": built.device,
        "precision": built.precision,
        "attention": built.attention,
        "processes": trainer.args.world_size,
        "truncated": {name: part.truncated for name, part in built.rows.items()},
        "dropped": {name: part.dropped for name, part in built.rows.items()},
    }


def _count(parameters: Iterator[Any]) -> int:
    """Return how many weights there are; a 4-bit tensor holds two in a byte and knows its real shape."""
    shapes = (getattr(getattr(p, "quant_state", None), "shape", None) or p.shape for p in parameters)
    return sum(shape.numel() for shape in shapes)


@contextmanager
def explained(recipe: Recipe, output: Path) -> Iterator[None]:
    """Turn running out of memory or of disk into one line with a hint; everything else surfaces as it is."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        said = _explanation(error, recipe, output)
        if said is None:
            raise
        raise said from error


def _explanation(error: Exception, recipe: Recipe, output: Path) -> BadInput | None:
    # Libraries tell the same trouble in different ways, some in an exception of no class of its own.
    import torch

    memory = isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in str(error)
    if memory:
        return BadInput("the training does not fit into memory", smaller(recipe))
    full = getattr(error, "errno", None) == errno.ENOSPC or "No space left on device" in str(error)
    if full or (output.exists() and shutil.disk_usage(output).free < LITTLE_SPACE):
        return BadInput("the disk is full", "make room, then resume: it goes on from the last checkpoint")
    return None


def smaller(recipe: Recipe) -> str:
    """Return the next setting of a recipe that needs less memory, as a hint."""
    if recipe.checkpointing == "off":
        change = "--set checkpointing=on"
    elif recipe.batch_size > 1:
        half = recipe.batch_size // 2
        change = f"--set batch_size={half} --set accumulation={-(-recipe.batch_size * recipe.accumulation // half)}"
    elif recipe.quantization == "none":
        change = "--set quantization=nf4"
    else:
        change = f"--set max_length={recipe.max_length // 2}"
    return f"start again with {change}; viva model estimate tells what fits"


def save(trainer: Any, tokenizer: Any, output: Path, settings: dict[str, Any]) -> Path:
    """Write the adapter, its tokenizer, its card and the settings it was made with; return its absolute path."""
    adapter = (output / "adapter").resolve()
    # Not trainer.save_model: it adds a pickle of the arguments to what people pass on.
    trainer.accelerator.unwrap_model(trainer.model).save_pretrained(str(adapter))
    tokenizer.save_pretrained(str(adapter))
    settings = {**settings, "libraries": {name: _version(name) for name in LIBRARIES}}
    (adapter / "training.json").write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
    (adapter / "README.md").write_text(card.model_card(settings), "utf-8")
    return adapter


def _version(library: str) -> str:
    try:
        return version(library)
    except ImportError:
        return "not installed"


if __name__ == "__main__":
    sys.exit(run_worker(train))
