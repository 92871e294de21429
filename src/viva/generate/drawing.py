"""The choice of the next token: greedy, or drawn with random numbers that belong to the text and not to its batch."""

import hashlib
from collections.abc import Sequence
from typing import Any

import torch
from transformers import LogitsProcessor, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from viva.records.model import Decoding


class Drawing:
    """Chooses tokens as a decoding says.

    A token is drawn by one random number between 0 and 1 on the ladder of the cumulated probabilities, so that a text
    depends on its own numbers alone, not on which others are written beside it or in which order.
    """

    def __init__(self, decoding: Decoding) -> None:
        self._penalty = decoding.repetition_penalty
        self._seed = decoding.seed
        self._warpers: list[Any] = []
        self.draws = decoding.temperature > 0
        if self.draws:
            self._warpers.append(TemperatureLogitsWarper(decoding.temperature))
            if decoding.top_k > 0:
                self._warpers.append(TopKLogitsWarper(decoding.top_k))
            if decoding.top_p < 1.0:
                self._warpers.append(TopPLogitsWarper(decoding.top_p))

    @property
    def penalises(self) -> bool:
        return self._penalty != 1.0

    def chances(self, key: str, count: int) -> list[float]:
        """Return `count` random numbers from 0 to 1 for the text named `key`: the same ones for the same seed."""
        if not self.draws:
            return []
        digest = hashlib.sha256(f"{self._seed} {key}".encode("utf-8", "surrogatepass")).digest()
        generator = torch.Generator().manual_seed(int.from_bytes(digest[:8], "little", signed=True))
        return [float(value) for value in torch.rand(count, generator=generator, dtype=torch.float64).tolist()]

    def tokens(self, logits: torch.Tensor, seen: torch.Tensor | None, chances: Sequence[float]) -> torch.Tensor:
        """Return a token for each row of `logits` (rows, vocabulary).

        `seen` (rows, vocabulary) marks the tokens that a penalty falls on; `chances` holds each row's random number.
        """
        scores = logits.float()
        if seen is not None:
            held = torch.where(scores < 0, scores * self._penalty, scores / self._penalty)
            scores = torch.where(seen, held, scores)
        if not self.draws:
            return scores.argmax(-1)
        for warper in self._warpers:
            scores = warper(None, scores)
        ladder = scores.softmax(-1).cumsum(-1)
        steps = torch.tensor(chances, dtype=ladder.dtype, device=ladder.device)[:, None] * ladder[:, -1:]
        found = torch.searchsorted(ladder, steps, right=True)[:, 0]
        # A number that rounding lifts onto the last rung takes the last token that can be drawn.
        last = (ladder < ladder[:, -1:]).sum(-1)
        return torch.minimum(found, last)


class Chosen(LogitsProcessor):
    """Lets `generate` take the tokens that a `Drawing` chooses: it only has to take the likeliest.

    `width` is where the prompts end, `chances` the random numbers of each row. Only what the model wrote itself counts
    for the penalty: the prompt holds end marks and, in a batch, padding.
    """

    def __init__(self, drawing: Drawing, width: int, chances: Sequence[Sequence[float]]) -> None:
        self._drawing = drawing
        self._width = width
        self._chances = chances

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        written = input_ids[:, self._width :]
        seen = None
        if self._drawing.penalises:
            seen = torch.zeros_like(scores, dtype=torch.bool).scatter_(1, written, True)
        drawn = self._drawing.tokens(scores, seen, [row[written.shape[1]] if row else 0.0 for row in self._chances])
        return torch.full_like(scores, -torch.inf).scatter_(1, drawn[:, None], 0.0)
