"""How likely a local model finds given texts: the sum of log-probabilities of tokens after a context.

Tokens and windows are as in lm-evaluation-harness (`loglikelihood` of its `hf` models), so that numbers compare.
"""

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import torch

Pair = tuple[Sequence[int], Sequence[int]]
"""The tokens of a context and of its continuation."""

BATCH_TOKENS = 4096
USUAL_WINDOW = 2048
"""Tokens that a model is taken to read where its configuration does not say."""


def log_likelihoods(
    model: Any, pairs: Sequence[Pair], *, batch_tokens: int = BATCH_TOKENS, window: int | None = None
) -> Iterator[tuple[int, float, bool]]:
    """Yield (index, sum of the natural log-probabilities of the continuation, whether greedy decoding would give it).

    Each pair comes once, the longest first, so that too little memory shows at once; a batch is at most
    `batch_tokens` with its padding, or one pair. Padding stands to the right, where a causal model cannot see it, and
    sums are taken in fp32: in fp32 a value does not depend on what else is in its batch, to about 1e-5.

    A context that does not fit into `window` (else the model's own) with its continuation is cut from the left. One
    that is empty stands for the model's BOS token, or EOS where it has none. A continuation without tokens is certain
    (0.0); one that is longer than the window gets NaN. Raises `ValueError` where an empty context has no token to
    stand for it.
    """
    window = window or window_of(model)
    cut = [_cut(model, context, continuation, window) for context, continuation in pairs]
    for index, pair in enumerate(cut):
        if pair is None:
            yield index, float("nan"), False
        elif not pair[1]:
            yield index, 0.0, True
    order = [index for index, pair in enumerate(cut) if pair is not None and pair[1]]
    order.sort(key=lambda index: -len(cut[index][0]))  # type: ignore[index]
    while order:
        widest = len(cut[order[0]][0])  # type: ignore[index]
        size = max(1, batch_tokens // widest)
        batch, order = order[:size], order[size:]
        found = _batch(model, [cut[index] for index in batch])  # type: ignore[misc]
        yield from ((index, *value) for index, value in zip(batch, found, strict=True))


def encode_pair(tokenizer: Any, context: str, continuation: str) -> tuple[list[int], list[int]]:
    """Return the tokens of a context and of what follows it, split where the context alone would end.

    Spaces at the end of the context go to the continuation, where tokenizers expect them. An empty context becomes the
    BOS token, or EOS where there is none.
    """
    if not context:
        tokens = list(tokenizer.encode(continuation, add_special_tokens=False))
        prefix = tokenizer.eos_token_id if tokenizer.bos_token_id is None else tokenizer.bos_token_id
        if tokens and tokens[0] == prefix:
            return tokens[:1], tokens[1:]
        return [] if prefix is None else [prefix], tokens
    bare = context.rstrip()
    continuation, context = context[len(bare) :] + continuation, bare
    # A prompt that begins with the mark of a beginning needs no second one.
    mark = tokenizer.bos_token or tokenizer.eos_token
    begins = bool(mark) and context.startswith(mark)
    options: dict[str, Any] = {"add_special_tokens": False} if begins else {}
    whole = list(tokenizer.encode(context + continuation, **options))
    before = list(tokenizer.encode(context, **options))
    return before, whole[len(before) :]


def window_of(model: Any) -> int:
    """Return how many tokens a model reads at most."""
    config = model.config.get_text_config()
    names = ("n_positions", "max_position_embeddings", "n_ctx")
    known = (getattr(config, name, None) for name in names)
    return next((int(value) for value in known if value), USUAL_WINDOW)


def _cut(
    model: Any, context: Sequence[int], continuation: Sequence[int], window: int
) -> tuple[list[int], list[int]] | None:
    """Return what the model reads and the tokens it should give at the end of it; None where they do not fit.

    The last token of the continuation is only predicted, so that one token more than the window fits in.
    """
    if len(continuation) > window:
        return None
    before = list(context) or ([_prefix(model)] if continuation else [])
    return (before + list(continuation))[-(window + 1) : -1], list(continuation)


def _prefix(model: Any) -> int:
    config = model.config.get_text_config()
    for token in (config.bos_token_id, config.eos_token_id):
        if token is not None:
            return int(token[0] if isinstance(token, list) else token)
    raise ValueError("the context is empty, and the model has neither a BOS nor an EOS token")


def _batch(model: Any, rows: Sequence[tuple[list[int], list[int]]]) -> list[tuple[float, bool]]:
    """Return sum and greediness of rows, the first of which is the longest."""
    width = len(rows[0][0])
    inputs = torch.zeros(len(rows), width, dtype=torch.long)
    for number, (ids, _) in enumerate(rows):
        inputs[number, : len(ids)] = torch.tensor(ids)
    first = min(len(ids) - len(wanted) for ids, wanted in rows)
    options: dict[str, Any] = {"logits_to_keep": width - first} if _keeps_some(model) else {}
    with torch.inference_mode():
        logits = model(input_ids=inputs.to(model.device), use_cache=False, **options).logits
        # A model that gives all of its logits gives some before `first`, and so do virtual tokens of an adapter.
        offset = logits.shape[1] - width
        return [_values(logits[number], offset, *row) for number, row in enumerate(rows)]


def _values(logits: torch.Tensor, offset: int, ids: list[int], wanted: list[int]) -> tuple[float, bool]:
    """Return sum and greediness of one row; `logits` (positions, vocabulary) end with the padded width."""
    end = offset + len(ids)
    given = logits[end - len(wanted) : end].float()
    tokens = torch.tensor(wanted, device=given.device)
    chosen = torch.log_softmax(given, dim=-1).gather(1, tokens[:, None])
    return float(chosen.sum()), bool((given.argmax(dim=-1) == tokens).all())


def _keeps_some(model: Any) -> bool:
    """Tell whether a model can be asked for the logits of its last positions alone, which saves most of the memory."""
    own = model.get_base_model() if hasattr(model, "get_base_model") else model
    return "logits_to_keep" in inspect.signature(own.forward).parameters
