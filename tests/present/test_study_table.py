"""Studies as a table, in words."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import study_table as words
from viva.records.rubric import Rubric
from viva.records.study import RaterProgress, Study, StudyMode, StudyProgress

NOW = datetime(2026, 1, 1, 12)
STUDY = Study("s", "falls", "tiny", 1, "test", StudyMode.RUBRIC, Rubric("default", "Default", ()), 2, 8, NOW)
ANN = RaterProgress("ann", 6, 1, 2, 42.0, NOW - timedelta(minutes=5), 3, 0.5)
BOB = RaterProgress("bob", 9, 0, 0, None, None)
PROGRESS = StudyProgress(STUDY, 3, 15, 16, 2, 1, 2, (ANN, BOB), 42.0)


def test_a_study_in_cells() -> None:
    assert words.cells(STUDY, PROGRESS, 80) == ["falls", "texts", "open", "█████████░ 15 of 16"]
    assert words.cells(STUDY, PROGRESS, 120)[4:] == ["2", "2", "2"]
    assert words.cells(STUDY, None, 80)[3] == "… of 16"
    assert len(words.headings(80)) == 4


def test_what_else_is_to_be_known() -> None:
    assert words.about_study(STUDY, PROGRESS) == [
        "8 texts of tiny/test · 2 raters each · rubric default",
        "Open to: everybody",
        "3 of 8 complete · 2 out with raters now · 1 skipped · 2 flagged · "
        "about 1 min of rating left, all raters together",
    ]
    assert "Open to: ann, bob" in words.about_study(replace(STUDY, raters=("ann", "bob")), None)


def test_raters_who_gave_most_come_first() -> None:
    bob, ann = words.rater_lines(PROGRESS, NOW)
    assert (bob.name, bob.rated, bob.rest) == ("bob", "9 verdicts", "")
    assert ann.rest == "1 skipped · 2 flagged · 42 s each · last 5 min ago · off by 0.50 steps on 3 known texts"
    pairs = replace(PROGRESS, study=replace(PROGRESS.study, mode=StudyMode.PAIRWISE))
    assert words.rater_lines(pairs, NOW)[1].rest.endswith("missed 50% of 3 known pairs")


def test_closing_says_what_is_missing() -> None:
    assert words.closing_question(STUDY, PROGRESS)[1].startswith("1 verdict of 16 is still missing.")


def test_known_and_earlier_raters_can_be_chosen() -> None:
    choices = words.rater_choices(replace(STUDY, raters=("eve",)), ["ann", "dan"], PROGRESS)
    assert [name for name, _, _ in choices] == ["ann", "dan", "eve", "bob"]
    assert choices[0][2] == "6 verdicts"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_foreign_text_is_cleaned_everywhere(text: str) -> None:
    study = replace(STUDY, name=text, dataset=text, split=text, raters=(text,), systems=(text,))
    progress = replace(PROGRESS, study=study, raters=(replace(ANN, rater=text),))
    lines = [
        *words.cells(study, progress, 120), *words.about_study(study, progress), words.assigned_text(study),
        *words.closing_question(study, progress), words.rater_lines(progress, NOW)[0].name,
        *(name for _, name, _ in words.rater_choices(study, [text], progress)),
    ]  # fmt: skip
    assert not any(FORBIDDEN.search(line) or "\n" in line for line in lines)
