"""What the rating screen says: progress, prompts, criteria, levels, the closing page."""

import pytest

from tests.fakes.rating import RATED, event, state
from viva.present.rubric import rubric_sections
from viva.records.rubric import Criterion, Rubric
from viva.records.study import RatingEvent


@pytest.mark.parametrize(
    ("done", "line"),
    [
        ({}, "1 of 4 · 0 rated"),
        ({"a": event("a", RATED)}, "2 of 4 · 1 rated"),
        ({"a": event("a", RATED), "b": event("b", skipped="no")}, "3 of 4 · 1 rated · 1 skipped"),
        ({item: event(item, RATED) for item in "abcd"}, "4 items · 4 rated"),
    ],
)
def test_the_progress_line(done: dict[str, RatingEvent], line: str) -> None:
    assert state(done=done).progress() == line


def test_the_rows_say_name_weight_scale_and_what_the_value_means() -> None:
    rating = state()
    rating.set_value(3)
    first, second = rating.rows()
    assert (first.name, first.weight, first.scale, first.chosen, first.note) == (
        "Accuracy", "60%", (0, 1, 2, 3, 4, 5), 3, "fair",
    )  # fmt: skip
    assert (second.chosen, second.note, second.current) == (None, "", True)
    assert not first.current


def test_a_value_without_a_description_has_no_note() -> None:
    rating = state()
    rating.set_value(4)
    assert rating.rows()[0].note == ""


def test_weights_that_do_not_sum_to_a_hundred_are_factors() -> None:
    rubric = Rubric("odd", "", (Criterion("a", 2, "", 0, 1, {}), Criterion("b", 1.5, "", 0, 1, {})))
    assert [row.weight for row in state(rubric=rubric).rows()] == ["×2", "×1.5"]


def test_a_long_scale_is_not_laid_out_value_by_value() -> None:
    rubric = Rubric("long", "", (Criterion("a", 100, "", 0, 100, {}),))
    row = state(rubric=rubric).rows()[0]
    assert row.scale == ()
    assert row.extent == "0–100"


def test_the_prompt_says_which_criterion_and_which_digits() -> None:
    rating = state()
    assert rating.prompt().text == "Accuracy, type 0–5: Is it right?"
    rating.set_value(3)
    assert rating.prompt().text == "Brevity, type 1–3: Is it short?"
    rating.set_value(3)
    assert rating.prompt().text == "Enter: save and go on"


def test_the_prompt_says_what_a_value_stands_for_when_one_looks_back_at_it() -> None:
    rating = state()
    rating.set_value(3)
    rating.set_value(3)
    rating.move(-1)
    assert rating.prompt().text == "Accuracy 3: fair"


def test_the_levels_are_those_of_the_current_criterion_highest_first() -> None:
    rating = state()
    assert [(level.value, level.text) for level in rating.levels()] == [(5, "perfect"), (3, "fair"), (0, "useless")]
    rating.nudge(-1)
    assert [level.value for level in rating.levels() if level.chosen] == [5]


def test_flag_and_comment_leave_a_mark() -> None:
    rating = state()
    assert rating.marks() == ""
    rating.toggle_flag()
    rating.set_comment("why?")
    assert rating.marks() == "flagged · comment"
    rating.toggle_flag()
    rating.set_comment("  ")
    assert rating.marks() == ""


def test_the_closing_page_counts_and_tells_how_to_revise() -> None:
    done = {"a": event("a", RATED), "b": event("b", skipped="no")}
    title, lines = state(2, done).closing()
    assert "last" in title
    assert lines[0] == "You rated 1 text and skipped 1."
    assert any("go back" in line for line in lines)


def test_the_closing_page_tells_of_items_that_are_still_open() -> None:
    rating = state(2)
    rating.forward()
    rating.forward()
    assert rating.closing()[0] == "2 texts still to rate"


def test_the_help_shows_every_level_of_every_criterion() -> None:
    (first, levels), (second, _) = rubric_sections(state().criteria)
    assert first == "Accuracy (60%): Is it right?"
    assert second.startswith("Brevity")
    assert levels == [("5", "perfect"), ("3", "fair"), ("0", "useless")]
    assert state().extent() == "0–5 1–3"


def test_text_from_a_rubric_is_made_safe() -> None:
    rubric = Rubric("bad", "", (Criterion("a\x1b[2J", 100, "w\u202ehy", 0, 1, {0: "\x07", 1: "b\nc"}),))
    rating = state(rubric=rubric)
    rating.set_value(1)
    said = [
        rating.rows()[0].name,
        rating.rows()[0].note,
        rating.prompt().text,
        *map(str, rubric_sections(rating.criteria)),
    ]
    assert not any(character in line for line in said for character in "\x1b\u202e\x07\n")
