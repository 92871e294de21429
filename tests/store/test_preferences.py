"""Comparisons: a person's last word on a pair counts, as a whole and by criterion, and nothing else is lost."""

from dataclasses import replace

import pytest

from tests.store.hand_made import ask, comparison, fill_pairs, say, verdict
from viva.records.rating import OVERALL, Choice, PreferenceEvent, Strength
from viva.store import Store, preferences

SHOWN = "SELECT example, scorer, criterion, winner, strength, unscored FROM preferences ORDER BY ALL"


@pytest.fixture
def paired(small: Store) -> Store:
    """The small store with a study of pairs beside the first."""
    fill_pairs(small)
    return small


def latest(store: Store, rater: str = "ann") -> dict[str, PreferenceEvent]:
    with store.read() as connection:
        return preferences.latest(connection, "study-2", rater)


def test_a_comparison_is_read_back_as_it_was_made(paired: Store) -> None:
    event = replace(
        comparison("pair-1", "a", {"accuracy": "b", "clarity": "tie"}, strength=Strength.CLEARLY, shown_first="b"),
        flagged=True,
        comment="hm",
    )
    skipped = comparison("pair-2", skipped="not my field")
    assert say(paired, event, skipped) == []
    assert latest(paired) == {"pair-1": event, "pair-2": skipped}
    assert list(latest(paired)["pair-1"].choices) == [OVERALL, "accuracy", "clarity"]


def test_the_view_has_a_row_for_the_whole_and_one_for_each_criterion(paired: Store) -> None:
    say(paired, comparison("pair-1", "a", {"accuracy": "b"}, strength=Strength.SLIGHTLY))
    assert ask(paired, SHOWN) == [
        ("e1", "ann", "accuracy", "b", None, None), ("e1", "ann", None, "a", "slightly", None),
    ]  # fmt: skip
    assert ask(paired, "SELECT DISTINCT study, system_a, system_b, item, flagged, source FROM preferences") == [
        ("second", "base", "tuned", "pair-1", False, "human")
    ]
    assert ask(paired, "SELECT criterion, winner, flipped FROM pair_verdicts ORDER BY ALL") == [
        ("accuracy", "b", False), (None, "a", False),
    ]  # fmt: skip


def test_a_later_verdict_takes_the_place_of_all_of_an_earlier_one_whatever_side_was_first(paired: Store) -> None:
    first = comparison("pair-1", "a", {"accuracy": "a", "clarity": "b"})
    say(paired, first, comparison("pair-1", "b", {"accuracy": "b"}, shown_first="b", minute=1))
    assert ask(paired, SHOWN) == [
        ("e1", "ann", "accuracy", "b", None, None), ("e1", "ann", None, "b", None, None),
    ]  # fmt: skip
    assert ask(paired, "SELECT count(*) FROM preference") == [(5,)]
    assert latest(paired)["pair-1"].choices == {OVERALL: Choice("b"), "accuracy": Choice("b")}


def test_a_skip_takes_the_place_of_every_row_and_gives_way_to_the_next_verdict(paired: Store) -> None:
    say(paired, comparison("pair-1", "a", {"accuracy": "a"}), comparison("pair-1", skipped="unsure", minute=1))
    assert ask(paired, SHOWN) == [("e1", "ann", None, None, None, "skipped: unsure")]
    assert latest(paired)["pair-1"].skipped == "unsure"
    say(paired, comparison("pair-1", None, {"accuracy": "tie"}, minute=2))
    assert ask(paired, SHOWN) == [("e1", "ann", "accuracy", "tie", None, None)]


def test_a_pair_rated_in_two_studies_by_one_person_counts_in_each(paired: Store) -> None:
    with paired.write() as connection:
        connection.execute(
            "INSERT INTO study BY NAME SELECT * REPLACE ('study-3' AS study_id, 'third' AS name)"
            " FROM study WHERE name = 'second'"
        )
        connection.execute(
            "INSERT INTO study_item BY NAME SELECT * REPLACE ('study-3' AS study_id, 'third-1' AS item_id)"
            " FROM study_item WHERE item_id = 'pair-1'"
        )
    say(paired, comparison("pair-1", "a"), replace(comparison("third-1", "b", minute=5), study_id="study-3"))
    assert ask(paired, "SELECT study, winner FROM preferences ORDER BY ALL") == [("second", "a"), ("third", "b")]


def test_verdicts_of_two_people_do_not_meet(paired: Store) -> None:
    say(paired, comparison("pair-1", "a"), comparison("pair-1", "b", rater="bob"))
    assert ask(paired, "SELECT scorer, winner FROM preferences ORDER BY ALL") == [("ann", "a"), ("bob", "b")]
    assert latest(paired)["pair-1"].choices == {OVERALL: Choice("a")}


def test_adding_twice_changes_nothing(paired: Store) -> None:
    event = comparison("pair-1", "a", {"accuracy": "b"})
    say(paired, event, event)
    say(paired, event)
    assert ask(paired, "SELECT count(*) FROM preference") == [(2,)]


def test_a_comparison_of_a_single_text_and_a_value_for_a_pair_have_no_item(paired: Store) -> None:
    wrong = [
        replace(comparison("item-b1"), study_id="study-1"),
        replace(verdict("b1", {"accuracy": 1, "clarity": 1}), study_id="study-2", item_id="pair-1"),
        comparison("pair-9"),
    ]
    assert say(paired, *wrong) == wrong
    assert ask(paired, "FROM preference") == []
    assert ask(paired, "FROM rating") == []


def test_criteria_with_odd_names_are_kept_apart_from_the_whole(paired: Store) -> None:
    event = comparison("pair-1", "a", {"a/b": "b", "🙂": "tie", "é/": "a"}, event_id="one/two")
    say(paired, event)
    assert latest(paired) == {"pair-1": event}
    assert ask(paired, "SELECT item, verdicts FROM study_items WHERE verdicts > 0") == [("pair-1", 1)]
