"""chrF gives the numbers of sacrebleu."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu import sentence_chrf

from tests.fakes.pairs import pairs
from viva.metrics import chrf
from viva.metrics.protocol import Row
from viva.records.metric import MetricOptions

TEXTS = st.one_of(
    st.text(alphabet="ab c", max_size=80), st.text(max_size=60), st.text(st.characters(max_codepoint=0x3FF))
)
MANY = "".join(map(chr, range(0x4E00, 0x4E00 + 1500)))
CASES = [
    (MANY, MANY[::-1]),
    (MANY, MANY[700:] + MANY[:700]),
    (MANY[:1020], MANY[:1020]),
    (MANY[:1023], MANY[5:1022]),
    (MANY[:1024], MANY[5:1024]),
    ("".join(map(chr, range(0x400))), "".join(map(chr, range(0x300)))),
    ("\ud800 lone", "a lone \udfff\ud800"),
    ("\x00\x00\x00", "\x00\x00"),
]


def assert_equal(given_pairs: list[tuple[str, str]]) -> None:
    rows = [Row(str(place), "", reference, text) for place, (reference, text) in enumerate(given_pairs)]
    for row, (value,) in zip(rows, chrf.create(MetricOptions()).values(rows), strict=True):
        assert value == pytest.approx(sentence_chrf(row.text, [row.reference]).score, abs=1e-9), row


def test_the_numbers_are_those_of_sacrebleu() -> None:
    assert_equal(pairs(200))


@pytest.mark.slow
@pytest.mark.parallel
def test_a_thousand_pairs_score_as_in_sacrebleu() -> None:
    assert_equal(pairs(1000))


@pytest.mark.parametrize(("reference", "text"), CASES)
def test_many_and_odd_characters_score_as_in_sacrebleu(reference: str, text: str) -> None:
    assert_equal([(reference, text)])


@given(reference=TEXTS, text=TEXTS)
def test_any_two_texts_score_as_in_sacrebleu(reference: str, text: str) -> None:
    assert_equal([(reference, text)])


def test_equal_texts_score_a_hundred_and_the_settings_say_what_is_counted() -> None:
    assert chrf.score("a camera", "a camera") == pytest.approx(100)
    assert chrf.settings(MetricOptions()) == "char_order=6, word_order=0, beta=2, case=mixed, white_space=no"
