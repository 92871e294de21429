"""The similarity metrics rank by meaning, and leave unscored what has none."""

import subprocess
import sys

import pytest

from viva.metrics import context_relevance, semantic_similarity
from viva.metrics.embeddings import Embedder
from viva.metrics.protocol import Row, Unscored, Values
from viva.records.metric import MetricOptions

OPTIONS = MetricOptions()


def similarity(rows: list[Row]) -> list[Values]:
    return semantic_similarity.create(OPTIONS).values(rows)


def relevance(rows: list[Row]) -> list[Values]:
    return context_relevance.create(OPTIONS).values(rows)


def number(values: Values) -> float:
    assert isinstance(values[0], float)
    return values[0]


def test_a_text_close_in_meaning_scores_higher(rows: list[Row]) -> None:
    close, _, far = similarity(rows)
    assert number(close) > 0.7 > 0.3 > number(far)


def test_the_reference_itself_scores_one() -> None:
    row = Row("g", "?", "A camera sees it.", "A camera sees it.")
    value = number(similarity([row])[0])
    assert value == pytest.approx(1.0, abs=1e-6)
    assert value <= 1.0


def test_context_relevance_compares_with_the_question() -> None:
    row = Row("g", "How do cameras see?", "Unrelated.", "How do cameras see?")
    assert number(relevance([row])[0]) == pytest.approx(1.0, abs=1e-6)


def test_an_empty_text_is_unscored_and_the_rows_around_it_are_scored(rows: list[Row]) -> None:
    for values in (similarity(rows), relevance(rows)):
        assert values[1] == (Unscored("empty text"),)
        assert isinstance(values[0][0], float)
        assert isinstance(values[2][0], float)


def test_an_empty_reference_or_question_is_unscored() -> None:
    row = Row("g", " ", "", "A text.")
    assert similarity([row]) == [(Unscored("empty reference"),)]
    assert relevance([row]) == [(Unscored("empty question"),)]


def test_no_rows_give_no_values() -> None:
    assert similarity([]) == []


def test_both_metrics_share_what_was_computed(
    embedder: Embedder, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    similarity(rows)
    relevance(rows)
    computed: list[str] = []

    def encode(texts: list[str], **options: object) -> list[object]:
        computed.extend(texts)
        return []

    monkeypatch.setattr(embedder._model, "encode", encode)
    similarity(rows)
    relevance(rows)
    assert computed == []


def test_the_settings_name_the_model() -> None:
    options = MetricOptions(embedding_model="owner/model")
    assert semantic_similarity.settings(options) == "embedding_model=owner/model"
    assert context_relevance.settings(options) == "embedding_model=owner/model"


def test_importing_the_metrics_loads_nothing_heavy() -> None:
    names = ("semantic_similarity", "context_relevance", "bertscore", "reference_perplexity", "program", "models")
    heavy = {"torch", "numpy", "transformers", "sentence_transformers", "huggingface_hub"}
    code = (
        f"import sys, {', '.join(f'viva.metrics.{name}' for name in names)}; sys.exit(bool({heavy} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
