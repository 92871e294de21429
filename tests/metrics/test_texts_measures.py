"""Length ratio, distinct-2 and repetition, and what holds for every measure that needs nothing but texts."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.metrics import registry
from viva.metrics.protocol import Row, Unscored, Values
from viva.metrics.words import bare_words, words
from viva.records.metric import METRICS, MetricOptions

PLAIN = ("rouge_l", "rouge_1", "rouge_2", "chrf", "length_ratio", "distinct_2", "repetition", "degenerate")
WILD = st.one_of(
    st.text(st.characters(), max_size=80),
    st.lists(
        st.sampled_from(["a", "la", "camera", "異常", "検知", "🎥", "e\u0301", "\u200b", "\ud800", "…", "\n"])
    ).map(" ".join),
    st.text(st.sampled_from("aé異\u0301 \n."), max_size=200),
)


def values(name: str, text: str, reference: str = "", question: str = "") -> Values:
    (found,) = registry.create(name, MetricOptions()).values([Row("1", question, reference, text)])
    return found


@pytest.mark.parametrize("name", PLAIN)
@given(question=WILD, reference=WILD, text=WILD)
def test_any_text_gets_a_finite_value_in_range_or_a_reason(name: str, question: str, reference: str, text: str) -> None:
    found = values(name, text, reference, question)
    for measure, value in zip(METRICS[name].measures, found, strict=True):
        if isinstance(value, Unscored):
            assert value.reason
        else:
            assert isinstance(value, float)
            assert math.isfinite(value)
            assert 0 <= value <= (measure.highest or math.inf) + 1e-9


@pytest.mark.parametrize("name", PLAIN)
def test_values_come_in_the_order_of_the_rows_and_do_not_depend_on_their_neighbours(name: str) -> None:
    texts = ["a camera sees a fall in the dark", "", "la la la la la la la la", "異常検知のカメラ"]
    rows = [Row(str(place), "question", "a camera saw a fall in the hall", text) for place, text in enumerate(texts)]
    metric = registry.create(name, MetricOptions())
    assert metric.values(rows) == [metric.values([row])[0] for row in rows]
    assert metric.values([]) == []


def test_words_are_parted_by_white_space_and_characters_where_there_is_none() -> None:
    assert words("A camera's view,  over 2.5 m") == ["A", "camera's", "view,", "over", "2.5", "m"]
    assert words("異常 detection です") == ["異", "常", "detection", "で", "す"]
    assert words("카메라가 नमस्ते e\u0301") == ["카메라가", "नमस्ते", "e\u0301"]
    assert words(" \n\u3000") == []


def test_bare_words_have_no_case_and_no_punctuation_around_them() -> None:
    assert bare_words("“How can a Camera's VIEW (2.5 m) fail?” — ¿qué?") == [
        "how", "can", "a", "camera's", "view", "2.5", "m", "fail", "qué",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reference", "ratio"),
    [("a b c", "d e f", 1.0), ("a b c", "d e", 1.5), ("", "d e", 0.0), ("異常検知", "異常", 2.0)],
)
def test_the_length_ratio_is_words_for_each_word_of_the_reference(text: str, reference: str, ratio: float) -> None:
    assert values("length_ratio", text, reference) == (ratio,)


def test_an_empty_reference_has_no_length_ratio() -> None:
    assert values("length_ratio", "a b", " \n") == (Unscored("empty reference"),)


@pytest.mark.parametrize(
    ("text", "share"), [("a b c d", 1.0), ("a b a b", 2 / 3), ("la la la la la", 1 / 4), ("異常異常", 2 / 3)]
)
def test_distinct_2_is_the_share_of_different_pairs_of_words(text: str, share: float) -> None:
    assert values("distinct_2", text) == (pytest.approx(share),)


@pytest.mark.parametrize("text", ["", "camera", " camera\n"])
def test_distinct_2_needs_two_words(text: str) -> None:
    assert values("distinct_2", text) == (Unscored("fewer than two words"),)


@pytest.mark.parametrize(("text", "share"), [("a b c d", 0.0), ("a b c d a b c d", 0.2), ("la " * 13, 0.9)])
def test_repetition_is_the_share_of_sequences_that_came_before(text: str, share: float) -> None:
    assert values("repetition", text) == (pytest.approx(share),)


def test_repetition_needs_four_words() -> None:
    assert values("repetition", "a b c") == (Unscored("fewer than four words"),)


def test_settings_say_what_is_counted() -> None:
    told = {name: registry.settings(name, MetricOptions()) for name in ("length_ratio", "distinct_2", "repetition")}
    assert told == {
        "length_ratio": "words=white space, characters where there are no spaces",
        "distinct_2": "words=white space, characters where there are no spaces",
        "repetition": "sequence=4 words",
    }
