"""The similarity metrics rank by meaning, and leave unscored what has none."""

from pathlib import Path

import pytest

from viva.errors import BadInput
from viva.metrics.context_relevance import ContextRelevance
from viva.metrics.embeddings import MAX_TOKENS, Embedder
from viva.metrics.protocol import Row
from viva.metrics.semantic_similarity import SemanticSimilarity


def test_a_text_close_in_meaning_scores_higher(embedder: Embedder, rows: list[Row]) -> None:
    close, _, far = (score.value for score in SemanticSimilarity(embedder).score(rows))
    assert close is not None
    assert far is not None
    assert close > 0.7 > 0.3 > far


def test_the_reference_itself_scores_one(embedder: Embedder) -> None:
    row = Row("g", "?", "A camera sees it.", "A camera sees it.")
    assert SemanticSimilarity(embedder).score([row])[0].value == pytest.approx(1.0, abs=1e-6)


def test_context_relevance_compares_with_the_question(embedder: Embedder) -> None:
    row = Row("g", "How do cameras see?", "Unrelated.", "How do cameras see?")
    assert ContextRelevance(embedder).score([row])[0].value == pytest.approx(1.0, abs=1e-6)


def test_an_empty_text_is_unscored_and_the_rows_around_it_are_scored(embedder: Embedder, rows: list[Row]) -> None:
    for metric in (SemanticSimilarity(embedder), ContextRelevance(embedder)):
        scores = metric.score(rows)
        assert [score.unscored for score in scores] == [None, "empty text", None]
        assert [score.value is None for score in scores] == [False, True, False]
        assert [score.generation_id for score in scores] == ["0", "1", "2"]


def test_an_empty_reference_or_question_is_unscored(embedder: Embedder) -> None:
    row = Row("g", " ", "", "A text.")
    assert SemanticSimilarity(embedder).score([row])[0].unscored == "empty reference"
    assert ContextRelevance(embedder).score([row])[0].unscored == "empty question"


def test_words_behind_the_usual_limit_of_minilm_count(embedder: Embedder) -> None:
    start = "the camera sees a person at the door and waits. " * 25
    other, same = embedder.similarity([(start, start + "the ferry sank in heavy seas. " * 10), (start, start)])
    assert MAX_TOKENS == 512
    assert same == pytest.approx(1.0, abs=1e-6)
    assert other < 0.99


def test_no_pairs_give_no_numbers(embedder: Embedder) -> None:
    assert embedder.similarity([]) == []


def test_an_embedding_model_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be loaded"):
        Embedder(str(tmp_path / "none"))
