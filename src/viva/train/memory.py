"""How many bytes a training will need at its peak, known from the model's configuration alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from viva.errors import BadInput
from viva.records.recipe import Format, Recipe
from viva.text import display_line

if TYPE_CHECKING:
    import torch

    from viva.train.rehearsal import Batch

PARTS = ("weights", "adapter", "gradients", "optimiser", "activations", "runtime")
"""What needs memory, in the order of telling it."""

MIB = 1 << 20

CUDA_RUNTIME = 500 * MIB
"""What a GPU's driver takes for a process that computes on it, before the first tensor."""

CPU_RUNTIME = 560 * MIB
"""What the program itself takes on the CPU: Python and the libraries it has loaded by the time it trains.

Measured as the resident memory at the peak of a dry run of a model of 3 million parameters on rows of 64 tokens, less
the 35 MiB that this model needs (torch 2.13 for the CPU, transformers 5.23, trl 1.16, peft 0.21, one thread).
"""

CPU_QUANTIZED = 16 * MIB
"""What bitsandbytes adds to that, measured in the same way with NF4."""

HEAP = 0.75
"""What glibc's heap holds on to on the CPU, as a share of what all layers keep without checkpointing.

PyTorch asks for aligned memory, and glibc (2.36) hardly ever gives such a block out a second time. Measured on models
of 27 to 79 million parameters and 512 to 2,048 tokens a batch: 0.7 to 1.1 in fp32, with checkpointing and without,
0.5 to 0.9 with 4 bits and 0.6 in bf16. With MALLOC_MMAP_THRESHOLD_=1048576 nothing is held on to, and a step takes
1.3 to 1.6 times as long.
"""

SMALL = 4096
"""bitsandbytes keeps the states of tensors with fewer elements in 32 bits (Optimizer2State.init_state)."""


@dataclass(frozen=True)
class Load:
    """What is put on a device: rows of `longest` tokens in training, of `validation` tokens when evaluating (0: never).

    `uneven` tells whether the rows of a batch differ in length. There are `rows` and `validation_rows` of them: a batch
    holds no more.
    """

    longest: int
    validation: int = 0
    uneven: bool = True
    rows: int = 1 << 30
    validation_rows: int = 1 << 30


def predict(config: Any, recipe: Recipe, load: Load, *, cuda: bool, precision: str) -> dict[str, int]:
    """Return the bytes that each of `PARTS` needs when the most is needed. Raises `BadInput`, `MissingExtra`.

    `config` is the base model's configuration (transformers' `AutoConfig`), `precision` fp32, bf16 or fp16.

    weights      exact: the model is built on the meta device; see `stored_bytes` for quantised layers
    adapter      exact: LoRA's two matrices a layer, as PEFT adds them to the same model
    gradients    one number a trainable parameter, in its own number format; once more in the buckets of several GPUs
    optimiser    `optimiser_bytes`
    activations  what else is alive at the peak of a step or of an evaluation (`viva.train.rehearsal`), and on the CPU
                 what the heap holds on to
    runtime      the fixed part of a process
    """
    from viva.train.rehearsal import kept_by_layers, peak_of_evaluation, peak_of_step

    model, weights = build_on_meta(config, recipe, cuda=cuda, precision=precision)
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    adapter = sum(_size(parameter) for parameter in trainable)
    gradients = adapter * (2 if recipe.gpus > 1 else 1)
    optimiser = sum(optimiser_bytes(tuple(p.shape), p.element_size(), recipe.optimizer) for p in trainable)
    autocast = None if precision == "fp32" else _dtype(precision)
    checkpointing = recipe.checkpointing == "on" or (recipe.checkpointing == "auto" and cuda)
    flash = cuda and flash_attention(recipe, precision)
    step = evaluation = 0
    if trainable:
        size = min(recipe.batch_size, load.rows)
        batch = batch_of(replace(recipe, batch_size=size), load.longest, load.uneven, flash)
        step = peak_of_step(model, batch, cuda=cuda, autocast=autocast, checkpointing=checkpointing)
        if not cuda:
            step += round(HEAP * kept_by_layers(model, batch, autocast=autocast))
        # Updating the weights takes a copy of the trainable ones, when the activations have gone (torch's foreach).
        step = max(step, adapter)
    if load.validation:
        size = min(recipe.batch_size, load.validation_rows)
        batch = batch_of(replace(recipe, batch_size=size), load.validation, load.uneven, flash)
        # By then the gradients have been let go.
        evaluation = peak_of_evaluation(model, batch, cuda=cuda, autocast=autocast) - gradients
    runtime = CUDA_RUNTIME if cuda else CPU_RUNTIME + (CPU_QUANTIZED if _needs_bitsandbytes(recipe) else 0)
    return dict(zip(PARTS, (weights, adapter, gradients, optimiser, max(step, evaluation), runtime), strict=True))


def batch_of(recipe: Recipe, longest: int, uneven: bool, flash: bool) -> "Batch":
    """Return the batch of the longest rows: one under another, or with packing `bfd` one behind another.

    The collator pads rows of different lengths, which takes a mask; rows behind one another are kept apart by one as
    well. FlashAttention is told where rows begin and end instead.
    """
    from viva.train.rehearsal import Batch

    if recipe.packing == "bfd":
        # Rows that are evaluated are not packed, but laid one behind another all the same.
        return Batch(1, recipe.batch_size * longest, masked=not flash)
    padded = uneven and recipe.batch_size > 1 and recipe.packing == "none"
    return Batch(recipe.batch_size, longest, masked=padded and not flash)


def flash_attention(recipe: Recipe, precision: str) -> bool:
    """Tell whether a GPU computes attention by FlashAttention 2, asked for or found."""
    from viva.generate.loading import FLASH, attention_for

    return attention_for(recipe.attention, _dtype(precision), _device("cuda")) == FLASH


def build_on_meta(config: Any, recipe: Recipe, *, cuda: bool, precision: str) -> tuple[Any, int]:
    """Return the model with its adapter on the meta device, and the bytes of the weights without the adapter.

    Embeddings, norms and the output layer stay in the number format the model is loaded in (that of `precision`);
    bitsandbytes' linear layers are counted as stored. LoRA's matrices are in fp32 (PEFT's autocast_adapter_dtype),
    over quantised weights in bf16 (TRL's SFTTrainer casts them). The format `base` trains nothing.
    """
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    from viva.train.quantized_layers import quantize

    dtype = _dtype(precision)
    attention = "eager" if recipe.attention == "eager" else "sdpa"
    try:
        with torch.device("meta"):
            model: Any = AutoModelForCausalLM.from_config(  # type: ignore[no-untyped-call]
                config, dtype=dtype, attn_implementation=attention
            )
            model.tie_weights()
            if recipe.quantization != "none":
                compute = _dtype(precision if recipe.compute == "auto" else recipe.compute)
                quantize(model, recipe, load=dtype, compute=compute, cuda=cuda)
            weights = sum(_weights(model, recipe))
            model.requires_grad_(False)
            if recipe.format == Format.BASE:
                return model, weights
            adapted = get_peft_model(
                model,
                LoraConfig(
                    task_type="CAUSAL_LM",
                    r=recipe.rank,
                    lora_alpha=recipe.alpha,
                    lora_dropout=recipe.dropout,
                    target_modules=recipe.target_modules,
                ),
            )
    except ValueError as error:
        raise BadInput(f"the model cannot be built: {display_line(str(error), 200)}") from error
    if recipe.quantization != "none" and precision != "fp16":
        for parameter in adapted.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.to(torch.bfloat16)
    return adapted, weights


def optimiser_bytes(shape: tuple[int, ...], size: int, optimizer: str) -> int:
    """Return the bytes that an optimiser keeps for one parameter of `shape` with `size` bytes a number.

    AdamW keeps two numbers a parameter, torch's in the parameter's own number format, bitsandbytes' in 32 bits. The
    8-bit ones keep two bytes, with a constant in fp32 for each 256 of them, twice; tensors below 4,096 elements stay
    in 32 bits. Paged states count although they may go to the main memory. Adafactor keeps a number a row and one a
    column of a matrix, plain gradient descent keeps nothing.
    """
    count = 1
    for length in shape:
        count *= length
    if optimizer in ("adamw_8bit", "paged_adamw_8bit"):
        return 8 * count if count < SMALL else 2 * count + 8 * -(-count // 256)
    if optimizer == "paged_adamw_32bit":
        return 8 * count
    if optimizer == "adafactor":
        rows = count // shape[-1] if len(shape) > 1 else 0
        return 4 * (rows + count // shape[-2]) if len(shape) > 1 else 4 * count
    return 0 if optimizer == "sgd" else 2 * size * count


def _weights(model: Any, recipe: Recipe) -> Iterator[int]:
    """Yield the bytes of each weight and buffer; one that two layers share counts once."""
    seen = set()
    for module in model.modules():
        for name, parameter in [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]:
            if id(parameter) in seen:
                continue
            seen.add(id(parameter))
            yield _stored(module, name, parameter, recipe)


def _stored(module: Any, name: str, tensor: Any, recipe: Recipe) -> int:
    from viva.train.quantized_layers import stored_bytes

    if recipe.quantization != "none" and name == "weight" and type(module).__module__.startswith("bitsandbytes"):
        return stored_bytes(module.in_features * module.out_features, module.out_features, recipe)
    return _size(tensor)


def _size(tensor: Any) -> int:
    return int(tensor.numel() * tensor.element_size())


def _dtype(precision: str) -> "torch.dtype":
    import torch

    return {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]


def _device(name: str) -> "torch.device":
    import torch

    return torch.device(name)


def _needs_bitsandbytes(recipe: Recipe) -> bool:
    return recipe.quantization != "none" or "8bit" in recipe.optimizer or "paged" in recipe.optimizer
