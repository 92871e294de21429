"""Replies with a letter: what is taken for an answer, and what never is."""

import pytest

from viva.benchmark import letters
from viva.benchmark.judged import answer_by_letter
from viva.records.benchmark import Choices

CHOICES = ("rain", "the Sun", "a camera")
ITEM = Choices("What falls?", CHOICES, 1, "Question: What falls?\nAnswer:", tuple(f" {c}" for c in CHOICES))


def test_a_question_is_asked_with_letters() -> None:
    asked = letters.asked(ITEM)
    assert asked.startswith("What falls?\n\nA. rain\nB. the Sun\nC. a camera\n")
    assert asked.endswith("alone.")


@pytest.mark.parametrize(
    "reply",
    [
        "B", "(B)", "B.", "B)", "[B]", " b \n", "Answer: B", "answer: (B).", "The answer is B",
        "The correct answer is: B.",
        "**B**", "**Answer:** B", "B. the Sun", "(B) the sun.", "B: The Sun", "<think>A? No, C?</think>\n\nB",
        "A? No, C?</think>\n\nB", "Answer: B. the Sun", "The answer is (B) the Sun.", "B<|im_end|>",
    ],
)  # fmt: skip
def test_a_letter_is_understood(reply: str) -> None:
    assert letters.chosen(reply, CHOICES) == 1
    answer = answer_by_letter("q1", "m", ITEM, reply)
    assert (answer.measures, answer.unscored) == ({"acc": 1.0}, None)


@pytest.mark.parametrize(
    "reply",
    [
        "A or B", "B and C", "the Sun", "B. rain", "I think it is B", "B because A is wrong", "Both", "AB", "(B]", "(B",
        "<think>B", "1", "B?", "Answer: the Sun", "not B",
        "Answer: B. rain", "İ", "\u212a", "Answer: \u212a.", "ı",
    ],
)  # fmt: skip
def test_nothing_is_guessed(reply: str) -> None:
    answer = answer_by_letter("q1", "m", ITEM, reply)
    assert answer.measures == {"acc": None}
    assert answer.unscored is not None
    assert answer.unscored.startswith("no single letter: ")
    assert answer.answer == {"text": reply, "choice": None}


def test_a_star_in_a_choice_is_no_bold() -> None:
    for reply in ("B. 5*3", "**B. 5*3**", "**B.** 5*3"):
        assert letters.chosen(reply, ("5+3", "5*3")) == 1
    assert isinstance(letters.chosen("B. 5+3", ("5+3", "5*3")), str)


def test_a_letter_without_a_choice_and_an_empty_reply_have_their_reasons() -> None:
    assert letters.chosen("D", CHOICES) == "there is no choice D"
    assert letters.chosen(" \n", CHOICES) == "the reply is empty"
    for reply in ("<think>hm</think>", "hm</think>", "<|im_end|>"):
        assert letters.chosen(reply, CHOICES) == "the reply is empty"


def test_a_wrong_letter_is_wrong() -> None:
    assert answer_by_letter("q1", "m", ITEM, "C").measures == {"acc": 0.0}
