"""The training program: fine-tunes a LoRA adapter on question–reference pairs.

    python -m viva.train.program CONFIG.json

CONFIG.json holds

    base         the base model: a directory or a hub id
    prompt       the prompt template, `{question}` in it
    recipe       the recipe's fields
    train        a file of JSON lines {"question", "reference"}
    validation   the same for validation, or null: then nothing is evaluated and the last step counts as best
    output       a directory: `adapter/` gets the adapter of the best step, `checkpoints/` what resuming needs
    resume       true goes on from the last whole checkpoint, false starts afresh

Only the completion counts in the loss. A model with a chat template is trained on conversations, one without
on `Question: … Approach: …`. Events go to stdout as JSON lines, everything else to stderr.
"""

import json
import os
import shutil
import sys
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from viva.errors import BadInput, MissingExtra
from viva.events import EventWriter, run_worker
from viva.records.prompt import conversation, plain
from viva.records.recipe import Recipe

IGNORED = -100
"""The label of a token that does not count in the loss."""

LOGGED_STEPS = 200
"""At most about this many points are logged in a run."""

LIBRARIES = ("torch", "transformers", "peft", "trl")


def train(events: EventWriter, config: dict[str, Any]) -> None:
    """Train as `config` says and keep the adapter of the best step."""
    started = time.monotonic()
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    try:
        from transformers import set_seed
    except ImportError as error:
        raise MissingExtra("training needs missing libraries", "pip install 'viva[local]'") from error
    recipe = Recipe(**config["recipe"])
    output = Path(config["output"])
    checkpoint = last_checkpoint(output / "checkpoints") if config.get("resume") else None
    if checkpoint is None:
        shutil.rmtree(output / "checkpoints", ignore_errors=True)
    device, precision = choose_device(recipe.precision)
    base = str(Path(config["base"]).resolve()) if Path(config["base"]).is_dir() else config["base"]
    set_seed(recipe.seed)
    model, tokenizer = load_base(base, precision)
    rows = {
        name: Rows(config[name], tokenizer, config["prompt"], recipe.max_length) for name in ("train", "validation")
    }
    if not rows["train"].kept:
        raise BadInput("there is nothing to train on", "import a train split, or raise max_length")
    trainer = make_trainer(events, recipe, model, tokenizer, rows, output, precision)
    facts = {
        "train": len(rows["train"].kept),
        "validation": len(rows["validation"].kept),
        "parameters": sum(p.numel() for p in trainer.model.parameters() if not p.requires_grad),
        "trainable": sum(p.numel() for p in trainer.model.parameters() if p.requires_grad),
        "device": device,
        "precision": precision,
        "truncated": {name: part.truncated for name, part in rows.items()},
        "dropped": {name: part.dropped for name, part in rows.items()},
    }
    done = int(checkpoint.name.rpartition("-")[2]) if checkpoint else 0
    events.emit("start", total=planned_steps(recipe, facts["train"]), unit="step", done=done, **facts)
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    state = trainer.state
    outcome = {
        "steps": state.global_step,
        "best_step": state.best_global_step or state.global_step,
        "best_eval_loss": state.best_metric,
        "seconds": round(time.monotonic() - started, 2),
    }
    settings = {"base": base, "prompt": config["prompt"], "recipe": asdict(recipe), **facts, **outcome}
    adapter = save(trainer, tokenizer, output, settings)
    events.emit("done", adapter=str(adapter), **outcome)


class Rows:
    """Tokenized pairs, with how many were cut at the end or dropped because no completion was left."""

    def __init__(self, path: str | None, tokenizer: Any, prompt: str, max_length: int) -> None:
        self.kept: list[dict[str, list[int]]] = []
        self.truncated = 0
        self.dropped = 0
        for pair in read_pairs(Path(path)) if path else []:
            tokens, start = encode(tokenizer, prompt, pair["question"], pair["reference"])
            if start >= max_length:
                self.dropped += 1
                continue
            self.truncated += len(tokens) > max_length
            labels = [IGNORED] * start + tokens[start:]
            self.kept.append({"input_ids": tokens[:max_length], "labels": labels[:max_length]})


def read_pairs(path: Path) -> list[dict[str, str]]:
    """Return the pairs in a file of JSON lines."""
    try:
        return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: {error}") from error


def encode(tokenizer: Any, prompt: str, question: str, reference: str) -> tuple[list[int], int]:
    """Return the tokens of prompt and completion with its end mark, and where the completion starts."""
    if tokenizer.chat_template:
        messages = conversation(prompt, question)
        answer = {"role": "assistant", "content": reference}
        asked = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
        whole = tokenizer.apply_chat_template([*messages, answer], return_dict=False)
    else:
        text = plain(prompt, question)
        asked = tokenizer(text)["input_ids"]
        whole = tokenizer(f"{text} {reference}{tokenizer.eos_token or ''}")["input_ids"]
    # A template may render the prompt alone differently from the prompt before an answer.
    start = next((i for i, (a, b) in enumerate(zip(asked, whole, strict=False)) if a != b), len(asked))
    return list(whole), start


def choose_device(precision: str) -> tuple[str, str]:
    """Return the device and the precision; `auto` is fp32 on the CPU, bf16 or else fp16 on a GPU."""
    import torch

    if not torch.cuda.is_available():
        if precision == "fp16":
            raise BadInput("precision fp16 needs a GPU", "use --set precision=fp32 or precision=bf16")
        return "cpu", "fp32" if precision == "auto" else precision
    if precision == "auto":
        precision = "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    return f"cuda ({torch.cuda.get_device_name()})", precision


def load_base(base: str, precision: str) -> tuple[Any, Any]:
    """Return the base model and its tokenizer, with a padding token."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]
    try:
        tokenizer = AutoTokenizer.from_pretrained(base)
        model = AutoModelForCausalLM.from_pretrained(base, dtype=dtype)
    except (OSError, ValueError) as error:
        raise BadInput(f"the base model {base} cannot be loaded: {error}", "check the name") from error
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model, tokenizer


def planned_steps(recipe: Recipe, rows: int) -> int:
    """Return the number of optimizer steps that the recipe's epochs take."""
    return max(1, int(-(-recipe.epochs * steps_per_epoch(recipe, rows) // 1)))


def steps_per_epoch(recipe: Recipe, rows: int) -> int:
    batches = -(-rows // recipe.batch_size)
    return max(1, -(-batches // recipe.accumulation))


def make_arguments(recipe: Recipe, train_rows: int, evaluated: bool, output: Path, precision: str) -> Any:
    """Return the recipe as TRL's arguments; a checkpoint is kept wherever the validation loss is computed."""
    import torch
    from trl import SFTConfig  # type: ignore[attr-defined]

    on_gpu = torch.cuda.is_available()
    steps = planned_steps(recipe, train_rows)
    interval = max(1, steps_per_epoch(recipe, train_rows) // recipe.evaluations_per_epoch)
    return SFTConfig(
        output_dir=str(output / "checkpoints"),
        num_train_epochs=recipe.epochs,
        per_device_train_batch_size=recipe.batch_size,
        per_device_eval_batch_size=recipe.batch_size,
        gradient_accumulation_steps=recipe.accumulation,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type=recipe.schedule,
        warmup_steps=round(recipe.warmup * steps),
        weight_decay=recipe.weight_decay,
        max_length=recipe.max_length,
        seed=recipe.seed,
        bf16=precision == "bf16",
        fp16=precision == "fp16",
        use_cpu=not on_gpu,
        activation_checkpointing=on_gpu,
        dataloader_pin_memory=on_gpu,
        eval_strategy="steps" if evaluated else "no",
        eval_steps=interval,
        save_strategy="steps",
        save_steps=interval,
        save_total_limit=2,
        load_best_model_at_end=evaluated,
        metric_for_best_model="eval_loss" if evaluated else None,
        logging_steps=max(1, steps // LOGGED_STEPS),
        disable_tqdm=True,
        report_to="none",
    )


def make_trainer(
    events: EventWriter,
    recipe: Recipe,
    model: Any,
    tokenizer: Any,
    rows: dict[str, Rows],
    output: Path,
    precision: str,
) -> Any:
    """Return TRL's trainer for the recipe, with LoRA over `model`."""
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import EarlyStoppingCallback, PrinterCallback
    from trl import SFTTrainer  # type: ignore[attr-defined]

    from viva.train.reporter import Reporter

    evaluated = bool(rows["validation"].kept)
    trainer = SFTTrainer(
        model=model,
        args=make_arguments(recipe, len(rows["train"].kept), evaluated, output, precision),
        train_dataset=Dataset.from_list(rows["train"].kept),
        eval_dataset=Dataset.from_list(rows["validation"].kept) if evaluated else None,
        processing_class=tokenizer,
        peft_config=LoraConfig(
            task_type="CAUSAL_LM",
            r=recipe.rank,
            lora_alpha=recipe.alpha,
            lora_dropout=recipe.dropout,
            target_modules=recipe.target_modules,
        ),
        callbacks=[Reporter(events)],
    )
    trainer.remove_callback(PrinterCallback)
    if evaluated and recipe.patience:
        trainer.add_callback(EarlyStoppingCallback(recipe.patience))
    return trainer


def last_checkpoint(directory: Path) -> Path | None:
    """Return the newest checkpoint that was written whole; the trainer's state is what is written last."""
    whole = [path.parent for path in directory.glob("checkpoint-*/trainer_state.json")]
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def save(trainer: Any, tokenizer: Any, output: Path, settings: dict[str, Any]) -> Path:
    """Write the adapter, its tokenizer and the settings it was made with; return its absolute path."""
    adapter = (output / "adapter").resolve()
    # Not trainer.save_model: it adds a pickle of the arguments to what people pass on.
    trainer.model.save_pretrained(str(adapter))
    tokenizer.save_pretrained(str(adapter))
    settings = {**settings, "libraries": {name: version(name) for name in LIBRARIES}}
    (adapter / "training.json").write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
    return adapter


if __name__ == "__main__":
    sys.exit(run_worker(train))
