"""The form that makes a study, in words."""

from dataclasses import replace
from datetime import datetime

import pytest

from viva.present import study_form as words
from viva.present.study_form import StudyForm
from viva.records.dataset import Dataset
from viva.records.study import Stratify, StudyMode, StudyPlan

TINY = Dataset("1", "tiny", 1, "tiny.csv", datetime(2026, 1, 1), {"test": 4}, 1)
FORM = StudyForm("study-1", "tiny", "test", ("a", "b"), ("a", "b"))
PLAN = StudyPlan(3, 4, 6, 4, 2, 1, 5, 12, 1, 1, {"energy": (1, 2), "": (2, 2)}, 30.0)


def test_a_form_left_alone_asks_for_all_at_random() -> None:
    request = FORM.request()
    assert FORM.problem([TINY]) is None
    assert (request.raters_per_item, request.questions, request.calibration) == (1, None, 1.0)
    assert (request.stratify, request.systems, request.practice) == (Stratify.FIELD, ("a", "b"), None)


def test_what_is_typed_is_asked_for() -> None:
    values = {"raters": "3", "questions": "2", "calibration": "40 %", "seed": "7", "gold": "g.csv", "told": "Hello"}
    request = replace(FORM, values=values, guess=True).request()
    assert (request.raters_per_item, request.questions, request.calibration, request.seed) == (3, 2, 0.4, 7)
    assert (request.gold, request.note, request.guess) == ("g.csv", "Hello", True)


def test_raters_labels_and_gold_are_asked_for_as_typed() -> None:
    values = {"who": "ann, Dr. Bob,, ann", "labels": "a = one, b=x=y", "gold_every": "4"}
    request = replace(FORM, values=values, guess=True).request()
    assert (request.raters, request.gold_every) == (("ann", "Dr. Bob", "ann"), 4)
    assert request.labels == {"a": "one", "b": "x=y"}
    assert (FORM.request().raters, FORM.request().labels, FORM.request().gold_every) == (None, {}, 10)


def test_a_system_may_have_an_equals_sign_in_its_name() -> None:
    systems = ["m t=0", "m t=0.7"]
    assert words.read_labels(["m t=0.7=warm", "m t=0=cold"], systems) == {"m t=0.7": "warm", "m t=0": "cold"}
    assert words.read_labels(["m"], ["m"]) is None
    assert words.read_labels(["m= "], ["m"]) is None


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (replace(FORM, dataset="other"), "dataset"),
        (replace(FORM, split="train"), "split"),
        (replace(FORM, written=()), "dataset"),
        (replace(FORM, systems=()), "systems"),
        (replace(FORM, mode=StudyMode.PAIRWISE, systems=("a",)), "systems"),
        (replace(FORM, name="a b"), "name"),
        (replace(FORM, values={"calibration": "200"}), "calibration"),
        (replace(FORM, strength=True), "strength"),
        (replace(FORM, values={"who": " , "}), "who"),
        (replace(FORM, values={"gold_every": "0"}), "gold_every"),
        (replace(FORM, values={"labels": "a=x, b=y"}), "labels"),
        (replace(FORM, values={"labels": "a=x, b"}, guess=True), "labels"),
        (replace(FORM, per_criterion=True), "per_criterion"),
    ],
)
def test_the_first_field_that_cannot_be_right_is_named(form: StudyForm, field: str) -> None:
    found = form.problem([TINY])
    assert found is not None
    assert found[0] == field


def test_a_plan_in_words() -> None:
    rows = words.plan_rows(PLAN, 2, StudyMode.PAIRWISE)
    assert rows == [
        ("To rate", "6 pairs on 3 questions", "of 4"),
        ("Needs", "12 verdicts", "2 raters each"),
        ("Time", "about 6 min at 30 s each", "all raters together"),
        ("Drawn", "4 items at random, 2 that tell systems apart", "energy 1/2, none 2/2"),
        ("Known", "1 training text, 5 gold", ""),
    ]
    assert words.plan_warnings(PLAN) == [
        "1 question has no text of some ticked system; only what is there counts",
        "1 pair left out: both texts are the same",
    ]


def test_a_plan_without_chance_or_items_is_warned_about() -> None:
    assert words.plan_warnings(replace(PLAN, calibration=0, missing=0, identical=0)) == [
        "No question is drawn at random: means and intervals would not stand for the split"
    ]
    assert words.plan_warnings(replace(PLAN, items=0, missing=0, identical=0)) == ["Nothing would be left to rate"]


def test_every_field_has_a_note() -> None:
    assert {field.key for field in words.FIELDS} <= set(words.NOTES)


def test_every_note_fits_the_narrowest_terminal() -> None:
    assert [note for note in words.NOTES.values() if len(note) > 76] == []
