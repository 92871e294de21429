"""Studies and their items: what those who run one see, what raters see, and what became of it."""

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.store.hand_made import KNOWN_PAIR, NOON, RUBRIC, add_known, ask, fill_pairs
from viva.records.rating import RatingItem, RatingTask
from viva.records.study import Stream, Study, StudyChange, StudyItem, StudyMode, StudyOptions, StudyState
from viva.store import Store, studies, study_changes, study_items

ITEMS = ["pair-1", "pair-2", "pair-3", "pair-practice", "pair-gold"]


def change(store: Store, kind: str, content: dict[str, object], study: str = "study-2", minute: int = 0) -> StudyChange:
    made = StudyChange(kind, content, "lea", NOON + timedelta(minutes=minute))
    with store.write() as connection:
        study_changes.add(connection, study, made)
    return made


def found(store: Store, name: str = "second") -> Study:
    with store.read() as connection:
        study = studies.get(connection, name)
    assert study is not None
    return study


def tasks(store: Store, rater: str = "ann") -> list[RatingTask]:
    with store.read() as connection:
        return studies.tasks(connection, rater)


def shown(store: Store, rater: str, study: str = "study-2") -> dict[str, RatingItem]:
    with store.read() as connection:
        return study_items.rating_items(connection, study, rater, ITEMS)


def strings(value: Any) -> list[str]:
    """Return every text in a record, however deep."""
    if isinstance(value, str):
        return [value]
    if is_dataclass(value):
        return [text for field in fields(value) for text in strings(getattr(value, field.name))]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in strings(part)]
    return [text for part in value for text in strings(part)] if isinstance(value, list | tuple) else []


def test_a_study_is_read_back_as_it_was_made(small: Store) -> None:
    fill_pairs(small, ("ann", "bob"))
    assert found(small) == Study(
        "study-2", "second", "small", 1, "test", StudyMode.PAIRWISE, RUBRIC, 2, 3, NOON + timedelta(minutes=1),
        StudyState.OPEN, StudyOptions(strength=True, per_criterion=True, guess=("left", "right")), ("ann", "bob"),
        ("base", "tuned"),
    )  # fmt: skip
    with small.read() as connection:
        assert [study.name for study in studies.every(connection)] == ["first", "second"]
        assert studies.get(connection, "third") is None
        assert studies.get(connection, "\ud800") is None
        items = study_items.every(connection, "study-2")
    assert items[0] == StudyItem("pair-practice", 0, Stream.PRACTICE, known_id=KNOWN_PAIR.known_id)
    assert items[1] == StudyItem(
        "pair-1", 1, Stream.CALIBRATION, "b1", "t1", stratum="energy", probability=0.5, usefulness=None
    )


def test_the_last_change_of_each_kind_says_how_it_stands(small: Store) -> None:
    fill_pairs(small)
    made = [
        change(small, "state", {"state": "paused"}),
        change(small, "raters", {"raters": ["ann"]}),
        change(small, "raters_per_item", {"raters_per_item": 5}),
        change(small, "state", {"state": "closed"}, minute=-5),
        change(small, "state", {"state": "open"}, study="study-1"),
    ]
    study = found(small)
    assert (study.state, study.raters, study.raters_per_item) == (StudyState.CLOSED, ("ann",), 5)
    with small.read() as connection:
        assert study_changes.every(connection, "study-2") == made[:4]
    change(small, "raters", {"raters": None})
    assert found(small).raters is None
    change(small, "raters", {"raters": []})
    assert found(small).raters == ()
    assert ask(small, "SELECT study, state, raters_per_item, mode, items, rubric FROM studies ORDER BY 1") == [
        ("first", "open", 2, "rubric", 6, "quality"), ("second", "closed", 5, "pairwise", 3, "quality"),
    ]  # fmt: skip


def test_what_was_drawn_can_be_drawn_on(small: Store) -> None:
    fill_pairs(small)
    labels = {"base": "left", "tuned": "right"}
    with small.read() as connection:
        drawing = studies.drawing(connection, "study-2")
    assert (drawing.dataset_id, drawing.seed, drawing.design["labels"]) == ("dataset-1", 11, labels)
    change(small, "items", {"items": 4, "design": {"strata": {"energy": [2, 3]}}})
    with small.read() as connection:
        design = studies.drawing(connection, "study-2").design
    assert (design["strata"], design["labels"]) == ({"energy": [2, 3]}, labels)


@pytest.mark.parametrize("raters", [None, ("ann", "名前 \ud800", 'a"b')])
def test_a_study_is_there_for_those_who_may_rate_it(small: Store, raters: tuple[str, ...] | None) -> None:
    fill_pairs(small, raters)
    for rater in raters or ("anybody", "\ud800"):
        assert [task.name for task in tasks(small, rater)] == ["first", "second"]
    assert [task.name for task in tasks(small, "eve")] == (["first"] if raters else ["first", "second"])
    change(small, "raters", {"raters": ["eve"]})
    assert [task.name for task in tasks(small, "ann")] == ["first"]
    change(small, "state", {"state": "closed"})
    assert tasks(small, "eve")[1].state == StudyState.CLOSED


def test_raters_are_told_of_no_system_dataset_or_model(small: Store) -> None:
    fill_pairs(small)
    add_known(small)
    with small.read() as connection:
        single = study_items.rating_items(connection, "study-1", "ann", ["item-b1", "item-gold", "item-practice"])
    given = strings([tasks(small), shown(small, "ann"), single])
    assert "base 1" in given
    # The texts of the small store are made of their system's name; nothing else may hold it.
    texts = {text for (text,) in ask(small, "SELECT text FROM generation")}
    assert not [text for text in given if text not in texts and any(w in text for w in ("base", "tuned", "small"))]
    assert not {"b1", "t1", "known-1", "known-pair", "dataset-1"} & set(given)


def test_each_rater_sees_a_pair_in_an_order_drawn_once(small: Store) -> None:
    fill_pairs(small)
    raters = [f"rater {number}" for number in range(60)]
    with small.read() as connection:
        seen = [study_items.rating_items(connection, "study-2", rater, ITEMS) for rater in raters]
    orders = [[found[item].shown_first for item in ITEMS] for found in seen]
    assert orders[0] == [shown(small, raters[0])[item].shown_first for item in ITEMS]
    assert len({tuple(order) for order in orders}) > 20
    for place in range(len(ITEMS)):
        assert 15 <= sum(order[place] == "a" for order in orders) <= 45
    items = shown(small, "ann")
    assert all(item.other is not None for item in items.values())
    for number in (1, 2, 3):
        item = items[f"pair-{number}"]
        texts = [f"base {number}", f"tuned {number}"]
        assert [item.text, item.other] == (texts if item.shown_first == "a" else texts[::-1])
    assert items["pair-gold"].practice is False
    assert items["pair-practice"].practice is True


def test_items_of_another_study_are_not_shown(small: Store) -> None:
    fill_pairs(small)
    assert shown(small, "ann", "study-1") == {}


def test_items_with_known_answers_may_be_used_by_several_studies(small: Store) -> None:
    fill_pairs(small)
    again = [replace(StudyItem("again", 9, Stream.GOLD), known_id=KNOWN_PAIR.known_id)]
    with small.write() as connection:
        study_items.add(connection, "study-2", again, [KNOWN_PAIR])
    assert ask(small, "SELECT count(*) FROM known_item") == [(1,)]
    added = "SELECT item, stream, system FROM study_items WHERE study = 'second' AND position > 3 ORDER BY 1"
    assert ask(small, added) == [
        ("again", "gold", None), ("pair-gold", "gold", None),
    ]  # fmt: skip
