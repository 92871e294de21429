"""ROUGE-L gives the numbers of rouge-score."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from viva.metrics.protocol import Row
from viva.metrics.rouge_l import RougeL

WORDS = st.lists(st.sampled_from(["the", "camera", "Camera", "sees", "seeing", "a", "fall", "42", "naïve", "—"]))
TEXTS = st.one_of(st.text(max_size=60), WORDS.map(" ".join))

CASES = [
    ("", ""),
    ("a camera", ""),
    ("", "a camera"),
    ("…", "—"),
    ("The cameras were watching the doors", "Watching the door, the camera was there"),
    ("Überwachung der Tür", "überwachung der Türen"),
    ("異常検知 by camera", "camera 異常検知"),
    ("a_b-c d3.5", "a b c d3 5"),
    ("İstanbul ﬁne ²", "istanbul fine 2"),
    ("word " * 300, "word other " * 200),
]


def expected(reference: str, text: str, use_stemmer: bool) -> tuple[float, float, float]:
    score = RougeScorer(["rougeL"], use_stemmer=use_stemmer).score(reference, text)["rougeL"]
    return score.fmeasure, score.precision, score.recall


@pytest.mark.parametrize("use_stemmer", [False, True])
@pytest.mark.parametrize(("reference", "text"), CASES)
def test_the_numbers_are_those_of_rouge_score(reference: str, text: str, use_stemmer: bool) -> None:
    found = RougeL(use_stemmer).measure(reference, text)
    assert found == pytest.approx(expected(reference, text, use_stemmer), abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(reference=TEXTS, text=TEXTS)
def test_any_two_texts_score_as_in_rouge_score(reference: str, text: str) -> None:
    assert RougeL().measure(reference, text) == pytest.approx(expected(reference, text, False), abs=1e-12)


def test_an_empty_text_scores_zero_on_all_three_measures(rows: list[Row]) -> None:
    scores = [score for score in RougeL().score(rows) if score.generation_id == "1"]
    assert [(score.metric, score.value) for score in scores] == [
        ("rouge_l", 0.0),
        ("rouge_l_precision", 0.0),
        ("rouge_l_recall", 0.0),
    ]


def test_the_settings_tell_whether_words_are_stemmed() -> None:
    assert RougeL().settings == "use_stemmer=false"
    assert RougeL(use_stemmer=True).settings == "use_stemmer=true"
