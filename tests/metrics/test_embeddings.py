"""Embeddings are those of a plain loop, in bounded memory, from the model that is at hand."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.pairs import pairs
from viva.errors import BadInput
from viva.metrics.batches import batches
from viva.metrics.embeddings import MAX_TOKENS, Embedder
from viva.metrics.models import AUTO, BEST, MINILM, is_cached, location_of, resolve
from viva.metrics.recent import Recent


def cosines_one_by_one(texts: list[tuple[str, str]]) -> list[float]:
    """Return the cosines with one call of sentence-transformers a text."""
    from sentence_transformers import SentenceTransformer

    model: Any = SentenceTransformer(location_of(MINILM))
    model.max_seq_length = MAX_TOKENS
    vectors = {text: model.encode([text])[0].astype(float) for pair in texts for text in pair}
    return [
        float(vectors[one] @ vectors[other] / (vectors[one] @ vectors[one] * (vectors[other] @ vectors[other])) ** 0.5)
        for one, other in texts
    ]


def with_words(count: int, seed: int = 0) -> list[tuple[str, str]]:
    """Return pairs that the metrics score."""
    return [pair for pair in pairs(count, seed) if pair[0].strip() and pair[1].strip()]


def test_cosines_are_those_of_a_plain_loop(embedder: Embedder) -> None:
    long = "the camera sees a person at the door " * 625, "a person at the door is seen by the camera " * 500
    texts = [*with_words(70)[-40:], long]
    assert embedder.similarity(texts) == pytest.approx(cosines_one_by_one(texts), abs=1e-5)


@pytest.mark.rare
@pytest.mark.timeout(1500)
def test_a_thousand_cosines_are_those_of_a_plain_loop(embedder: Embedder) -> None:
    texts = with_words(1_000)
    assert len(texts) > 900
    found = [value for first in range(0, len(texts), 128) for value in embedder.similarity(texts[first : first + 128])]
    assert found == pytest.approx(cosines_one_by_one(texts), abs=1e-5)


def test_words_behind_the_usual_limit_of_minilm_count(embedder: Embedder) -> None:
    start = "the camera sees a person at the door and waits. " * 25
    other, same = embedder.similarity([(start, start + "the ferry sank in heavy seas. " * 10), (start, start)])
    assert same == pytest.approx(1.0, abs=1e-6)
    assert other < 0.99


def test_an_embedding_model_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be loaded"):
        Embedder(str(tmp_path / "none"))
    with pytest.raises(BadInput, match="owner/none"):
        Embedder("owner/none")


def test_recent_values_are_kept_and_old_ones_go() -> None:
    kept: Recent[int] = Recent(1_200)
    for number in range(4):
        kept.put(str(number), number, 50)
    assert kept.get("0") == 0
    kept.put("4", 4, 50)
    assert [kept.get(str(number)) for number in range(5)] == [0, None, 2, 3, 4]
    kept.put("4", 5, 50)
    assert kept.get("4") == 5
    assert len(kept) == 4


def test_a_value_larger_than_the_memory_is_not_kept() -> None:
    kept: Recent[int] = Recent(1_200)
    kept.put("small", 1, 50)
    kept.put("large", 2, 2_000)
    assert kept.get("large") is None
    assert kept.get("small") == 1


def test_batches_hold_every_place_once_and_keep_to_the_budget() -> None:
    lengths = [3, 40, 1, 7, 7, 100, 0, 20]
    made = batches(lengths, 40)
    assert sorted(place for batch in made for place in batch) == list(range(len(lengths)))
    assert all(len(batch) == 1 or len(batch) * max(lengths[place] for place in batch) <= 40 for batch in made)
    assert made[0] == [5]
    assert batches([], 40) == []


def in_cache(home: Path, *, without: str = "") -> None:
    folder = home / "hub" / "models--sentence-transformers--all-mpnet-base-v2"
    files = folder / "snapshots" / "c0ffee"
    files.mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("c0ffee", "utf-8")
    for name in {"config.json", "modules.json", "model.safetensors", "tokenizer.json"} - {without}:
        (files / name).touch()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("SENTENCE_TRANSFORMERS_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    return tmp_path


def test_the_best_model_is_taken_where_it_is_on_this_machine(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_cache(home)
    assert resolve(AUTO) == (BEST, "")
    monkeypatch.setenv("HF_HUB_CACHE", str(home / "other"))
    assert resolve(AUTO)[0] == MINILM
    monkeypatch.setenv("HF_HUB_CACHE", str(home / "hub"))
    assert resolve(AUTO)[0] == BEST


def test_minilm_is_taken_where_there_is_no_better_one_and_the_reason_is_told(home: Path) -> None:
    assert resolve(AUTO) == (MINILM, f"{BEST} is not on this machine")


@pytest.mark.parametrize("missing", ["config.json", "modules.json", "model.safetensors", "tokenizer.json"])
def test_half_a_model_in_the_cache_does_not_count(home: Path, missing: str) -> None:
    in_cache(home, without=missing)
    assert not is_cached(BEST)


@pytest.mark.parametrize("name", [MINILM, BEST, "owner/model", "/models/mine"])
def test_a_model_that_was_named_is_taken_as_it_is(home: Path, name: str) -> None:
    assert resolve(name) == (name, "")
