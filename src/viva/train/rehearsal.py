"""One training step walked through on tensors without data, to see how many bytes are alive at its peak."""

import contextlib
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

import torch
from torch._subclasses.fake_tensor import (
    DataDependentOutputException,
    DynamicOutputShapeException,
    FakeTensorMode,
)
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from viva.errors import BadInput

ROWS, WIDTH = 4096, 32768
"""TRL's loss head works on pieces of this many tokens and vocabulary entries (trl/kernels/chunked_logprob.py).

It asks for a whole piece where the vocabulary is smaller, too; on the CPU what is not written to takes no memory.
"""

FEW = 2
"""A model is walked through with this many layers and with twice as many; the rest of its layers are alike."""


@dataclass(frozen=True)
class Batch:
    """A batch of `rows` × `length` tokens; `masked` where its attention needs a mask (padding, packed rows)."""

    rows: int
    length: int
    masked: bool


def peak_of_step(model: Any, batch: Batch, *, cuda: bool, autocast: torch.dtype | None, checkpointing: bool) -> int:
    """Return the most bytes alive beside weights, adapter and gradients in a forward and backward pass.

    `model` is a causal language model with an adapter, on the meta device. Every tensor that an operation makes is
    counted from its making to its end, those that autograd keeps for the way back and those that are computed again
    with checkpointing among them; the frozen weights that autograd keeps are not. Layers that are alike need alike
    much: the peak grows by the same number of bytes with each of them, so that few are walked through.
    """
    return _over_layers(
        model, lambda: _peak(model, batch, cuda=cuda, autocast=autocast, checkpointing=checkpointing, trained=True)
    )


def peak_of_evaluation(model: Any, batch: Batch, *, cuda: bool, autocast: torch.dtype | None) -> int:
    """Return the most bytes alive beside weights and adapter in a forward pass that nothing is kept of."""
    return _over_layers(
        model, lambda: _peak(model, batch, cuda=cuda, autocast=autocast, checkpointing=False, trained=False)
    )


class Ledger(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of all storages that are alive; those that were there before count nothing."""

    def __init__(self, given: list[torch.Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.alive = self.peak = 0
        # Held, so that no new storage can take the address of one that has gone.
        self._given = [tensor.untyped_storage() for tensor in given]
        self._known = {storage._cdata: 0 for storage in self._given}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(out):
            if isinstance(leaf, torch.Tensor):
                self._note(leaf.untyped_storage())
        return out

    def _note(self, storage: Any) -> None:
        key = storage._cdata
        if key not in self._known:
            self._known[key] = storage.nbytes()
            self.alive += self._known[key]
            self.peak = max(self.peak, self.alive)
            weakref.finalize(storage, self._forget, key).atexit = False

    def _forget(self, key: int) -> None:
        self.alive -= self._known.pop(key)


def kept_by_layers(model: Any, batch: Batch, *, autocast: torch.dtype | None) -> int:
    """Return the bytes that all layers together keep for the way back without checkpointing, on the CPU."""
    place = _layers(model)
    if place is None or len(getattr(*place)) < 2:
        return 0
    count = len(getattr(*place))
    few = min(FEW, count // 2)

    def measure() -> int:
        return _peak(model, batch, cuda=False, autocast=autocast, checkpointing=False, trained=True)

    return (_with_layers(place, 2 * few, measure) - _with_layers(place, few, measure)) * count // few


def _over_layers(model: Any, measure: Callable[[], int]) -> int:
    """Return what `measure` gives for all layers of `model`, of which at most 2 × `FEW` are walked through."""
    place = _layers(model)
    if place is None or len(getattr(*place)) <= 2 * FEW:
        return measure()
    rest = len(getattr(*place)) - 2 * FEW
    few, more = (_with_layers(place, count, measure) for count in (FEW, 2 * FEW))
    return more + (more - few) * rest // FEW


def _with_layers(place: tuple[Any, str], count: int, measure: Callable[[], int]) -> int:
    """Return what `measure` gives for the first `count` layers."""
    parent, name = place
    layers = getattr(parent, name)
    setattr(parent, name, layers[:count])
    try:
        return measure()
    finally:
        setattr(parent, name, layers)


def _layers(model: Any) -> tuple[Any, str] | None:
    """Return where the model's list of layers hangs; None where its layers differ in size."""
    count = model.config.get_text_config().num_hidden_layers
    for parent in model.modules():
        for name, child in parent.named_children():
            if isinstance(child, torch.nn.ModuleList) and len(child) == count:
                sizes = {tuple(sorted((n, p.shape) for n, p in layer.named_parameters())) for layer in child}
                return (parent, name) if len(sizes) == 1 else None
    return None


def _peak(
    model: Any, batch: Batch, *, cuda: bool, autocast: torch.dtype | None, checkpointing: bool, trained: bool
) -> int:
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    if checkpointing:
        # As TRL does it: without its input needing a gradient, a frozen layer would pass none on.
        base.activation_checkpointing_enable({"use_reentrant": False, "preserve_rng_state": False})
        base.enable_input_require_grads()
    else:
        base.activation_checkpointing_disable()
    model.train(trained)
    with contextlib.ExitStack() as stack:
        stack.enter_context(FakeTensorMode(allow_non_fake_inputs=True))
        stack.enter_context(_without_data(model))
        stack.enter_context(_patched(batch, cuda))
        stack.enter_context(torch.set_grad_enabled(trained))
        gradients = _with_gradients(model) if trained else []
        ids = torch.zeros(batch.rows, batch.length, dtype=torch.long)
        ledger = stack.enter_context(Ledger([*model.parameters(), *model.buffers(), *gradients]))
        try:
            with _autocast(autocast, cuda):
                loss = _loss(base, ids, batch, cuda)
            if trained:
                loss.backward()  # type: ignore[no-untyped-call]
        except (DataDependentOutputException, DynamicOutputShapeException) as error:
            kind = getattr(base.config, "model_type", "this")
            raise BadInput(
                f"how much memory a {kind} model needs depends on its input", "try it: viva model estimate … --dry-run"
            ) from error
        finally:
            for parameter in model.parameters():
                parameter.grad = None
        return int(ledger.peak)


@contextlib.contextmanager
def _without_data(model: Any) -> Iterator[None]:
    """Let the model's tensors be on the CPU, as far as operations can see, and still without data."""
    new: dict[int, torch.Tensor] = {}
    old: list[tuple[dict[str, Any], str, torch.Tensor]] = []
    for module in model.modules():
        for tensors in (module._parameters, module._buffers):
            for name, tensor in tensors.items():
                if tensor is None:
                    continue
                if id(tensor) not in new:
                    empty = torch.empty(tensor.shape, dtype=tensor.dtype, device="cpu")
                    weights = isinstance(tensor, torch.nn.Parameter)
                    new[id(tensor)] = torch.nn.Parameter(empty, tensor.requires_grad) if weights else empty
                old.append((tensors, name, tensor))
    for tensors, name, tensor in old:
        tensors[name] = new[id(tensor)]
    try:
        yield
    finally:
        for tensors, name, tensor in old:
            tensors[name] = tensor


def _with_gradients(model: Any) -> list[torch.Tensor]:
    """Let every trainable parameter have its gradient already, as it has from the second batch of a step on."""
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    for parameter in trainable:
        parameter.grad = torch.empty_like(parameter)
    return [parameter.grad for parameter in trainable if parameter.grad is not None]


@contextlib.contextmanager
def _autocast(dtype: torch.dtype | None, cuda: bool) -> Iterator[None]:
    if dtype is None:
        yield
        return
    # PEFT asks whether autocast is on for GPUs; the tensors here look as if they were on the CPU.
    before = torch.is_autocast_enabled("cuda")
    torch.set_autocast_enabled("cuda", cuda)
    try:
        with torch.autocast("cpu", dtype=dtype):
            yield
    finally:
        torch.set_autocast_enabled("cuda", before)


@contextlib.contextmanager
def _patched(batch: Batch, cuda: bool) -> Iterator[None]:
    """Decide what transformers would look up in the data, and count attention as GPUs compute it."""
    from transformers import masking_utils

    def packed(position_ids: torch.Tensor) -> torch.Tensor | None:
        return torch.zeros_like(position_ids) if batch.masked and batch.rows == 1 else None

    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(masking_utils, "find_packed_sequence_indices", packed))
        if cuda:
            stack.enter_context(
                mock.patch.object(torch.nn.functional, "scaled_dot_product_attention", _flash_attention)
            )
        yield


def _loss(base: Any, ids: torch.Tensor, batch: Batch, cuda: bool) -> torch.Tensor:
    """Return the loss by way of TRL's chunked head (add_fused_lm_head), which never builds all logits."""
    from trl.kernels.chunked_logprob import ChunkedLogProbFunction

    mask = torch.ones_like(ids) if batch.masked and batch.rows > 1 else None
    hidden = base.base_model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
    hidden = hidden[:, :-1].reshape(-1, hidden.shape[-1])
    head = base.get_output_embeddings()
    if cuda:
        return _Head.apply(hidden, head.weight).sum()  # type: ignore[no-untyped-call, no-any-return]
    outputs = ("log_probs", "entropy", "is_top1")
    targets = ids[:, 1:].reshape(-1)
    apply: Any = ChunkedLogProbFunction.apply
    width = min(WIDTH, len(head.weight))
    return apply(hidden, head.weight, head.bias, targets, 1.0, width, None, 1.0, outputs)[0].sum()  # type: ignore[no-any-return]


class _Head(torch.autograd.Function):
    """TRL's head as it runs on a GPU: a piece of logits, seven numbers a token, and a gradient in fp32."""

    @staticmethod
    def forward(ctx: Any, hidden: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        numbers = hidden.new_empty((7, len(hidden)), dtype=torch.float32)
        _Head._piece(hidden, weight)
        ctx.save_for_backward(hidden, weight, numbers)
        return numbers[0].clone()

    @staticmethod
    def backward(ctx: Any, _gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        hidden, weight, _ = ctx.saved_tensors
        wide = torch.zeros(hidden.shape, dtype=torch.float32)
        piece = _Head._piece(hidden, weight)
        wide.add_(piece.new_zeros(()))
        return wide.to(hidden.dtype), None

    @staticmethod
    def _piece(hidden: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        piece = hidden.new_empty((min(len(hidden), ROWS), WIDTH))
        weight[:WIDTH].to(hidden.dtype)
        return piece


class _Flash(torch.autograd.Function):
    """Attention that keeps query, key, value, mask, output and a number a row, as flash kernels do."""

    @staticmethod
    def forward(
        ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None
    ) -> torch.Tensor:
        # A mask of yes and no becomes numbers that are added to the scores.
        added = mask.to(query.dtype) if mask is not None and mask.dtype is torch.bool else mask
        out = query.new_empty(*query.shape[:-1], value.shape[-1])
        ctx.save_for_backward(query, key, value, added, out, query.new_empty(query.shape[:-1], dtype=torch.float32))
        return out

    @staticmethod
    def backward(ctx: Any, _gradient: torch.Tensor) -> tuple[Any, ...]:
        query, key, value, *_ = ctx.saved_tensors
        return torch.empty_like(query), torch.empty_like(key), torch.empty_like(value), None


def _flash_attention(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attn_mask: torch.Tensor | None = None, **_options: Any
) -> torch.Tensor:
    dtype = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else query.dtype
    return _Flash.apply(query.to(dtype), key.to(dtype), value.to(dtype), attn_mask)  # type: ignore[no-untyped-call, no-any-return]
