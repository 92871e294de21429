"""Writing many texts side by side: a text that has ended makes room for one that waits."""

import inspect
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from viva.generate.drawing import Drawing

REFILL = 4
"""Texts that have ended leave the batch once they are a quarter of it: leaving and joining copy what is remembered."""


SPARE = 64
"""Tokens that there is room for before what is remembered is copied into more room."""

NEEDED = {"input_ids", "attention_mask", "position_ids", "past_key_values", "use_cache", "logits_to_keep"}


@dataclass(eq=False)
class Writing:
    """A text being written: what it is drawn by (`key`), its prompt's tokens, and how many more there is room for.

    `chances` are its random numbers while it is written; `seconds` is its share of the time; `failed` says why there
    is no text.
    """

    index: int
    key: str
    prompt: list[int]
    room: int
    chances: list[float] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    ended: bool = False
    seconds: float = 0.0
    failed: str | None = None


def rolls(model: Any) -> bool:
    """Tell whether texts may leave and join between two steps of the model: whether it remembers every token it read.

    Models with a sliding window or a state of their own do not.
    """
    layers = DynamicCache(config=model.config).layers
    takes = inspect.signature(model.forward).parameters
    return bool(layers) and all(type(layer) is DynamicLayer for layer in layers) and takes.keys() >= NEEDED


class Rolling:
    """Writes texts with a model, `capacity` at a time; half as many from then on wherever a GPU's memory runs out.

    `ends` are the tokens that end a text.
    """

    def __init__(self, model: Any, drawing: Drawing, ends: Iterable[int], capacity: int) -> None:
        self._model = model
        self._drawing = drawing
        self._ends = frozenset(ends)
        self.capacity = capacity
        self._batch = _Batch.empty(model.device)

    def write(self, rows: Iterable[Writing]) -> Iterator[list[Writing]]:
        """Yield the texts as they end, some at a time."""
        waiting = deque(rows)
        while waiting or self._batch.rows:
            short = False
            try:
                self._fill(waiting)
                self._step(self._batch)
            except torch.OutOfMemoryError:
                short = True
            if short:
                # The error is let go of first: it holds on to the tensors that were in the way.
                yield from self._smaller(waiting)
            ended = sum(row.ended for row in self._batch.rows)
            if ended and (ended == len(self._batch.rows) or ended * REFILL >= self.capacity):
                gone = self._batch.leave()
                for row in gone:
                    row.chances = []
                yield gone

    def _fill(self, waiting: deque[Writing]) -> None:
        free = self.capacity - len(self._batch.rows)
        if not waiting or free <= 0 or (self._batch.rows and free * REFILL < self.capacity):
            return
        joining = [waiting[place] for place in range(min(free, len(waiting)))]
        for row in joining:
            row.chances = self._drawing.chances(row.key, row.room)
        batch = _Batch.start(joining, self._model)
        self._step(batch)
        self._batch = batch if not self._batch.rows else self._batch.joined(batch)
        for _ in joining:
            waiting.popleft()

    def _smaller(self, waiting: deque[Writing]) -> Iterator[list[Writing]]:
        """Start again what was being written, with less at a time; a text that does not fit alone has failed."""
        again = self._batch.rows
        self._batch = _Batch.empty(self._model.device)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if ended := [row for row in again if row.ended]:
            yield ended
        waiting.extendleft(row for row in reversed(again) if not row.ended)
        for row in waiting:
            row.written.clear()
            row.ended = False
        if self.capacity > 1:
            self.capacity = max(1, self.capacity // 2)
        else:
            row = waiting.popleft()
            row.failed = f"the GPU's memory does not hold a prompt of {len(row.prompt):,} tokens and its text"
            yield [row]

    def _step(self, batch: "_Batch") -> None:
        """Let each text of the batch grow by one token."""
        started = time.perf_counter()
        growing = [row for row in batch.rows if not row.ended]
        chances = [row.chances[len(row.written)] if row.chances and not row.ended else 0.0 for row in batch.rows]
        with torch.inference_mode():
            logits = batch.logits(self._model)
            drawn = self._drawing.tokens(logits, batch.seen, chances)
            batch.add(drawn, logits.shape[-1] if self._drawing.penalises else 0)
        for row, token in zip(batch.rows, drawn.tolist(), strict=True):
            if not row.ended:
                row.written.append(token)
                row.ended = token in self._ends or len(row.written) >= row.room
        share = (time.perf_counter() - started) / max(len(growing), 1)
        for row in growing:
            row.seconds += share


class _Batch:
    """Texts side by side, padded on the left: `mask` (rows, width) marks their tokens.

    `cache` remembers all of them but the `unread` ones (rows, new); `seen` (rows, vocabulary) marks those written.
    """

    def __init__(
        self, rows: list[Writing], unread: torch.Tensor, mask: torch.Tensor, cache: Any, seen: torch.Tensor | None
    ) -> None:
        self.rows = rows
        self._unread = unread
        self._mask = mask
        self._cache = cache
        self.seen = seen

    @classmethod
    def empty(cls, device: Any) -> "_Batch":
        none = torch.empty(0, 0, dtype=torch.long, device=device)
        return cls([], none, none, None, None)

    @classmethod
    def start(cls, rows: list[Writing], model: Any) -> "_Batch":
        width = max(len(row.prompt) for row in rows)
        gaps = [width - len(row.prompt) for row in rows]
        ids = [[0] * gap + row.prompt for gap, row in zip(gaps, rows, strict=True)]
        mask = [[0] * gap + [1] * len(row.prompt) for gap, row in zip(gaps, rows, strict=True)]
        unread, marks = torch.tensor(ids, device=model.device), torch.tensor(mask, device=model.device)
        cache = DynamicCache(config=model.config)
        cache.layers = [_Layer() for _ in cache.layers]  # type: ignore[no-untyped-call]
        return cls(rows, unread, marks, cache, None)

    def logits(self, model: Any) -> torch.Tensor:
        """Let the model read what it has not read; return what it says about the next token: (rows, vocabulary)."""
        # A text that has ended stays a while, and may pass the last position that the model knows.
        last = int(getattr(model.config, "max_position_embeddings", 1 << 20)) - 1
        places = (self._mask.cumsum(-1) - 1).clamp(min=0, max=last)[:, -self._unread.shape[1] :]
        said = model(
            input_ids=self._unread, attention_mask=self._mask, position_ids=places, past_key_values=self._cache,
            use_cache=True, logits_to_keep=1,
        )  # fmt: skip
        logits = said.logits
        assert isinstance(logits, torch.Tensor)
        return logits[:, -1]

    def add(self, tokens: torch.Tensor, vocabulary: int) -> None:
        """Take in one more token for each text, and remember it among `vocabulary` others; 0 remembers none."""
        self._unread = tokens[:, None]
        self._mask = torch.cat([self._mask, self._mask.new_ones(len(tokens), 1)], -1)
        if vocabulary:
            if self.seen is None:
                self.seen = torch.zeros(len(tokens), vocabulary, dtype=torch.bool, device=tokens.device)
            self.seen[torch.arange(len(tokens), device=tokens.device), tokens] = True

    @torch.inference_mode()
    def leave(self) -> list[Writing]:
        """Take out the texts that have ended and return them; cut what is padding for all that stay."""
        gone = [row for row in self.rows if row.ended]
        stay = [place for place, row in enumerate(self.rows) if not row.ended]
        self.rows = [self.rows[place] for place in stay]
        if not stay:
            self._cache = None
            return gone
        chosen = torch.tensor(stay, device=self._mask.device)
        mask = self._mask[chosen]
        cut = int(mask.argmax(-1).min())
        self._mask, self._unread = mask[:, cut:], self._unread[chosen]
        self.seen = None if self.seen is None else self.seen[chosen]
        for layer in self._cache.layers:
            layer.put(layer.keys[chosen, :, cut:], layer.values[chosen, :, cut:])
        return gone

    @torch.inference_mode()
    def joined(self, other: "_Batch") -> "_Batch":
        """Return both batches as one, the narrower one padded."""
        width = max(self._mask.shape[1], other._mask.shape[1])
        gaps = (width - self._mask.shape[1], width - other._mask.shape[1])
        masks = [_wider(batch._mask, gap, -1) for batch, gap in zip((self, other), gaps, strict=True)]
        for ours, theirs in zip(self._cache.layers, other._cache.layers, strict=True):
            ours.put(
                torch.cat([_wider(ours.keys, gaps[0], -2), _wider(theirs.keys, gaps[1], -2)]),
                torch.cat([_wider(ours.values, gaps[0], -2), _wider(theirs.values, gaps[1], -2)]),
            )
        seen = None if self.seen is None or other.seen is None else torch.cat([self.seen, other.seen])
        unread = torch.cat([self._unread, other._unread])
        return _Batch([*self.rows, *other.rows], unread, torch.cat(masks), self._cache, seen)


class _Layer(DynamicLayer):  # type: ignore[no-untyped-call]
    """What a layer of the model remembers, with spare room behind it: the library's own copies all of it each step."""

    def put(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        """Remember these: (rows, heads, tokens, size)."""
        self.keys, self.values = self._roomy_keys, self._roomy_values = keys, values

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Remember more tokens; return all."""
        known, kept = self.keys, self.values
        if not self.is_initialized or known is None or kept is None:
            self.lazy_initialization(key_states, value_states)
            self.put(key_states, value_states)
            return key_states, value_states
        before, after = known.shape[-2], known.shape[-2] + key_states.shape[-2]
        if after > self._roomy_keys.shape[-2]:
            self._roomy_keys = _with_room(known, after + SPARE)
            self._roomy_values = _with_room(kept, after + SPARE)
        self._roomy_keys[:, :, before:after] = key_states
        self._roomy_values[:, :, before:after] = value_states
        self.keys = known = self._roomy_keys[:, :, :after]
        self.values = kept = self._roomy_values[:, :, :after]
        return known, kept


def _with_room(tensor: torch.Tensor, width: int) -> torch.Tensor:
    rows, heads, used, size = tensor.shape
    roomy = tensor.new_empty(rows, heads, width, size)
    roomy[:, :, :used] = tensor
    return roomy


def _wider(tensor: torch.Tensor, gap: int, axis: int) -> torch.Tensor:
    """Return the tensor with `gap` zeros put before it along its last axis but one (-2), or its last (-1)."""
    sides = (gap, 0) if axis == -1 else (0, 0, gap, 0)
    return torch.nn.functional.pad(tensor, sides)
