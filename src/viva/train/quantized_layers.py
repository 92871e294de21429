"""Linear layers as bitsandbytes computes them, on tensors without data: what is dequantised, cast and kept."""

from functools import partial
from typing import Any

import torch

from viva.records.recipe import Recipe

BLOCK = 64
"""Weights that share a constant (bitsandbytes' block size for 4 bits)."""


def quantize(model: Any, recipe: Recipe, *, load: torch.dtype, compute: torch.dtype, cuda: bool) -> None:
    """Replace the linear layers of `model` (on the meta device) by those of bitsandbytes, as transformers does.

    The layers then compute as `MatMul4Bit`, `MatMul8bitLt` and (on the CPU) `MatMul8bitFp` in
    bitsandbytes/autograd/_functions.py do, as far as memory can tell. Raises `MissingExtra`.
    """
    from transformers.integrations.bitsandbytes import replace_with_bnb_linear
    from transformers.quantizers.base import get_keys_to_not_convert

    from viva.generate.quantized import quantization_config

    config = quantization_config(recipe.quantization, double=recipe.double_quantization, compute=compute)
    import bitsandbytes

    replace_with_bnb_linear(model, get_keys_to_not_convert(model), config)
    model.is_loaded_in_8bit = recipe.quantization == "int8"
    model.is_loaded_in_4bit = not model.is_loaded_in_8bit
    layers: Any = bitsandbytes.nn
    module: Any
    for module in model.modules():
        if isinstance(module, layers.Linear8bitLt):
            module.forward = partial(_forward_8bit, module, cuda)
        elif isinstance(module, layers.Linear4bit):
            module.forward = partial(_forward_4bit, module, load, compute)


def stored_bytes(elements: int, outputs: int, recipe: Recipe) -> int:
    """Return the bytes of a quantised weight of `elements` numbers in `outputs` rows, with its constants.

    4 bits: half a byte a number, and for each block of 64 a constant in fp32 (and a table of 16 values); with double
    quantisation one byte a block, a constant in fp32 for each 256 blocks, and 1,092 bytes of tables and mean
    (bitsandbytes.functional.quantize_4bit). 8 bits: a byte a number and a constant in fp32 a row (Int8Params).
    """
    if recipe.quantization == "int8":
        return elements + 4 * outputs
    blocks = -(-elements // BLOCK)
    constants = blocks + 4 * -(-blocks // 256) + 1092 if recipe.double_quantization else 4 * blocks + 64
    return -(-elements // 2) + constants


def _forward_4bit(module: Any, load: torch.dtype, compute: torch.dtype, x: torch.Tensor) -> torch.Tensor:
    shape = (module.out_features, module.in_features)
    return _Linear4bit.apply(x.to(compute), shape, load).to(x.dtype)  # type: ignore[no-untyped-call, no-any-return]


def _forward_8bit(module: Any, cuda: bool, x: torch.Tensor) -> torch.Tensor:
    shape = (module.out_features, module.in_features)
    return _Linear8bit.apply(x, shape, cuda)  # type: ignore[no-untyped-call, no-any-return]


class _Linear4bit(torch.autograd.Function):
    """The whole weight is dequantised on the way there, and again on the way back; nothing else is kept."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, shape: tuple[int, int], load: torch.dtype) -> torch.Tensor:
        ctx.shape, ctx.load = shape, load
        constants = x.new_empty(shape[0] * shape[1] // BLOCK, dtype=torch.float32)
        weight = x.new_empty(shape)
        del constants
        return torch.nn.functional.linear(x, weight)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[Any, ...]:
        weight = gradient.new_empty(ctx.shape, dtype=ctx.load).to(gradient.dtype)
        return torch.matmul(gradient, weight), None, None


class _Linear8bit(torch.autograd.Function):
    """The input is kept whether checkpointing wants it or not: bitsandbytes holds it beside autograd."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, shape: tuple[int, int], cuda: bool) -> torch.Tensor:
        ctx.shape, ctx.kept = shape, x
        if not cuda:
            return torch.nn.functional.linear(x, x.new_empty(shape))
        half = x.to(torch.float16)
        eighth = half.to(torch.int8)
        whole = x.new_empty(*x.shape[:-1], shape[0], dtype=torch.int32)
        del half, eighth
        return whole.to(x.dtype)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[Any, ...]:
        weight = gradient.new_empty(ctx.shape, dtype=ctx.kept.dtype)
        return torch.matmul(gradient.to(ctx.kept.dtype), weight), None, None
