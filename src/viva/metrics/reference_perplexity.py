"""Perplexity of the reference: how much it surprises a model that was asked the question.

It is exp(−mean of log p(token | prompt, tokens before)) over the tokens of the reference (Jelinek et al. 1977), the
end mark not among them; 1 would be a reference that the model was sure of. The prompt is the one that the model is
asked with when it writes.

Its rows are not scored from their texts but with the model's weights, so that there are two metrics here:
`over(weights, prompt)` is the one for a model whose weights were loaded; `create(options)`, as of every metric, the
one for rows of models without weights, of servers and imports, which leaves them unscored.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viva.metrics.protocol import Metric, Row, Unscored, Values
from viva.metrics.recent import Recent
from viva.records.metric import MetricOptions

GPUS = (Path("/dev/nvidiactl"), Path("/dev/kfd"))
"""What the drivers of NVIDIA and AMD put there."""
KEPT_BYTES = 16 << 20
"""Memory for values that came before: of some 50,000 examples, for systems that share a model and a prompt."""


@dataclass(frozen=True)
class Weights:
    """A causal language model with its tokenizer, ready to compute."""

    model: Any
    tokenizer: Any


def load(location: str, base: str | None) -> Weights:
    """Return the model at `location`, or the adapter there over `base`, loaded as it is for writing.

    Raises `BadInput`, `MissingExtra`, `ImportError`.
    """
    import torch

    from viva.generate import adapted

    tokenizer = adapted.tokenizer_for(location, base)
    return Weights(adapted.load(location, base, dtype=getattr(torch, number_format())), tokenizer)


class ReferencePerplexity:
    """Computes each different pair of question and reference once."""

    def __init__(self, weights: Weights, prompt: str) -> None:
        self._weights = weights
        self._prompt = prompt
        self._kept: Recent[float | Unscored] = Recent(KEPT_BYTES)

    def values(self, rows: Sequence[Row]) -> list[Values]:
        """Return the perplexity of each row's reference, from 1 upwards; the texts are not looked at."""
        pairs = [(row.question, row.reference) for row in rows]
        known = {pair: self._kept.get(_key(*pair)) for pair in dict.fromkeys(pairs)}
        found = {pair: value for pair, value in known.items() if value is not None}
        missing = [pair for pair in known if pair not in found]
        for pair, value in zip(missing, self._compute(missing), strict=True):
            found[pair] = value
            self._kept.put(_key(*pair), value, 0)
        return [(found[pair],) for pair in pairs]

    def _compute(self, pairs: Sequence[tuple[str, str]]) -> list[float | Unscored]:
        from viva.generate.likelihood import log_likelihoods, window_of

        window = window_of(self._weights.model)
        tokens = [self._tokens(*pair) for pair in pairs]
        values: list[float | Unscored] = [Unscored("empty reference")] * len(pairs)
        wanted = []
        for place, (asked, answer) in enumerate(tokens):
            if len(asked) + len(answer) > window:
                count = f"{len(asked) + len(answer):,} tokens"
                values[place] = Unscored(f"question and reference have {count}, the model reads {window:,}")
            elif answer:
                wanted.append(place)
        for number, total, _ in log_likelihoods(self._weights.model, [tokens[place] for place in wanted]):
            values[wanted[number]] = _perplexity(total, len(tokens[wanted[number]][1]))
        return values

    def _tokens(self, question: str, reference: str) -> tuple[list[int], list[int]]:
        """Return the tokens of the question as it is asked, and those with which the reference goes on from there."""
        from viva.generate.prompting import prompt_tokens

        tokenizer = self._weights.tokenizer
        asked = prompt_tokens(tokenizer, self._prompt, question)
        if not reference.strip():
            return asked, []
        # A chat template ends where the answer begins; a plain prompt ends before the space that comes first.
        answer = reference if tokenizer.chat_template else f" {reference}"
        return asked, list(tokenizer(answer, add_special_tokens=False)["input_ids"])


def over(weights: Weights, prompt: str) -> Metric:
    """Return the metric for a model that is asked with `prompt`."""
    return ReferencePerplexity(weights, prompt)


class WithoutWeights:
    """Leaves every row unscored."""

    def values(self, rows: Sequence[Row]) -> list[Values]:
        return [(Unscored("the model's weights are not at hand"),) for _ in rows]


def settings(_options: MetricOptions) -> str:
    """Return what changes the numbers; nothing of it can be chosen."""
    return f"end_mark=false, dtype={number_format()}"


def number_format() -> str:
    """Return the name of the number format that this machine computes in: bf16 where there is a GPU, else fp32.

    Told by the GPU's device file: whoever starts a job has no torch to ask.
    """
    return "bfloat16" if any(device.exists() for device in GPUS) else "float32"


def create(_options: MetricOptions) -> Metric:
    """Return the metric for rows of models without weights."""
    return WithoutWeights()


def _key(question: str, reference: str) -> str:
    """Return a text that no other pair has."""
    return f"{len(question)} {question}{reference}"


def _perplexity(total: float, tokens: int) -> float | Unscored:
    """Return the perplexity of `tokens` tokens with the sum of log-probabilities `total`."""
    try:
        value = math.exp(-total / tokens)
    except OverflowError:
        value = math.inf
    return value if math.isfinite(value) else Unscored("the model finds the reference impossible")
