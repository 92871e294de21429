"""What a model wrote for the probe questions, in words."""

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import probes as words
from viva.records.training import Probe


def probe(step: int, source: str = "train", text: str = "Watch the height.", repetition: float | None = 0.1) -> Probe:
    return Probe(step, source, "How is a fall seen?", text, repetition)


def test_the_questions_stand_in_their_order_with_where_each_is_from() -> None:
    asked = [probe(5, source) for source in ("own", "unseen", "test", "train")]
    labels = [answer.label for answer in words.answers(asked, 5)]
    assert labels == ["From the training data", "From the test data", "In neither", "Your own question"]


def test_only_the_answers_of_one_step_are_shown() -> None:
    asked = [probe(5, text="early"), probe(10, text="late")]
    assert words.steps(asked) == [5, 10]
    assert [answer.text for answer in words.answers(asked, 5)] == ["early"]


@pytest.mark.parametrize(
    ("share", "text", "flagged"),
    [
        (None, "too short to repeat itself", False),
        (0.0, "0% repeated", False),
        (0.2, "20% repeated", False),
        (0.61, "61% repeated", True),
    ],
)
def test_an_answer_that_repeats_itself_by_more_than_a_fifth_is_flagged(
    share: float | None, text: str, flagged: bool
) -> None:
    answer = words.answers([probe(5, repetition=share)], 5)[0]
    assert (answer.repetition, answer.flagged) == (text, flagged)


def test_it_is_told_whether_an_answer_changed_since_the_evaluation_before() -> None:
    asked = [probe(5), probe(10), probe(15, text="Ask the floor.")]
    assert [words.answers(asked, step)[0].since for step in (5, 10, 15)] == ["", "as before", "changed"]


def test_which_evaluation_is_shown_is_told() -> None:
    assert words.evaluation_line([5, 1000, 1500], 1000) == "Evaluation 2 of 3 · step 1,000"
    assert words.evaluation_line([5, 1000, 1500], 1500) == "Evaluation 3 of 3 · step 1,500, the newest"


def test_an_empty_answer_says_so_and_an_endless_one_is_cut() -> None:
    assert words.answers([probe(5, text=" \n")], 5)[0].text == words.NO_ANSWER
    endless = words.answers([probe(5, text="x" * 100_000)], 5)[0].text
    assert len(endless) < words.LONGEST + 100
    assert endless.endswith("… (80,000 more characters)")


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_in_probes_is_cleaned(number: int) -> None:
    text = HOSTILE[number]
    answer = words.answers([Probe(5, text, text, text, 0.5)], 5)[0]
    for line in (answer.label, answer.question, answer.text):
        assert not FORBIDDEN.search(line)
    assert "\n" not in answer.label + answer.question
