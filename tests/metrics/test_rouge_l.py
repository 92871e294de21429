"""ROUGE-L, ROUGE-1 and ROUGE-2 give the numbers of rouge-score."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from tests.fakes.pairs import pairs
from viva.metrics import registry
from viva.metrics.protocol import Row, Values
from viva.metrics.rouge import words
from viva.records.metric import MetricOptions

NAMES = {"rouge_l": "rougeL", "rouge_1": "rouge1", "rouge_2": "rouge2"}
WORDS = st.lists(st.sampled_from(["the", "camera", "Camera", "sees", "seeing", "a", "fall", "42", "naïve", "—"]))
TEXTS = st.one_of(st.text(max_size=60), WORDS.map(" ".join))


def found(name: str, given_pairs: list[tuple[str, str]]) -> list[Values]:
    rows = [Row(str(place), "", reference, text) for place, (reference, text) in enumerate(given_pairs)]
    return registry.create(name, MetricOptions()).values(rows)


def expected(name: str, given_pairs: list[tuple[str, str]]) -> list[Values]:
    scorer = RougeScorer([NAMES[name]])
    scores = [scorer.score(reference, text)[NAMES[name]] for reference, text in given_pairs]
    return [(score.fmeasure, score.precision, score.recall) for score in scores]


def assert_equal(name: str, given_pairs: list[tuple[str, str]]) -> None:
    for pair, got, wanted in zip(given_pairs, found(name, given_pairs), expected(name, given_pairs), strict=True):
        assert got == pytest.approx(wanted, abs=1e-9), pair


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_are_those_of_rouge_score(name: str) -> None:
    assert_equal(name, pairs(99))


@pytest.mark.parametrize("name", ["rouge_1", "rouge_2"])
def test_long_texts_score_as_in_rouge_score(name: str) -> None:
    assert_equal(name, [pair for pair in pairs(100) if len(pair[0]) > 20_000])


@pytest.mark.slow
@pytest.mark.parallel
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", NAMES)
def test_a_thousand_pairs_score_as_in_rouge_score(name: str) -> None:
    assert_equal(name, pairs(1000))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=100)
@given(reference=TEXTS, text=TEXTS)
def test_any_two_texts_score_as_in_rouge_score(name: str, reference: str, text: str) -> None:
    assert_equal(name, [(reference, text)])


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_text_scores_zero_on_all_three_measures(name: str) -> None:
    assert found(name, [("A camera sees a fall.", " \n"), ("…", "A camera")]) == [(0.0, 0.0, 0.0)] * 2


@pytest.mark.parametrize("name", NAMES)
def test_the_settings_tell_that_words_are_not_stemmed(name: str) -> None:
    assert registry.settings(name, MetricOptions()) == "use_stemmer=false"


def test_only_so_many_texts_are_remembered() -> None:
    found("rouge_1", [(f"reference {number}", f"text {number}") for number in range(2000)])
    assert words.cache_info().currsize <= 1024
