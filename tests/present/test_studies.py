"""Studies and raters as tables for the command line."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import studies as words
from viva.present.tables import Format, Table, write
from viva.records.person import Rater, Role
from viva.records.rating import RatingTask, TaskProgress
from viva.records.rubric import Criterion, Rubric
from viva.records.study import (
    RaterProgress,
    Study,
    StudyChange,
    StudyMode,
    StudyOptions,
    StudyPlan,
    StudyProgress,
    StudyState,
)

NOW = datetime(2026, 11, 21, 12, 0, 0)
RUBRIC = Rubric("default", "Default", (Criterion("accuracy", 40, "Is it right?", 0, 5, {}),))
STUDY = Study("s", "vad-test", "vad", 1, "test", StudyMode.RUBRIC, RUBRIC, 2, 38, NOW, systems=("base", "tuned"))
PLAN = StudyPlan(30, 128, 60, 40, 20, 2, 3, 120, 0, 0, {"energy": (5, 20)}, None)
PROGRESS = StudyProgress(STUDY, 10, 25, 76, 2, 1, 0, (RaterProgress("ann", 25, 1, 0, 64.0, NOW, 4, 0.5),), 3264.0)


def text(table: Table, form: Format = Format.TABLE) -> str:
    return "".join(write(table, form, width=120))


def test_a_study_says_what_was_made() -> None:
    assert words.made_text(STUDY) == "vad-test: 38 texts to rate, 2 raters each"
    one = replace(STUDY, mode=StudyMode.PAIRWISE, items=1, raters_per_item=1)
    assert words.made_text(one) == "vad-test: 1 pair to rate"


def test_a_list_for_eyes_fits_into_80_columns() -> None:
    shown = "".join(write(words.list_table([PROGRESS], eyes=True), Format.TABLE, width=80))
    assert shown.splitlines()[2].split() == ["vad-test", "vad/test", "rubric", "open", "38", "2", "25", "of", "76"]


def test_everything_of_a_study_is_shown_and_how_it_was_drawn_is_not() -> None:
    changes = [
        StudyChange("state", {"state": "paused"}, "ann", NOW),
        StudyChange("raters", {"raters": None}, "ann", NOW),
        StudyChange("items", {"questions": 3, "items": 6, "design": {"strata": {}}}, "bob", NOW),
    ]
    shown = text(words.study_table(STUDY, changes))
    for line in (
        "accuracy 40 (0–5): Is it right?",
        "base, tuned",
        "2026-11-21 12:00 UTC ann: state paused",
        "2026-11-21 12:00 UTC ann: raters everybody",
        "2026-11-21 12:00 UTC bob: questions 3, items 6\n",
    ):
        assert line in shown
    assert "everybody" in text(words.study_table(STUDY, []))


def test_a_plan_tells_what_is_left_out_and_on_what_statistics_rest() -> None:
    assert "energy: 5 of 20" in text(words.plan_table(PLAN))
    assert "not known" in text(words.plan_table(PLAN))
    assert "2 h" in text(words.plan_table(replace(PLAN, seconds_each=60.0)))
    assert words.plan_lines(PLAN, StudyMode.PAIRWISE) == [
        "statistics rest on the 40 drawn at random, not on the 20 pairs chosen as useful"
    ]
    assert words.plan_lines(replace(PLAN, useful=0, identical=1, missing=2), StudyMode.RUBRIC) == [
        "1 pair left out: both texts are the same",
        "2 questions without a text of every system",
    ]


def test_many_layers_are_counted() -> None:
    many = replace(PLAN, strata={f"field {number}": (1, 2) for number in range(20)})
    assert "and 8 more" in text(words.plan_table(many))


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (
            PROGRESS,
            "vad-test (open): 10 of 38 texts complete · 25 of 76 verdicts given · 2 out with raters · 1 skipped · "
            "about 54 min of rating left",
        ),
        (
            replace(PROGRESS, held=0, skipped=0, flagged=3, seconds_left=None),
            "vad-test (open): 10 of 38 texts complete · 25 of 76 verdicts given · 3 flagged · time left not known yet",
        ),
        (
            replace(PROGRESS, study=replace(STUDY, state=StudyState.CLOSED), complete=38, given=76, held=0, skipped=0),
            "vad-test (closed): 38 of 38 texts complete · 76 of 76 verdicts given",
        ),
    ],
)
def test_progress_in_one_line(progress: StudyProgress, line: str) -> None:
    assert words.progress_line(progress) == line


def test_progress_of_each_rater() -> None:
    row = text(words.progress_table(PROGRESS)).splitlines()[2]
    assert row.split("   ")[0] == "ann"
    assert "1 min 4 s" in row
    assert row.endswith("0.50")


def test_raters_see_how_long_their_rest_takes() -> None:
    task = RatingTask("s", "vad-test", StudyMode.RUBRIC, RUBRIC, StudyOptions(), StudyState.OPEN)
    tasks = [TaskProgress(task, 10, 1, 27, 3, 60.0), TaskProgress(task, 0, 0, 38)]
    shown = text(words.task_table(tasks, eyes=True))
    assert "30 min" in shown
    assert '"seconds_left": 1800.0, "practice_left": 3' in text(words.task_table(tasks), Format.JSON)
    assert "base" not in shown


def test_a_key_is_shown_by_its_kind_its_end_and_whose_it_is() -> None:
    rater = Rater("ann", Role.LEAD, ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabcdefghijkl ann@home",), True)
    assert "ssh-ed25519 …abcdefghijkl ann@home" in text(words.rater_table([rater]))
    assert "AAAAC3NzaC1lZDI1NTE5AAAAIabcdefghijkl" in text(words.rater_table([rater]), Format.JSON)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_is_cleaned_everywhere(number: int) -> None:
    bad = HOSTILE[number]
    options = StudyOptions(guess=(bad,), note=bad)
    study = replace(STUDY, name=bad, dataset=bad, split=bad, systems=(bad,), raters=(bad,), options=options)
    progress = replace(PROGRESS, study=study, raters=(replace(PROGRESS.raters[0], rater=bad),))
    task = RatingTask("s", bad, StudyMode.RUBRIC, RUBRIC, options, StudyState.OPEN)
    change = StudyChange("raters", {"raters": [bad]}, bad, NOW)
    tables = [
        words.study_table(study, [change]), words.list_table([progress]), words.progress_table(progress),
        words.plan_table(replace(PLAN, strata={bad: (1, 2)})), words.rater_table([Rater(bad, keys=(f"a b {bad}",))]),
        words.task_table([TaskProgress(task, 1, 0, 2)]),
        words.list_table([progress], eyes=True), words.task_table([TaskProgress(task, 1, 0, 2)], eyes=True),
    ]  # fmt: skip
    lines = [words.made_text(study), words.progress_line(progress), words.raters_text(study)]
    assert not any(FORBIDDEN.search(line) or "\n" in line for line in lines)
    assert not any(FORBIDDEN.search(text(table)) for table in tables)
