"""Rows to score, and one embedding model for all tests here."""

import pytest

from viva.metrics.embeddings import MINILM, Embedder
from viva.metrics.protocol import Row


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder(MINILM)


@pytest.fixture
def rows() -> list[Row]:
    """A good text, an empty one, and one beside the point."""
    question = "How can a camera find a fall?"
    reference = "A depth camera tracks the height of the head and raises an alarm when it drops."
    texts = ["The depth camera follows the head's height; a sudden drop raises an alarm.", " \n", "Bake the bread."]
    return [Row(str(place), question, reference, text) for place, text in enumerate(texts)]
