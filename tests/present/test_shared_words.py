"""What two texts share."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.hostile import HOSTILE
from viva.present.shared_words import LONGEST, inside, phrase_spans, shared_phrases

REFERENCE = "Skeletons from a depth camera feed a graph network; the score is the negative log-likelihood. 視頻異常檢測"


def marked(text: str, reference: str = REFERENCE) -> list[str]:
    return [text[start:end] for start, end in phrase_spans(text, shared_phrases(reference, text))]


def test_two_words_in_the_same_order_are_shared_whatever_their_case() -> None:
    assert marked("We train a Graph Network, and a camera depth sensor.") == ["Graph Network"]


def test_words_that_say_little_are_no_sequence_and_are_left_off_its_ends() -> None:
    assert marked("it is the one from a box") == []
    assert marked("here is the negative log-likelihood of it") == ["negative log-likelihood"]


def test_one_long_rare_word_is_enough_and_a_common_one_is_not() -> None:
    assert marked("only Skeletons here") == ["Skeletons"]
    assert marked("a camera here") == []
    assert marked("skeletons, " * 9) == []


def test_a_sequence_ends_with_the_sentence_and_goes_on_over_marks_and_line_breaks() -> None:
    assert marked("We like a graph. Network effects.") == []
    assert marked("a **graph** `network`") == ["graph** `network"]
    assert marked("a graph\nnetwork") == ["graph", "network"]
    assert marked("a graph\n\nnetwork") == []


def test_chinese_is_compared_by_characters() -> None:
    assert marked("本文研究視頻異常分析") == ["視頻異常"]
    assert marked("視頻") == []


def test_a_long_sequence_is_marked_whole() -> None:
    text = " ".join(f"word{number}" for number in range(3 * LONGEST + 5))
    assert marked(text, text) == [text]
    assert all(phrase.count(" ") < LONGEST for phrase in shared_phrases(text, text))


def test_what_repeats_itself_takes_no_longer() -> None:
    text = "one two six " * 2000
    assert len(marked(text, text)) == 1


WORDS = st.lists(st.sampled_from(["graph", "network", "the", "score", "字", "異", "常", ".", "\n", "skeletons"]))


@given(WORDS.map(" ".join), WORDS.map(" ".join))
@settings(max_examples=200)
def test_every_phrase_stands_in_both_texts(reference: str, text: str) -> None:
    for phrase in shared_phrases(reference, text):
        assert phrase_spans(reference, frozenset([phrase]))
        assert phrase_spans(text, frozenset([phrase]))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_only_looked_at(text: str) -> None:
    spans = phrase_spans(text, shared_phrases(text, text))
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)


def test_spans_are_cut_to_a_line() -> None:
    spans = [(0, 4), (6, 20), (30, 31)]
    assert list(inside(spans, 2, 8)) == [(2, 4), (6, 8)]
    assert list(inside(spans, 8, 30)) == [(8, 20)]
    assert list(inside(spans, 20, 30)) == []
