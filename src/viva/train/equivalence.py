"""The gate: whether an artefact is still the model that it was made of."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import torch

from viva.generate.prompting import prompt_tokens
from viva.records.training import Equivalence

LONGEST = 512
"""Tokens of question and reference that are compared, at most; fewer where the model reads fewer."""

WRITTEN = 64
"""Tokens that both write for each question."""


class Limits(NamedTuple):
    """How far apart two models may be to count as one; `largest` is the difference of two logits, if it counts."""

    divergence: float
    agreement: float
    score: float
    largest: float | None = None


LIMITS = {
    # The same numbers, computed in another order.
    "merged": Limits(1e-6, 0.999, 1e-4, 0.01),
    "gguf f32": Limits(1e-6, 0.999, 1e-4, 0.01),
    # Weights rounded to 8 bits of mantissa, to 11, and to 256 levels for each 32 of them.
    "merged bf16": Limits(1e-2, 0.97, 2e-2),
    "gguf f16": Limits(1e-4, 0.99, 2e-3),
    "gguf q8_0": Limits(1e-2, 0.97, 2e-2),
    # The original rounds what flows through it to 8 bits as well, the artefact does not.
    "int8": Limits(2e-2, 0.95, 3e-2),
}
"""The limits by form: mean divergence in nats, share of equal most likely tokens, difference in nats per token.

A file whose queries and keys are in the wrong order still agrees on 86% of the tokens: these are stricter by far."""


class Loaded(NamedTuple):
    """A model in memory with its tokenizer."""

    model: Any
    tokenizer: Any


class Pair(NamedTuple):
    """A question and the reference for it."""

    question: str
    reference: str


class Differences(NamedTuple):
    """What one prompt shows, summed over its positions; `score` over those of the reference."""

    positions: int
    largest: float
    divergence: float
    agreeing: int
    scored: int
    score: float


def compare(
    original: Loaded,
    artefact: Loaded,
    pairs: Sequence[Pair],
    prompt: str,
    *,
    names: tuple[str, str],
    form: str,
    progress: Callable[[int, int], None] | None = None,
) -> Equivalence:
    """Put the same prompts through both models; `names` are theirs, `form` is a key of `LIMITS`.

    `prompt` is the template with `{question}` in it. Both must be in fp32 for the figures to say something about the
    weights, and not about rounding on the way. Texts are written greedily.
    """
    found, same_texts, cut_otherwise = [], 0, 0
    longest = min(LONGEST, getattr(original.model.config, "max_position_embeddings", LONGEST + WRITTEN) - WRITTEN)
    for number, pair in enumerate(pairs, 1):
        tokens, start = encode(original.tokenizer, prompt, pair, longest)
        cut_otherwise += (tokens, start) != encode(artefact.tokenizer, prompt, pair, longest)
        found.append(_differences(original.model, artefact.model, tokens, start))
        same_texts += _text(original, prompt, pair, longest) == _text(artefact, prompt, pair, longest)
        if progress is not None:
            progress(number, len(pairs))
    positions, scored = sum(one.positions for one in found), sum(one.scored for one in found)
    figures = {
        "largest": max(one.largest for one in found),
        "divergence": sum(one.divergence for one in found) / positions,
        "agreement": sum(one.agreeing for one in found) / positions,
        "score": sum(one.score for one in found) / max(scored, 1),
    }
    limits = LIMITS[form]
    return Equivalence(
        original=names[0],
        artefact=names[1],
        form=form,
        prompts=len(pairs),
        same_texts=same_texts,
        passed=cut_otherwise == 0 and within(limits, **figures),
        settings={
            "limits": limits._asdict(),
            "positions": positions,
            "reference_tokens": scored,
            "cut_otherwise": cut_otherwise,
            "prompt": prompt,
        },
        **figures,
    )


def within(limits: Limits, *, largest: float, divergence: float, agreement: float, score: float) -> bool:
    """Tell whether figures keep to limits; what is no number does not."""
    return (
        divergence <= limits.divergence
        and agreement >= limits.agreement
        and abs(score) <= limits.score
        and largest <= (float("inf") if limits.largest is None else limits.largest)
        and largest < float("inf")
    )


def encode(tokenizer: Any, prompt: str, pair: Pair, longest: int) -> tuple[list[int], int]:
    """Return the first `longest` tokens of prompt and reference, and where the reference starts."""
    asked = prompt_tokens(tokenizer, prompt, pair.question)
    reference = pair.reference if tokenizer.chat_template else f" {pair.reference}"
    answered = tokenizer(reference, add_special_tokens=False)["input_ids"]
    return [*asked, *answered][:longest], min(len(asked), longest)


def _differences(original: Any, artefact: Any, tokens: list[int], start: int) -> Differences:
    """Return how far the predictions of two models are apart, for one row of tokens."""
    one, other = _logits(original, tokens), _logits(artefact, tokens)
    # A model may have rows for tokens that its tokenizer has not: only what both have counts.
    width = min(one.shape[-1], other.shape[-1])
    one, other = one[:, :width], other[:, :width]
    likely, found = one.log_softmax(-1), other.log_softmax(-1)
    divergence = (likely.exp() * (likely - found)).sum(-1)
    # The position before each token of the reference predicts it.
    wanted = torch.tensor(tokens[start:], dtype=torch.long)
    rows = torch.arange(start - 1, len(tokens) - 1)
    score = found[rows, wanted] - likely[rows, wanted]
    return Differences(
        positions=len(tokens),
        largest=float((one - other).abs().max()),
        divergence=float(divergence.double().sum().clamp(min=0.0)),
        agreeing=int((one.argmax(-1) == other.argmax(-1)).sum()),
        scored=len(wanted),
        score=float(score.double().sum()),
    )


def _logits(model: Any, tokens: list[int]) -> torch.Tensor:
    """Return the logits at each position in fp32: (tokens, vocabulary)."""
    with torch.inference_mode():
        found = model(torch.tensor([tokens], device=model.device)).logits[0]
    return torch.as_tensor(found.float().cpu())


def _text(loaded: Loaded, prompt: str, pair: Pair, longest: int) -> str:
    from transformers import GenerationConfig

    tokens = prompt_tokens(loaded.tokenizer, prompt, pair.question)[:longest]
    given = torch.tensor([tokens], device=loaded.model.device)
    end = loaded.tokenizer.eos_token_id
    settings = GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=False, max_new_tokens=WRITTEN, eos_token_id=end, pad_token_id=end
    )
    with torch.inference_mode():
        written = loaded.model.generate(given, attention_mask=torch.ones_like(given), generation_config=settings)
    return str(loaded.tokenizer.decode(written[0, len(tokens) :].tolist()))


def pairs_of(rows: Iterable[dict[str, Any]]) -> list[Pair]:
    """Return the questions and references of JSON rows."""
    return [Pair(str(row["question"]), str(row["reference"])) for row in rows]
