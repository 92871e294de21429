"""Rows to score, and models that are loaded once for all tests here."""

from pathlib import Path

import pytest

from viva.metrics.embeddings import Embedder, shared
from viva.metrics.models import MINILM, location_of
from viva.metrics.protocol import Row


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return shared(MINILM)


@pytest.fixture
def rows() -> list[Row]:
    """A good text, an empty one, and one beside the point."""
    question = "How can a camera find a fall?"
    reference = "A depth camera tracks the height of the head and raises an alarm when it drops."
    texts = ["The depth camera follows the head's height; a sudden drop raises an alarm.", " \n", "Bake the bread."]
    return [Row(str(place), question, reference, text) for place, text in enumerate(texts)]


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of four small layers with random weights, and MiniLM's tokenizer."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertModel

    directory = tmp_path_factory.mktemp("tiny-encoder")
    tokenizer = AutoTokenizer.from_pretrained(location_of(MINILM))
    tokenizer.save_pretrained(directory)
    torch.manual_seed(1)
    shape = {"hidden_size": 24, "intermediate_size": 48, "num_hidden_layers": 4, "num_attention_heads": 2}
    # Large weights, so that states differ from token to token.
    BertModel(BertConfig(vocab_size=len(tokenizer), initializer_range=0.5, **shape)).save_pretrained(directory)
    return directory
