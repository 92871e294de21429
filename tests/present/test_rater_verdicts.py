"""What raters said, in lines and in full."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import rater_verdicts as words
from viva.records.rater_verdict import RaterVerdict

GIVEN = RaterVerdict(
    "clinic", "ann", "tuned", "g", 0, (("accuracy", 4.0), ("clarity", 2.0)), 64.0, None, "Too\nvague", True, 41.2,
    datetime(2026, 3, 4, 9, 30),
)  # fmt: skip


def test_a_line_has_the_total_the_values_and_what_else_there_is() -> None:
    assert words.lines([GIVEN]) == [("tuned", "ann", "64.0", "accuracy 4, clarity 2", "comment flagged")]
    assert words.title(GIVEN) == "ann on tuned · study clinic"


def test_in_full_it_has_the_comment_as_it_was_written() -> None:
    said = words.said(GIVEN)
    assert said.startswith("accuracy 4, clarity 2 – given 2026-03-04 09:30 UTC, after 41 s")
    assert "after" not in words.said(replace(GIVEN, seconds=0.0)).splitlines()[0]
    assert said.endswith("Flagged\n\nToo\nvague")


def test_what_was_skipped_says_why_and_has_no_total() -> None:
    skipped = replace(
        GIVEN, values=(("accuracy", None),), total=None, unscored="skipped: empty", comment="", flagged=False
    )
    assert words.lines([skipped]) == [("tuned", "ann", "–", "skipped: empty", "")]
    assert "(no comment)" in words.said(skipped)


def test_samples_are_told_apart() -> None:
    assert [line[0] for line in words.lines([GIVEN, replace(GIVEN, sample=1)])] == ["tuned", "tuned #2"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_comments_are_shown_harmlessly(text: str) -> None:
    one = replace(GIVEN, study=text, rater=text, system=text, values=((text, 1.0),), unscored=text, comment=text)
    said = [*words.lines([one])[0], words.title(one), *words.lines([replace(one, total=None)])[0], words.said(one)]
    assert not FORBIDDEN.search("".join(said))
