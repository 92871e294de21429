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
from viva.train.building import Built, build, make_trainer, planned_steps, read_recipe, use_one_gpu
from viva.train.disk import is_full

LIBRARIES = ("torch", "transformers", "peft", "trl", "bitsandbytes")


def train(events: EventWriter, config: dict[str, Any]) -> None:
    """Train as `config` says and keep the adapter of the step that the recipe names."""
    started = time.monotonic()
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    recipe = read_recipe(config)
    if recipe.gpus == 1:
        use_one_gpu()
    try:
        from transformers import set_seed
    except ImportError as error:
        raise MissingExtra("training needs missing libraries", "pip install 'viva[local]'") from error
    if int(os.environ.get("RANK", "0")):
        # Of several processes only the first reports.
        events = EventWriter.silent()
    output = Path(config["output"])
    checkpoint = _checkpoint(output, config, recipe)
    set_seed(recipe.seed)
    with explained(recipe, output):
        built = build(config)
        if recipe.format == Format.BASE:
            _measure(events, config, built, output)
        else:
            _train(events, config, built, checkpoint, started)


def _checkpoint(output: Path, config: dict[str, Any], recipe: Recipe) -> Path | None:
    """Return the checkpoint to go on from; a fresh start leaves nothing of an earlier run."""
    folder = output / "checkpoints"
    first = not int(os.environ.get("RANK", "0"))
    found = None
    if config.get("resume"):
        found = checkpoints.last_sound(folder, best=recipe.keep == "best", clear=first)
    origin = checkpoints.origin_of(config)
    if found is not None:
        checkpoints.check_origin(folder, origin)
    elif first:
        shutil.rmtree(folder, ignore_errors=True)
        checkpoints.note_origin(folder, origin)
    return found


def _train(events: EventWriter, config: dict[str, Any], built: Built, checkpoint: Path | None, started: float) -> None:
    from viva.train.probing import Prober
    from viva.train.reporter import Reporter, out_of_patience

    output, recipe = Path(config["output"]), built.recipe
    reporter = Reporter(events, Path(config["pause"]) if config.get("pause") else None, recipe.patience)
    prober = Prober(events, built, config["prompt"], config.get("probes") or [])
    trainer = make_trainer(built, output, [reporter, prober])
    facts = _facts(trainer, built)
    done = checkpoints.step_of(checkpoint) if checkpoint else 0
    events.emit("start", total=planned_steps(trainer), unit="step", done=done, **facts)
    if checkpoint is not None and out_of_patience(checkpoints.losses(checkpoint), recipe.patience):
        _take_up(trainer, checkpoint, recipe)
    else:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    state = trainer.state
    if reporter.paused:
        events.emit("done", paused=True, step=state.global_step)
        return
    kept = (state.best_global_step if recipe.keep == "best" else None) or state.global_step
    evaluated = {entry["step"]: entry["eval_loss"] for entry in state.log_history if "eval_loss" in entry}
    outcome = {
        "steps": state.global_step,
        "best_step": kept,
        "best_eval_loss": evaluated.get(kept),
        "seconds": round(time.monotonic() - started, 2),
    }
    if trainer.is_world_process_zero():
        settings = {
            "base": built.base, "base_revision": getattr(built.model.config, "_commit_hash", None),
            "prompt": built.prompt, "recipe": config["recipe"], "data": config.get("data", ""), **facts, **outcome,
        }  # fmt: skip
        adapter = save(trainer, built.tokenizer, output, settings)
        events.emit("done", adapter=str(adapter), prompt=built.prompt, **outcome)


def _take_up(trainer: Any, checkpoint: Path, recipe: Recipe) -> None:
    """Put a training that had stopped early, and was cut off before its end, where it would have ended."""
    from peft import set_peft_model_state_dict
    from safetensors.torch import load_file
    from transformers import TrainerState

    trainer.state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
    best = checkpoints.best_of(checkpoint) if recipe.keep == "best" else None
    weights = checkpoint.parent / (best or checkpoint.name) / "adapter_model.safetensors"
    set_peft_model_state_dict(trainer.model, load_file(weights))


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
    if is_full(error, output):
        # A checkpoint that was written in part is of no use: without it there may be room to say so.
        for checkpoint in (output / "checkpoints").glob("checkpoint-*"):
            if not checkpoints.sound(checkpoint):
                shutil.rmtree(checkpoint, ignore_errors=True)
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
