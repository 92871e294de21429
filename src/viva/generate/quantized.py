"""Weights in 4 or 8 bits through bitsandbytes, and the proof that this machine computes with them rightly."""

import logging
from collections.abc import Iterable
from typing import Any

import torch

from viva.errors import BadInput, MissingExtra

CHOICES = ("none", "nf4", "fp4", "int8")

LARGEST_ERROR = {"nf4": 0.16, "fp4": 0.2, "int8": 0.06}
"""The largest relative error of a layer of normally distributed weights. Rounding makes about .09, .12 and .02 of it,
whatever the shape. bitsandbytes' kernels for the CPU take the constants of the wrong block where the inputs are no
multiple of 64: that makes .4 and more."""

ROWS = 16


def quantization_config(quantization: str, *, double: bool = False, compute: torch.dtype | None = None) -> Any:
    """Return bitsandbytes' settings as transformers wants them, None for `none`.

    `quantization` is `none`, `nf4`, `fp4` or `int8`; `double` quantises the constants of the 4-bit ones too, `compute`
    is the number format that products are computed in. Raises `MissingExtra` without bitsandbytes.
    """
    if quantization == "none":
        return None
    if quantization not in CHOICES:
        raise BadInput(f"there is no quantization {quantization!r}", f"choose one of {', '.join(CHOICES)}")
    _library(quantization)
    from transformers import BitsAndBytesConfig

    if quantization == "int8":
        # It would say with every product of every layer that it casts.
        logging.getLogger("bitsandbytes.autograd._functions").setLevel(logging.ERROR)
        return BitsAndBytesConfig(load_in_8bit=True)  # type: ignore[no-untyped-call]
    return BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type=quantization,
        bnb_4bit_use_double_quant=double,
        bnb_4bit_compute_dtype=compute,
    )


def keep_unpacked(model: Any) -> None:
    """Keep the 4-bit layers of `model` on the CPU in the form that gradients flow through.

    Some processors (AVX512-BF16) have a faster form, into which bitsandbytes turns the weights at the first evaluation.
    It takes only some shapes, and has no backward pass: a training would go on without the gradients of the base.
    """
    for layer in _layers(model):
        if hasattr(layer, "support_avx512bf16_for_cpu"):
            layer.support_avx512bf16_for_cpu = False


def shapes(model: Any) -> list[tuple[int, int]]:
    """Return the distinct shapes (outputs, inputs) of the quantised layers of `model`."""
    return sorted({(layer.out_features, layer.in_features) for layer in _layers(model)})


def check(
    shapes: Iterable[tuple[int, int]],
    quantization: str,
    *,
    double: bool = False,
    compute: torch.dtype = torch.float32,
    dtype: torch.dtype = torch.float32,
) -> None:
    """Compute one layer of random weights for each shape, forward and backward, in training and in evaluation.

    Raises `BadInput`, naming the shape, where this machine's processor cannot, or computes something else.
    """
    for outputs, inputs in shapes:
        try:
            error = layer_error(outputs, inputs, quantization, double=double, compute=compute, dtype=dtype)
        except (RuntimeError, AssertionError, ValueError) as fault:
            raise _refused(outputs, inputs, quantization, "cannot compute") from fault
        if not error <= LARGEST_ERROR[quantization]:
            raise _refused(outputs, inputs, quantization, f"computes wrongly (relative error {error:.2f})")


def layer_error(
    outputs: int, inputs: int, quantization: str, *, double: bool, compute: torch.dtype, dtype: torch.dtype
) -> float:
    """Return the largest relative error of a quantised layer: of what it says while training and after it, and of
    the gradient that it hands back, each in the Frobenius norm.
    """
    generator = torch.Generator().manual_seed(0)
    # Rows of different size: a constant taken from the wrong place shows.
    weight = torch.randn(outputs, inputs, generator=generator) * torch.logspace(-1, 0, outputs)[:, None]
    given = torch.randn(ROWS, inputs, generator=generator)
    wanted = torch.randn(ROWS, outputs, generator=generator)
    layer = _layer(weight, quantization, double, compute, dtype)
    errors = []
    for training in (True, False, True):
        layer.train(training)
        x = given.clone().to(dtype).requires_grad_(training)
        with torch.set_grad_enabled(training):
            y = layer(x)
        errors.append(_error(y, given @ weight.T))
        if training:
            y.backward(wanted.to(y.dtype))
            errors.append(float("inf") if x.grad is None else _error(x.grad, wanted @ weight))
    return max(errors)


def _layer(weight: torch.Tensor, quantization: str, double: bool, compute: torch.dtype, dtype: torch.dtype) -> Any:
    bitsandbytes = _library(quantization)
    outputs, inputs = weight.shape
    # Both kinds quantise what they hold on the way to a device.
    if quantization == "int8":
        layer = bitsandbytes.nn.Linear8bitLt(inputs, outputs, bias=False, has_fp16_weights=False, threshold=6.0)
        layer.weight = bitsandbytes.nn.Int8Params(weight.to(dtype), requires_grad=False, has_fp16_weights=False)
    else:
        layer = bitsandbytes.nn.Linear4bit(
            inputs, outputs, bias=False, compute_dtype=compute, compress_statistics=double, quant_type=quantization
        )
        layer.weight = bitsandbytes.nn.Params4bit(
            weight.to(dtype), requires_grad=False, compress_statistics=double, quant_type=quantization, module=layer
        )
    layer = layer.to("cpu")
    keep_unpacked(layer)
    return layer


def _error(found: torch.Tensor, right: torch.Tensor) -> float:
    return float((found.detach().float() - right).norm() / right.norm())


def _layers(model: Any) -> list[Any]:
    bitsandbytes = _library("quantization")
    kinds = (bitsandbytes.nn.Linear4bit, bitsandbytes.nn.Linear8bitLt)
    return [layer for layer in model.modules() if isinstance(layer, kinds)]


def _library(quantization: str) -> Any:
    try:
        import bitsandbytes
    except ImportError as error:
        raise MissingExtra(f"{quantization} needs the package bitsandbytes", "pip install 'viva[local]'") from error
    return bitsandbytes


def _refused(outputs: int, inputs: int, quantization: str, what: str) -> BadInput:
    return BadInput(
        f"this machine {what} a layer of {inputs} to {outputs} in {quantization}",
        "use --set quantization=none, or a model whose widths are multiples of 64",
    )
