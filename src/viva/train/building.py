"""From a training's configuration to a trainer that is ready to run: device, model, rows, arguments."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from viva.errors import BadInput
from viva.records.recipe import Recipe
from viva.train.rows import Rows, block_length, prompt_for, read_rows, uses_template

LOGGED_STEPS = 200
"""At most about this many points are logged in a run."""

NEVER = 1 << 30
"""An interval in steps that no run reaches; the end of a run is evaluated and saved all the same."""

QUANTIZED_OPTIMIZERS = ("adamw_8bit", "paged_adamw_8bit", "paged_adamw_32bit")


class Built(NamedTuple):
    """What a training needs, loaded; `rows` by split, `prompt` is what the tuned model is asked with later."""

    recipe: Recipe
    model: Any
    tokenizer: Any
    rows: dict[str, Rows]
    device: str
    precision: str
    attention: str
    base: str
    prompt: str
    context: int | None


def build(config: Mapping[str, Any]) -> Built:
    """Load base model, tokenizer and rows as `config` says (see `viva.train.program`). Raises `UserError`."""
    import torch

    from viva.generate.loading import load_model, load_tokenizer

    recipe = read_recipe(config)
    device, precision = choose_device(recipe)
    base = str(Path(config["base"]).resolve()) if Path(config["base"]).is_dir() else config["base"]
    tokenizer = load_tokenizer(base)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    dtypes = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
    model = load_model(
        base,
        dtype=dtypes[precision],
        quantization=recipe.quantization,
        double=recipe.double_quantization,
        compute=dtypes[precision if recipe.compute == "auto" else recipe.compute],
        attention=recipe.attention,
        device=int(os.environ.get("LOCAL_RANK", "0")) if torch.cuda.is_available() else "cpu",
    )
    context = getattr(model.config, "max_position_embeddings", None)
    rows = {
        split: read_rows(config[split], tokenizer, recipe, config["prompt"], context)
        for split in ("train", "validation")
    }
    if not rows["train"].kept:
        raise BadInput("there is nothing to train on", "import a train split, or raise max_length")
    prompt = prompt_for(recipe, config["prompt"], tokenizer)
    if not uses_template(recipe, tokenizer):
        # The adapter's own tokenizer says how the tuned model is asked: without a template, in plain text.
        tokenizer.chat_template = None
    attention = str(model.config._attn_implementation)
    return Built(recipe, model, tokenizer, rows, device, precision, attention, base, prompt, context)


def read_recipe(config: Mapping[str, Any]) -> Recipe:
    """Return the recipe in a training's configuration. Raises `BadInput` for that of another viva."""
    try:
        return Recipe.from_json(config["recipe"])
    except (KeyError, TypeError) as error:
        raise BadInput("this training's recipe was written by another viva", "start it anew") from error


def use_one_gpu() -> None:
    """Hide all GPUs but the first, where no launcher has shared them out; before any of them is used.

    With more than one in sight the trainer would split each batch among them, which TRL refuses.
    """
    if "RANK" not in os.environ:
        os.environ["CUDA_VISIBLE_DEVICES"] = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]


def choose_device(recipe: Recipe) -> tuple[str, str]:
    """Return the device and the precision; `auto` is fp32 on the CPU, bf16 or else fp16 on a GPU.

    Raises `BadInput` where the machine cannot do what the recipe asks for.
    """
    import torch

    precision = recipe.precision
    if not torch.cuda.is_available():
        if precision == "fp16":
            raise BadInput("precision fp16 needs a GPU", "use --set precision=fp32 or precision=bf16")
        if recipe.gpus > 1 and os.environ.get("ACCELERATE_USE_CPU") != "true":
            raise BadInput(f"the recipe wants {recipe.gpus} GPUs, this machine has none", "use --set gpus=1")
        return "cpu", "fp32" if precision == "auto" else precision
    if recipe.gpus > (found := torch.cuda.device_count()):
        raise BadInput(f"the recipe wants {recipe.gpus} GPUs, this machine has {found}", f"use --set gpus={found}")
    if precision == "auto":
        precision = "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    return f"cuda ({torch.cuda.get_device_name()})", precision


def make_trainer(built: Built, output: Path, callbacks: Sequence[Any] = (), **changes: Any) -> Any:
    """Return TRL's trainer with LoRA over the model; `changes` replace arguments of its `SFTConfig`."""
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import PrinterCallback
    from trl import SFTTrainer  # type: ignore[attr-defined]

    recipe = built.recipe
    evaluated = bool(built.rows["validation"].kept) and changes.get("eval_strategy") != "no"
    trainer: Any = SFTTrainer(
        model=built.model,
        args=make_arguments(built, output, evaluated, **changes),
        train_dataset=Dataset.from_list(built.rows["train"].kept),
        eval_dataset=Dataset.from_list(built.rows["validation"].kept) if evaluated else None,
        processing_class=built.tokenizer,
        peft_config=LoraConfig(
            task_type="CAUSAL_LM",
            r=recipe.rank,
            lora_alpha=recipe.alpha,
            lora_dropout=recipe.dropout,
            target_modules=recipe.target_modules,
        ),
        callbacks=list(callbacks),
    )
    trainer.remove_callback(PrinterCallback)
    if built.precision == "fp16":
        # TRL holds an adapter over a quantised base in bf16, whose gradients PyTorch's loss scaling does not know.
        for parameter in trainer.model.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.float()
    return trainer


def make_arguments(built: Built, output: Path, evaluated: bool, **changes: Any) -> Any:
    """Return the recipe as TRL's arguments; a checkpoint is kept wherever the validation loss is computed."""
    import torch
    from trl import SFTConfig  # type: ignore[attr-defined]

    recipe = built.recipe
    on_gpu = torch.cuda.is_available()
    check_optimizer(recipe)
    # A fraction below 1 is a share of all steps; the end is always evaluated.
    interval = 1 / recipe.evaluations if recipe.evaluations > 1 else NEVER
    best = evaluated and recipe.keep == "best"
    arguments: dict[str, Any] = {
        "output_dir": str(output / "checkpoints"),
        "num_train_epochs": recipe.epochs,
        "per_device_train_batch_size": recipe.batch_size,
        "per_device_eval_batch_size": recipe.batch_size,
        "gradient_accumulation_steps": recipe.accumulation,
        "optim": recipe.optimizer,
        "learning_rate": recipe.learning_rate,
        "lr_scheduler_type": recipe.schedule,
        "warmup_steps": recipe.warmup,
        "weight_decay": recipe.weight_decay,
        "max_grad_norm": recipe.max_grad_norm,
        "max_length": block_length(recipe, built.context),
        "packing": recipe.packing != "none",
        "packing_strategy": "bfd" if recipe.packing == "none" else recipe.packing,
        "eval_packing": recipe.packing == "wrapped",
        "train_sampling_strategy": "group_by_length" if recipe.batching == "by-length" else "random",
        "seed": recipe.seed,
        "bf16": built.precision == "bf16",
        "fp16": built.precision == "fp16",
        "use_cpu": not on_gpu,
        "activation_checkpointing": recipe.checkpointing == "on" or (recipe.checkpointing == "auto" and on_gpu),
        "dataloader_pin_memory": on_gpu,
        "eval_strategy": "steps" if evaluated else "no",
        "eval_steps": interval,
        "save_strategy": "steps",
        "save_steps": interval,
        "load_best_model_at_end": best,
        "metric_for_best_model": "eval_loss" if evaluated else None,
        "greater_is_better": False,
        "logging_strategy": "steps",
        "logging_steps": 1 / LOGGED_STEPS,
        # A loss that is no number must be seen, not averaged away.
        "logging_nan_inf_filter": False,
        "disable_tqdm": True,
        "report_to": "none",
    }
    return SFTConfig(**{**arguments, **changes})


def check_optimizer(recipe: Recipe) -> None:
    """Raise `MissingExtra` where the optimiser needs a library that is not installed."""
    from importlib.util import find_spec

    from viva.errors import MissingExtra

    if recipe.optimizer in QUANTIZED_OPTIMIZERS and find_spec("bitsandbytes") is None:
        raise MissingExtra(f"the optimiser {recipe.optimizer} needs bitsandbytes", "pip install 'viva[local]'")


def planned_steps(trainer: Any) -> int:
    """Return the number of optimizer steps that a trainer's run takes, by its rows, devices and epochs."""
    arguments = trainer.args
    if arguments.max_steps > 0:
        return int(arguments.max_steps)
    batches = -(-len(trainer.train_dataset) // (arguments.per_device_train_batch_size * arguments.world_size))
    per_epoch = max(1, -(-batches // arguments.gradient_accumulation_steps))
    return max(1, int(-(-arguments.num_train_epochs * per_epoch // 1)))
