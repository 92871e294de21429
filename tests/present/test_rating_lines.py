"""What the rating screen says: progress, prompts, criteria, levels, the closing page."""

import pytest

from tests.fakes.rating import RATED, event, state, task
from viva.present.closing import progress_line, rough_time
from viva.present.rubric import rubric_sections
from viva.records.rubric import Criterion, Rubric


@pytest.mark.parametrize(
    ("rated", "left", "seconds", "line"),
    [
        (0, 38, [], "0 rated · 38 left"),
        (2, 36, [40.0, 41.0], "2 rated · 36 left"),
        (12, 26, [40.0] * 12, "12 rated · 26 left · about 17 min"),
        (3, 26, [1.0, 40.0, 4000.0], "3 rated · 26 left · about 17 min"),
        (3, 0, [40.0] * 3, "3 rated"),
        (3, 9, [0.0] * 3, "3 rated · 9 left"),
        (1200, 3000, [60.0] * 3, "1,200 rated · 3,000 left · about 50 h"),
    ],
)
def test_the_progress_line(rated: int, left: int, seconds: list[float], line: str) -> None:
    assert progress_line(rated, left, seconds) == line


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.1, "1 min"), (95, "2 min"), (89 * 60, "89 min"), (7800, "2 h 10 min"), (7200, "2 h"), (14.4 * 3600, "14 h")],
)
def test_a_time_is_said_as_roughly_as_it_is_known(seconds: float, said: str) -> None:
    assert rough_time(seconds) == said


def test_the_progress_line_of_a_study_rests_on_own_verdicts() -> None:
    done = [event(f"x{number}", RATED, seconds=60.0) for number in range(3)]
    assert state("a", "b", done=done, left=9).progress() == "3 rated · 9 left · about 9 min"
    skipped = [event("y", skipped="no", seconds=999.0)]
    assert state("a", done=done[:2] + skipped, left=9).progress() == "2 rated · 9 left"


def test_the_rows_say_name_weight_scale_and_what_the_value_means() -> None:
    rating = state("a")
    rating.set_value(3)
    first, second = rating.rows()
    assert (first.name, first.weight, first.scale, first.chosen, first.note) == (
        "Accuracy", "60%", (0, 1, 2, 3, 4, 5), 3, "fair",
    )  # fmt: skip
    assert (second.chosen, second.note, second.current) == (None, "", True)
    assert not first.current


def test_a_value_without_a_description_has_no_note() -> None:
    rating = state("a")
    rating.set_value(4)
    assert rating.rows()[0].note == ""


def test_weights_that_do_not_sum_to_a_hundred_are_factors() -> None:
    rubric = Rubric("odd", "", (Criterion("a", 2, "", 0, 1, {}), Criterion("b", 1.5, "", 0, 1, {})))
    assert [row.weight for row in state("a", of=task(rubric=rubric)).rows()] == ["×2", "×1.5"]


def test_a_long_scale_is_not_laid_out_value_by_value() -> None:
    rubric = Rubric("long", "", (Criterion("a", 100, "", 0, 100, {}),))
    row = state("a", of=task(rubric=rubric)).rows()[0]
    assert row.scale == ()
    assert row.extent == "0–100"


def test_the_prompt_says_which_criterion_and_which_digits() -> None:
    rating = state("a")
    assert rating.prompt().text == "Accuracy, type 0–5: Is it right?"
    rating.set_value(3)
    assert rating.prompt().text == "Brevity, type 1–3: Is it short?"
    rating.set_value(3)
    assert rating.prompt().text == "Enter: save and go on"


def test_the_prompt_of_a_change_says_that_it_is_one() -> None:
    rating = state("b", done=[event("a", RATED)])
    rating.back()
    assert rating.prompt().text == "Saved. Change what you like, Enter goes on"
    rating.set_value(1)
    assert rating.prompt().text == "Enter: save the change and go on"


def test_the_prompt_says_what_a_value_stands_for_when_one_looks_back_at_it() -> None:
    rating = state("a")
    rating.set_value(3)
    rating.set_value(3)
    rating.move(-1)
    assert rating.prompt().text == "Accuracy 3: fair"
    rating.nudge(-1)
    rating.nudge(1)
    assert rating.prompt().text == "Accuracy 3: fair"


def test_the_levels_are_those_of_the_current_criterion_highest_first() -> None:
    rating = state("a")
    assert [(level.value, level.text) for level in rating.levels()] == [(5, "perfect"), (3, "fair"), (0, "useless")]
    rating.nudge(-1)
    assert [level.value for level in rating.levels() if level.chosen] == [5]


def test_flag_and_comment_leave_a_mark() -> None:
    rating = state("a")
    assert rating.marks() == ""
    rating.toggle_flag()
    rating.set_comment("why?")
    assert rating.marks() == "flagged · comment"
    rating.toggle_flag()
    rating.set_comment("  ")
    assert rating.marks() == ""


def test_the_closing_page_counts_and_tells_how_to_revise() -> None:
    closing = state(done=[event("a", RATED), event("b", skipped="no")]).closing()
    assert "last" in closing.title
    assert closing.lines[0] == "You rated 1 text and skipped 1."
    assert any("go back" in line for line in closing.lines)


def test_the_help_shows_every_level_of_every_criterion() -> None:
    rating = state("a")
    (first, levels), (second, _) = rubric_sections(rating.criteria)
    assert first == "Accuracy (60%): Is it right?"
    assert second.startswith("Brevity")
    assert levels == [("5", "perfect"), ("3", "fair"), ("0", "useless")]
    assert rating.extent() == "0–5 1–3"


def test_text_from_a_rubric_is_made_safe() -> None:
    rubric = Rubric("bad", "", (Criterion("a\x1b[2J", 100, "w\u202ehy", 0, 1, {0: "\x07", 1: "b\nc"}),))
    rating = state("a", of=task(rubric=rubric))
    rating.set_value(1)
    said = [
        rating.rows()[0].name,
        rating.rows()[0].note,
        rating.prompt().text,
        *map(str, rubric_sections(rating.criteria)),
    ]
    assert not any(character in line for line in said for character in "\x1b\u202e\x07\n")
