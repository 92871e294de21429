"""Known answers beside given ones, in words."""

import pytest

from viva.present import known
from viva.records.rating import OVERALL, KnownAnswer, RatingTask
from viva.records.rubric import Criterion, Rubric
from viva.records.study import StudyMode, StudyOptions, StudyState

RUBRIC = Rubric("two", "Two", (Criterion("accuracy", 1, "?", 0, 5, {}), Criterion("brevity", 1, "?", 0, 5, {})))


def task(mode: StudyMode = StudyMode.RUBRIC, per_criterion: bool = False) -> RatingTask:
    return RatingTask("s", "falls", mode, RUBRIC, StudyOptions(per_criterion=per_criterion), StudyState.OPEN)


def answer(given: dict[str, int | str], **answers: int | str) -> KnownAnswer:
    return KnownAnswer("i", answers, given, "")


def test_each_criterion_stands_beside_what_is_known_in_the_rubrics_order() -> None:
    rows = known.known_rows(answer({"accuracy": 5, "brevity": 2}, brevity=2, accuracy=3), task())
    assert [(row.name, row.given, row.known, row.remark) for row in rows] == [
        ("Accuracy", "5", "3", "2 higher"),
        ("Brevity", "2", "2", "the same"),
    ]
    assert known.known_headline(rows) == "1 of 2 the same as known"


def test_what_was_skipped_has_no_answer() -> None:
    (row,) = known.known_rows(answer({}, accuracy=3), task())
    assert (row.given, row.remark) == ("–", "no answer")


@pytest.mark.parametrize(("first", "said"), [("a", "text A"), ("b", "text B")])
def test_a_text_is_called_as_it_was_shown(first: str, said: str) -> None:
    one = KnownAnswer("i", {OVERALL: "a"}, {OVERALL: "tie"}, "")
    (row,) = known.known_rows(one, task(StudyMode.PAIRWISE), first)  # type: ignore[arg-type]
    assert (row.name, row.known, row.given) == ("On the whole", said, "tie")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((3, 3), "as known, 2 of 2 exactly"),
        ((4, 2), "neither strict nor generous, 1.0 off either way, 0 of 2 exactly"),
        ((5, 3), "1.0 higher on average, 1.0 off either way, 1 of 2 exactly"),
        ((0, 3), "1.5 lower on average, 1.5 off either way, 1 of 2 exactly"),
    ],
)
def test_the_spread_of_a_criterion_in_words(given: tuple[int, int], said: str) -> None:
    (row,) = known.spreads([answer({"accuracy": value}, accuracy=3) for value in given], task())
    assert known.spread_words(row) == said


def test_the_spread_of_pairs_counts_what_is_the_same() -> None:
    answers = [KnownAnswer("i", {OVERALL: "a"}, {OVERALL: given}, "") for given in ("a", "b", "tie")]
    rows = known.spreads(answers, task(StudyMode.PAIRWISE))
    assert [known.spread_words(row) for row in rows] == ["the known answer in 1 of 3"]
    assert known.spread_summary(answers, rows) == "You did 3 training pairs. Of 3 answers, 1 was as known."


def test_the_summary_tells_whether_one_is_strict() -> None:
    answers = [answer({"accuracy": 1, "brevity": 3}, accuracy=3, brevity=3), answer({}, accuracy=3)]
    said = known.spread_summary(answers, known.spreads(answers, task()))
    assert said == (
        "You did 1 training text. On the whole you give 1.0 less than the known values, and lie 1.0 step from them."
    )
    assert known.spread_summary([], []) == known.NO_PRACTICE
