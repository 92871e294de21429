"""A rater's desk in words."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import desk
from viva.records.rating import (
    OVERALL,
    Choice,
    PreferenceEvent,
    RatingEvent,
    RatingItem,
    RatingTask,
    Strength,
    TaskProgress,
)
from viva.records.rubric import Criterion, Rubric
from viva.records.study import StudyMode, StudyOptions, StudyState

NOW = datetime(2026, 1, 1, 12)
RUBRIC = Rubric("two", "Two", (Criterion("accuracy", 1, "?", 0, 5, {}), Criterion("brevity", 1, "?", 0, 5, {})))
TASK = RatingTask("s", "falls", StudyMode.RUBRIC, RUBRIC, StudyOptions(), StudyState.OPEN)


def rated(item: str = "i", minutes: int = 0, **named: object) -> RatingEvent:
    given = {"values": {"accuracy": 4}, "skipped": None, "comment": "", "flagged": False, **named}
    at = NOW - timedelta(minutes=minutes)
    return RatingEvent(f"e{minutes}", "s", item, "ann", seconds=75.0, created_at=at, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("progress", "left", "time"),
    [
        (TaskProgress(TASK, 1, 0, 10, 0, 30.0), "10", "about 5 min"),
        (TaskProgress(TASK, 0, 0, 10, 2, 300.0), "10", "about 60 min"),
        (TaskProgress(TASK, 0, 0, 1, 0, 3.0), "1", "about 1 min"),
        (TaskProgress(TASK, 0, 0, 10), "10", "not known yet"),
        (TaskProgress(TASK, 5, 1, 0, 0, 30.0), "all done", ""),
        (TaskProgress(TASK, 0, 0, 0), "nothing now", ""),
        (TaskProgress(replace(TASK, state=StudyState.PAUSED), 1, 0, 3, 0, 9.0), "paused", ""),
        (TaskProgress(replace(TASK, state=StudyState.CLOSED), 1, 0, 0), "closed", ""),
    ],
)
def test_what_is_left_and_how_long_it_takes(progress: TaskProgress, left: str, time: str) -> None:
    assert desk.left_text(progress) == left
    assert desk.time_left(progress) == time


def test_the_first_study_with_something_left_is_pointed_at() -> None:
    done, waiting = TaskProgress(TASK, 5, 0, 0), TaskProgress(TASK, 0, 0, 4)
    paused = TaskProgress(replace(TASK, state=StudyState.PAUSED), 0, 0, 4)
    assert desk.first_task([done, paused, waiting]) == 2
    assert desk.first_task([done]) == 0
    assert desk.desk_title([done, paused, waiting]) == "4 to rate"


def test_the_last_verdict_of_each_item_newest_first() -> None:
    old, new, other = rated("i", 9), rated("i", 3), rated("j", 5)
    assert desk.newest_first([old, other, new]) == [new, other]


def test_a_verdict_in_short_and_in_full() -> None:
    assert desk.verdict_text(rated(), TASK) == "4 –"
    assert desk.verdict_text(rated(values={}, skipped="not my field"), TASK) == "skipped: not my field"
    assert desk.verdict_lines(rated(comment="ok", flagged=True), TASK) == [
        ("Accuracy", "4"),
        ("Brevity", "–"),
        ("Flagged", "worth a second look"),
        ("Took", "1 min 15 s"),
        ("Comment", "ok"),
    ]


def test_a_choice_is_told_by_the_letters_that_were_shown() -> None:
    choices = {OVERALL: Choice("a", Strength.CLEARLY), "accuracy": Choice("tie")}
    event = PreferenceEvent("e", "s", "i", "ann", "b", choices, None, "", False, 9.0, NOW)
    pairs = replace(TASK, mode=StudyMode.PAIRWISE)
    assert desk.verdict_text(event, pairs) == "B clearly better"
    assert desk.verdict_lines(event, pairs)[:2] == [("On the whole", "B clearly better"), ("Accuracy", "tie")]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_foreign_text_is_cleaned_everywhere(text: str) -> None:
    task = replace(TASK, name=text, options=StudyOptions(note=text))
    progress = TaskProgress(task, 1, 0, 2, 1, 9.0)
    event = rated(comment=text, flagged=True)
    lines = [
        *desk.task_cells(progress, 120), *desk.about_task(progress),
        *desk.verdict_cells(event, RatingItem("i", text, text, text), task, NOW),
        *(value for _, value in desk.verdict_lines(event, task)),
        desk.verdict_text(rated(values={}, skipped=text), task),
    ]  # fmt: skip
    assert not any(FORBIDDEN.search(line) or "\n" in line for line in lines)
