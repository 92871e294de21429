"""Entering a decision without any UI: digits, sides, what the raters said beside each line."""

from datetime import datetime

import pytest

from viva.present.adjudication import Deciding, caption, nothing_text
from viva.present.closing import Tone
from viva.records.adjudication import Decision, Dispute, Disputes, Voice
from viva.records.rating import OVERALL
from viva.records.rubric import Criterion, Rubric
from viva.records.study import Study, StudyMode

NOON = datetime(2026, 1, 1, 12)
RUBRIC = Rubric(
    "r", "R", (Criterion("accuracy", 60, "?", 0, 10, {}), Criterion("tone", 40, "?", -1, 3, {1: "dull"})),
)  # fmt: skip


def dispute(mode: StudyMode = StudyMode.RUBRIC, decision: Decision | None = None) -> Dispute:
    study = Study("id", "s", "d", 1, "test", mode, RUBRIC, 2, 4, NOON)
    voices = (
        (Voice("ann", {"accuracy": 3.0, "tone": 1.0}), Voice("bob", {"accuracy": 10.0, "tone": 1.0}, "no [/b]", True),
         Voice("cyd", {}, skipped="not my field"))
        if mode is StudyMode.RUBRIC
        else (Voice("ann", {OVERALL: "tie"}), Voice("bob", {OVERALL: "b"}), Voice("cyd", {OVERALL: "b"}))
    )  # fmt: skip
    other = None if mode is StudyMode.RUBRIC else "B"
    return Dispute(study, "item", 1, "Q?", "R.", "A", other, voices, decision)


def test_each_line_says_who_gave_what() -> None:
    state = Deciding(dispute())
    assert [row.note for row in state.rows()] == ["3 ann · 10 bob", "1 ann, bob"]
    assert state.comments() == [("bob", "no [/b] · flagged"), ("cyd", "skipped: not my field")]
    pair = Deciding(dispute(StudyMode.PAIRWISE))
    assert [row.note for row in pair.choices()] == ["B bob, cyd · tie ann"]
    assert [row.name for row in pair.choices()] == ["On the whole"]


@pytest.mark.parametrize(
    ("digits", "value", "cursor"),
    [((3,), 3, 1), ((1, 0), 10, 1), ((1, 2), 1, 1), ((1,), 1, 0), ((0,), 0, 1)],
)
def test_digits_make_a_value_and_go_on(digits: tuple[int, ...], value: int, cursor: int) -> None:
    state = Deciding(dispute())
    for digit in digits:
        state.type_digit(digit)
    if digits == (1, 2):
        # 12 is no value: the 2 begins anew where the cursor is.
        assert state.values["accuracy"] == 2
    else:
        assert (state.values["accuracy"], state.cursor) == (value, cursor)


def test_values_can_be_raised_taken_back_and_refused() -> None:
    state = Deciding(dispute())
    state.move(1)
    state.nudge(1)
    assert state.values == {"tone": -1}
    state.nudge(-1)
    assert state.values == {"tone": -1}
    state.type_digit(9)
    assert state.prompt().tone is Tone.ALERT
    state.clear()
    assert state.values == {}
    assert not state.changed
    state.choose("A")
    assert state.values == {}


def test_what_was_decided_before_stands_there() -> None:
    state = Deciding(dispute(decision=Decision({"accuracy": 4.0}, "why not", "eve", NOON)))
    assert [row.chosen for row in state.rows()] == [4, None]
    assert state.prompt().text == "Settled by eve on 2026-01-01: why not"
    state.set_note("another reason")
    assert state.prompt().tone is Tone.READY


def test_words_for_what_there_is_to_settle() -> None:
    study = dispute().study
    assert caption(Disputes(study, (), 2)) == (
        "s: 0 texts by two raters or more, 0 settled; 2 still want raters and are left out"
    )
    assert "wait for them" in nothing_text(Disputes(study, (), 2))
    assert nothing_text(Disputes(study, ())).endswith("viva study extend s --raters-per-item 2")
