"""METEOR gives the numbers of nltk, or none where WordNet is missing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.stem.porter import PorterStemmer
from nltk.tokenize import wordpunct_tokenize
from nltk.translate.meteor_score import single_meteor_score

from tests.fakes import small_wordnet
from tests.fakes.nltk_wordnet import nltk_reader
from tests.fakes.pairs import pairs
from viva.metrics import meteor, wordnet_files
from viva.metrics.protocol import Row, Unscored
from viva.metrics.wordnet import WordNet
from viva.records.metric import MetricOptions

WORDS = ["car", "cars", "auto", "gondola", "man", "men", "ran", "running", "operates", "galore", "abundant", "Car", "."]
TEXTS = st.one_of(st.lists(st.sampled_from(WORDS)).map(" ".join), st.text(max_size=40))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[meteor.Meteor, Any]]:
    """viva's METEOR and nltk's WordNet on the same files."""
    files = wordnet_files.find()
    if files is None:
        pytest.skip("WordNet is not installed: wordnet-base")
    with nltk_reader(files, tmp_path_factory.mktemp("nltk")) as reader:
        yield meteor.Meteor(PorterStemmer().stem, WordNet(files).synonyms), reader


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[meteor.Meteor, Any]]:
    """The same on a WordNet of a few words."""
    files = wordnet_files.WordNetFiles(small_wordnet.write(tmp_path_factory.mktemp("wordnet")))
    with nltk_reader(files, tmp_path_factory.mktemp("nltk")) as reader:
        yield meteor.Meteor(PorterStemmer().stem, WordNet(files).synonyms), reader


def assert_equal(both: tuple[meteor.Meteor, Any], given_pairs: list[tuple[str, str]]) -> None:
    metric, reader = both
    rows = [Row(str(place), "", reference, text) for place, (reference, text) in enumerate(given_pairs)]
    for row, (value,) in zip(rows, metric.values(rows), strict=True):
        tokens = wordpunct_tokenize(row.reference), wordpunct_tokenize(row.text)
        assert value == pytest.approx(single_meteor_score(*tokens, wordnet=reader), abs=1e-9), row


def test_the_numbers_are_those_of_nltk(real: tuple[meteor.Meteor, Any]) -> None:
    assert_equal(real, pairs(200))


@pytest.mark.slow
@pytest.mark.parallel
def test_a_thousand_pairs_score_as_in_nltk(real: tuple[meteor.Meteor, Any]) -> None:
    assert_equal(real, pairs(1000))


@given(reference=TEXTS, text=TEXTS)
def test_any_two_texts_score_as_in_nltk(small: tuple[meteor.Meteor, Any], reference: str, text: str) -> None:
    assert_equal(small, [(reference, text)])


def test_a_synonym_counts_as_a_match(small: tuple[meteor.Meteor, Any]) -> None:
    metric, _ = small
    assert metric.score(["the", "car"], ["the", "auto"]) == metric.score(["the", "car"], ["the", "car"]) > 0.9
    assert metric.score(["the", "car"], ["the", "door"]) < 0.6


def test_without_wordnet_every_row_is_unscored_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rows: list[Row]
) -> None:
    monkeypatch.setenv("VIVA_WORDNET", str(tmp_path / "nothing"))
    for values in meteor.create(MetricOptions()).values(rows):
        (value,) = values
        assert isinstance(value, Unscored)
        assert "does not hold WordNet" in value.reason
        assert "wordnet-base" in value.reason


def test_a_damaged_wordnet_is_a_reason_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rows: list[Row]) -> None:
    folder = small_wordnet.write(tmp_path)
    (folder / "data.noun").write_bytes((folder / "data.noun").read_bytes().replace(b"\n", b"\r\n"))
    monkeypatch.setenv("VIVA_WORDNET", str(folder))
    (value,) = meteor.create(MetricOptions()).values(rows)[0]
    assert isinstance(value, Unscored)
    assert "is damaged" in value.reason


def test_the_settings_name_the_tokens_the_weights_and_the_version_of_wordnet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VIVA_WORDNET", str(small_wordnet.write(tmp_path, version="3.1")))
    assert meteor.settings(MetricOptions()) == "tokens=wordpunct, alpha=0.9, beta=3.0, gamma=0.5, wordnet=3.1"
