"""Verdicts on items with known answers: a rater's own history holds them, and no mean ever does."""

from dataclasses import replace

import pytest

from tests.store.hand_made import KNOWN, NOON, add_known, ask, comparison, fill_pairs, guess, say, verdict
from viva.records.rating import OVERALL, Choice, Strength
from viva.store import Store, preferences, ratings, studies, study_items, study_progress

GIVEN = {"accuracy": 4, "clarity": 3}


@pytest.fixture
def known(small: Store) -> Store:
    """The small store with practice and gold items in both of its studies."""
    add_known(small)
    fill_pairs(small)
    return small


def test_they_reach_no_view_of_what_was_said_about_texts(known: Store) -> None:
    events = [
        verdict("practice", GIVEN), verdict("gold", GIVEN), comparison("pair-gold", "a"),
        comparison("pair-practice", "b", rater="bob"),
    ]  # fmt: skip
    assert say(known, *events) == []
    for table in (
        "rating",
        "preference",
        "ratings",
        "preferences",
        "pair_verdicts",
        "totals",
        "verdicts",
        "leaderboard",
    ):
        assert ask(known, f"FROM {table}") == []
    assert ask(known, "SELECT count(*) FROM known_verdict") == [(4,)]


def test_they_stand_beside_what_was_known(known: Store) -> None:
    say(known, verdict("gold", GIVEN), comparison("pair-gold", "a"), verdict("practice", skipped="unsure", rater="bob"))
    rows = "SELECT study, item, stream, rater, criterion, value, known, unscored FROM known_verdicts ORDER BY ALL"
    assert ask(known, rows) == [
        ("first", "item-gold", "gold", "ann", "accuracy", "4", "1", None),
        ("first", "item-gold", "gold", "ann", "clarity", "3", "3", None),
        ("first", "item-practice", "practice", "bob", "accuracy", None, "1", "skipped: unsure"),
        ("first", "item-practice", "practice", "bob", "clarity", None, "3", "skipped: unsure"),
        ("second", "pair-gold", "gold", "ann", "clarity", None, "tie", "not given"),
        ("second", "pair-gold", "gold", "ann", None, "a", "b", None),
    ]


def test_a_later_one_takes_the_place_of_an_earlier_one(known: Store) -> None:
    say(known, verdict("gold", GIVEN), verdict("gold", {"accuracy": 1, "clarity": 3}, minute=1))
    assert ask(known, "SELECT value FROM known_verdicts ORDER BY criterion") == [("1",), ("3",)]
    assert ask(known, "SELECT count(*) FROM known_verdict") == [(2,)]


def test_a_raters_history_holds_them_among_the_others(known: Store) -> None:
    rated = [verdict("b1", GIVEN), verdict("practice", GIVEN, minute=1), verdict("gold", skipped="so", minute=2)]
    compared = [
        comparison("pair-1", "a", minute=3),
        comparison("pair-gold", "b", {"clarity": "tie"}, strength=Strength.CLEARLY, shown_first="b", minute=4),
    ]
    assert say(known, *rated, *compared) == []
    with known.read() as connection:
        assert ratings.latest(connection, "study-1", "ann") == {event.item_id: event for event in rated}
        assert preferences.latest(connection, "study-2", "ann") == {event.item_id: event for event in compared}
        assert ratings.latest(connection, "study-1", "bob") == {}
    assert compared[1].choices[OVERALL] == Choice("b", Strength.CLEARLY)


def test_only_practice_items_give_away_their_answers_and_their_place(known: Store) -> None:
    ids = ["item-practice", "item-gold", "item-b1"]
    with known.read() as connection:
        assert study_items.practice(connection, "study-1", ids) == {"item-practice": KNOWN}
        items = study_items.rating_items(connection, "study-1", "ann", ids)
        assert [task.practice for task in studies.tasks(connection, "ann")] == [1, 1]
    assert {item_id: item.practice for item_id, item in items.items()} == {
        "item-practice": True, "item-gold": False, "item-b1": False,
    }  # fmt: skip
    assert (items["item-gold"].question, items["item-gold"].reference, items["item-gold"].text) == (
        "Known?", "Yes.", "no",
    )  # fmt: skip


def test_they_are_no_part_of_how_far_a_study_is_but_tell_how_raters_do(known: Store) -> None:
    say(known, verdict("gold", GIVEN), verdict("b1", GIVEN), verdict("practice", {"accuracy": 1, "clarity": 2}))
    say(known, comparison("pair-gold", "a", {"clarity": "tie"}), comparison("pair-1", "a"))
    with known.read() as connection:
        first, second = (study_progress.of(connection, study, NOON) for study in studies.every(connection))
    assert (first.given, first.wanted, first.study.items) == (1, 12, 6)
    assert [(rater.rated, rater.known, rater.off) for rater in first.raters] == [(1, 2, 1.0)]
    assert (second.given, second.wanted, second.study.items) == (1, 6, 3)
    assert [(rater.rated, rater.known, rater.off) for rater in second.raters] == [(1, 1, 0.5)]


def test_a_guess_about_one_is_kept_and_counts_for_nothing(known: Store) -> None:
    assert say(known, guess("item-gold", "left")) == []
    assert ask(known, "SELECT generation_id FROM guess") == [(None,)]
    assert ask(known, "FROM guesses") == []


def test_a_comparison_of_a_single_known_text_has_no_item(known: Store) -> None:
    wrong = replace(comparison("item-gold"), study_id="study-1")
    assert say(known, wrong) == [wrong]
