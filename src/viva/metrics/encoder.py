"""The hidden states of a text's tokens at one layer of an encoder, on which BERTScore compares texts."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from viva.errors import BadInput
from viva.generate.hub_errors import readable
from viva.metrics.batches import batches
from viva.metrics.models import location_of, shown
from viva.metrics.recent import Recent
from viva.text import display_line

KEPT_BYTES = 256 << 20
"""Memory for the states of references that came before: some 1,000 of MiniLM's."""

BATCH_TOKENS = 4096
UNLIMITED = 1_000_000
"""A tokenizer that gives a higher limit than this knows none."""


@dataclass(frozen=True)
class States:
    """A text's tokens at one layer: their vectors (tokens, size) of length 1, and which of them count (tokens).

    The marks at the beginning and end of a text do not count, though others may be matched with them.
    """

    vectors: Any
    counts: Any

    @property
    def nbytes(self) -> int:
        return int(self.vectors.nbytes + self.counts.nbytes)


class Encoder:
    """A model in fp32 up to its hidden layer `layer`, counted from 1; 0 takes three quarters of its layers, rounded up.

    Of an encoder-decoder it is the encoder. Raises `BadInput` for a model that cannot be loaded or has not as many
    layers, and `ImportError`.
    """

    def __init__(self, model: str, layer: int) -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer

        location = location_of(model)
        with readable(location):
            self._tokenizer: Any = AutoTokenizer.from_pretrained(location, trust_remote_code=False)
            loaded: Any = AutoModel.from_pretrained(
                location, trust_remote_code=False, dtype=torch.float32, output_loading_info=True
            )
        whole, report = loaded
        _check_whole(model, report)
        network = whole.get_encoder() if whole.config.is_encoder_decoder else whole
        _cut(network, model, layer)
        self._model = network.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        self._most = _most_tokens(self._tokenizer, network)
        self._kept: Recent[States] = Recent(KEPT_BYTES)

    def kept(self, texts: Iterable[str]) -> dict[str, States]:
        """Return the states of texts that come back: they are computed once, as long as there is room for them."""
        known = {text: self._kept.get(text) for text in dict.fromkeys(texts)}
        found = {text: states for text, states in known.items() if states is not None}
        for text, states in self.states(text for text in known if text not in found):
            found[text] = states
            self._kept.put(text, states, states.nbytes)
        return found

    def states(self, texts: Iterable[str]) -> Iterator[tuple[str, States]]:
        """Yield each different text with its states, in batches of like length, the longest first."""
        different = list(dict.fromkeys(texts))
        rows = self._tokens(different)
        for batch in batches([len(row) for row in rows], BATCH_TOKENS):
            for place, states in zip(batch, self._batch([rows[place] for place in batch]), strict=True):
                yield different[place], states

    def _tokens(self, texts: list[str]) -> list[list[int]]:
        """Return the tokens of each text, cut at what the model reads."""
        if not texts:
            return []
        stripped = [text.strip() for text in texts]
        return list(self._tokenizer(stripped, truncation=True, max_length=self._most)["input_ids"])

    def _batch(self, rows: list[list[int]]) -> list[States]:
        """Return the states of rows of tokens; what is padded is neither seen nor returned."""
        import torch

        device = self._model.device
        width = max(len(row) for row in rows)
        ids = torch.full((len(rows), width), self._tokenizer.pad_token_id or 0)
        mask = torch.zeros(len(rows), width, dtype=torch.long)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = torch.tensor(row)
            mask[number, : len(row)] = 1
        with torch.inference_mode():
            hidden = self._model(ids.to(device), attention_mask=mask.to(device))[0]
            vectors = hidden / hidden.norm(dim=-1, keepdim=True)
            marks = [self._tokenizer.cls_token_id, self._tokenizer.sep_token_id]
            counts = torch.tensor(
                [[token not in marks for token in row] + [False] * (width - len(row)) for row in rows]
            )
            counts = counts.to(device)
            # Copies: a slice would keep its whole batch alive.
            return [
                States(vectors[number, : len(row)].clone(), counts[number, : len(row)].clone())
                for number, row in enumerate(rows)
            ]


def _cut(network: Any, model: str, layer: int) -> None:
    """Take away the layers above `layer`, whose output is not wanted."""
    from torch.nn import ModuleList

    depth = int(network.config.num_hidden_layers)
    if layer > depth:
        raise BadInput(f"{shown(model)} has {depth} hidden layers, not {layer}", f"choose a layer from 1 to {depth}")
    wanted = layer or math.ceil(0.75 * depth)
    if hasattr(network.config, "num_hidden_groups"):
        # ALBERT goes through the same few layers again and again.
        network.config.num_hidden_layers = wanted
        return
    stack = next((part for part in network.modules() if isinstance(part, ModuleList) and len(part) == depth), None)
    if stack is None:
        kind = display_line(str(network.config.model_type), 40)
        raise BadInput(f"the layers of {shown(model)} cannot be told apart: it is of the kind {kind}", "name another")
    del stack[wanted:]
    network.config.num_hidden_layers = wanted


def _most_tokens(tokenizer: Any, network: Any) -> int:
    """Return how many tokens of a text are read: the tokenizer's limit, where it knows one, and the model's."""
    places: Any = getattr(getattr(network, "embeddings", None), "position_embeddings", None)
    room = getattr(network.config, "max_position_embeddings", None) or UNLIMITED
    if hasattr(places, "num_embeddings"):
        # RoBERTa counts positions from behind the padding's.
        room = places.num_embeddings - (0 if places.padding_idx is None else places.padding_idx + 1)
    return min(int(tokenizer.model_max_length), int(room), UNLIMITED)


def _check_whole(model: str, report: dict[str, Any]) -> None:
    # The library fills what is missing with random numbers and only logs it. The pooler is not used here.
    missing = sorted(name for name in report["missing_keys"] if "pooler" not in name)
    if missing:
        raise BadInput(
            f"{shown(model)} lacks {len(missing):,} of its weights: {display_line(missing[0], 80)} first",
            "fetch the model again; the config may also be that of another model",
        )
