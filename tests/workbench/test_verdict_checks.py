"""What is refused before anything is kept."""

from dataclasses import replace

import pytest

from tests.fakes.desk import GOOD, RUBRIC
from viva.errors import UsageError
from viva.records.rating import Choice, RatingTask, Strength
from viva.records.study import StudyMode, StudyOptions, StudyState
from viva.workbench.verdict_checks import asked_of_pairs, check_choices, check_guess, check_values

RATING = RatingTask("id", "falls", StudyMode.RUBRIC, RUBRIC, StudyOptions(), StudyState.OPEN)
COMPARING = replace(RATING, mode=StudyMode.PAIRWISE)
IN_FULL = replace(COMPARING, options=StudyOptions(strength=True, per_criterion=True))
ALL = {"": Choice("a", Strength.CLEARLY), "accuracy": Choice("b", Strength.SLIGHTLY), "clarity": Choice("tie")}


def test_whole_verdicts_pass() -> None:
    check_values(RATING, GOOD, None)
    check_values(RATING, {}, "not my field")
    check_choices(COMPARING, {"": Choice("tie")}, None)
    check_choices(COMPARING, {}, "not my field")
    check_choices(IN_FULL, ALL, None)
    check_guess(replace(RATING, options=StudyOptions(guess=("a", "b"))), "b")
    check_guess(replace(RATING, options=StudyOptions(guess=("a", "b"))), None)


def test_what_is_asked_of_pairs() -> None:
    assert asked_of_pairs(COMPARING) == ("",)
    assert asked_of_pairs(IN_FULL) == ("", "accuracy", "clarity")


@pytest.mark.parametrize(
    ("values", "skipped", "said"),
    [
        ({"accuracy": 3}, None, "no value for clarity"),
        ({}, None, "no value for accuracy, clarity"),
        ({**GOOD, "accuracy": 6}, None, "accuracy goes from 0 to 5, not 6"),
        ({**GOOD, "clarity": 0}, None, "clarity goes from 1 to 3, not 0"),
        ({**GOOD, "accuracy": True}, None, "accuracy goes from"),
        ({**GOOD, "accuracy": 2.5}, None, "accuracy goes from"),
        ({**GOOD, "bea\x1b[2Juty": 1}, None, "the rubric has no criterion bea"),
        (GOOD, "  ", "skipping needs a reason"),
    ],
)
def test_values_that_are_not_whole(values: dict[str, int], skipped: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        check_values(RATING, values, skipped)
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    ("task", "choices", "said"),
    [
        (COMPARING, {}, "no choice"),
        (COMPARING, ALL, "does not ask about accuracy, clarity"),
        (COMPARING, {"": Choice("a", Strength.CLEARLY)}, "by how much is not asked"),
        (COMPARING, {"": Choice("c")}, "the better text is a, b or neither"),
        (IN_FULL, {**ALL, "beauty": Choice("a")}, "no criterion beauty"),
        (IN_FULL, {"": Choice("tie")}, "no choice for accuracy"),
        (IN_FULL, {**ALL, "clarity": Choice("a")}, "not said by how much the text is better for clarity"),
        (IN_FULL, {**ALL, "clarity": Choice("tie", Strength.CLEARLY)}, "by how much is not asked for clarity"),
    ],
)
def test_choices_that_are_not_whole(task: RatingTask, choices: dict[str, Choice], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_choices(task, choices, None)


def test_a_verdict_of_the_other_kind() -> None:
    with pytest.raises(UsageError, match="falls asks for which of two texts"):
        check_values(COMPARING, GOOD, None)
    with pytest.raises(UsageError, match="falls asks for values"):
        check_choices(RATING, {"": Choice("a")}, "tired")


def test_guesses_that_are_not_offered() -> None:
    with pytest.raises(UsageError, match="does not ask"):
        check_guess(RATING, "a")
    with pytest.raises(UsageError, match="'c' is none of: a, b"):
        check_guess(replace(RATING, options=StudyOptions(guess=("a", "b"))), "c")
