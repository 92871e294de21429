"""Sentence embeddings for the similarity metrics."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from viva.errors import MissingExtra
from viva.generate.hub_errors import readable
from viva.metrics.batches import batches
from viva.metrics.models import MINILM, location_of
from viva.metrics.recent import Recent

MAX_TOKENS = 512
"""MiniLM is set to cut texts at 256 tokens, which is less than a reference approach has."""

KEPT_BYTES = 32 << 20
"""Memory for the vectors of texts that came before: some 18,000 of MiniLM's."""

BATCH_TOKENS = 4096


class Embedder:
    """Turns texts into vectors of length 1 with a model of sentence-transformers.

    References and questions come back with each system, and texts with each metric: their vectors are kept, within
    `KEPT_BYTES`. Raises `BadInput` for a model that cannot be loaded, `MissingExtra`.
    """

    def __init__(self, model: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingExtra("similarity needs missing libraries", "pip install 'viva[local]'") from error
        self.name = model
        location = location_of(model)
        with readable(location):
            self._model: Any = SentenceTransformer(location, trust_remote_code=False)
        if model == MINILM:
            self._model.max_seq_length = MAX_TOKENS
        self._kept: Recent[Any] = Recent(KEPT_BYTES)

    def similarity(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return the cosine of each pair of texts, from -1 to 1; each text is computed once."""
        import numpy as np

        vectors = self._vectors(list(dict.fromkeys(text for pair in pairs for text in pair)))
        return [float(np.clip(vectors[first] @ vectors[second], -1, 1)) for first, second in pairs]

    def _vectors(self, texts: list[str]) -> dict[str, Any]:
        """Return a vector for each of `texts`, which are all different."""
        found = {text: self._kept.get(text) for text in texts}
        missing = [text for text in texts if found[text] is None]
        for batch in batches([self._length(text) for text in missing], BATCH_TOKENS):
            chosen = [missing[place] for place in batch]
            computed = self._model.encode(
                chosen, batch_size=len(chosen), normalize_embeddings=True, show_progress_bar=False
            )
            for text, row in zip(chosen, computed, strict=True):
                # A row would keep its whole batch alive.
                vector = row.copy()
                found[text] = vector
                self._kept.put(text, vector, vector.nbytes)
        return found

    def _length(self, text: str) -> int:
        """Return about how many tokens of a text the model reads; most scripts have four bytes to a token."""
        length = len(text.encode("utf-8", "surrogatepass")) // 4 + 2
        return min(length, self._model.max_seq_length or length)


@cache
def shared(model: str) -> Embedder:
    """Return this process's embedder of a model, which the metrics have in common."""
    return Embedder(model)
