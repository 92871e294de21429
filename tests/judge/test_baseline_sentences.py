"""Where sentences begin and end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.judge.sentences import sentences


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One is here. Two is there! Three? Yes.", ["One is here.", "Two is there!", "Three?", "Yes."]),
        ("It takes 3.5 s, e.g. Here and vs. There. Done.", ["It takes 3.5 s, e.g. Here and vs. There.", "Done."]),
        ("As Smith et al. 2020 say, see Fig. 3. It holds.", ["As Smith et al. 2020 say, see Fig. 3.", "It holds."]),
        ('J. Doe said so. "Then we stop." (We do.)', ["J. Doe said so.", '"Then we stop.', "(We do.)"]),
        ("# Plan\n\n- first step\n- second step\n2. third", ["Plan", "first step", "second step", "third"]),
        ("no end, no capital", ["no end, no capital"]),
        ("那里有人。他跌倒了！真的？", ["那里有人。", "他跌倒了！", "真的？"]),
        ("...\n\n---\n 12 \n", []),
        ("", []),
    ],
)
def test_sentences_are_found(text: str, found: list[str]) -> None:
    assert sentences(text) == found


@given(st.text(alphabet='aB1. !?\n-。"', max_size=80))
def test_no_letter_is_lost_or_doubled(text: str) -> None:
    def letters(value: str) -> str:
        return "".join(character for character in value if character.isalpha())

    assert letters(" ".join(sentences(text))) == letters(text)


def test_a_long_text_without_an_end_takes_no_time() -> None:
    assert len(sentences("a. " * 50_000)) == 1
    assert len(sentences("Word. " * 50_000)) == 50_000
