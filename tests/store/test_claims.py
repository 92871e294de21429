"""Who holds what until when, as the store has it, and what a rater learns from it about others: numbers only."""

from datetime import timedelta

import pytest

from tests.store.hand_made import NOON, ask, verdict
from viva.records.claim import Mark
from viva.records.study import StudyChange, StudyState
from viva.store import Store, claims, ratings, study_changes

STUDY, BEST = "study-1", {"accuracy": 5, "clarity": 3}
GRACE, LEASE = timedelta(seconds=30), timedelta(minutes=10)
SINCE = NOON - timedelta(minutes=1)


def claim(store: Store, rater: str, *items: str) -> None:
    with store.write() as connection:
        claims.add(connection, STUDY, rater, [(f"item-{item}", SINCE) for item in items], NOON + LEASE)


def say(store: Store, *events: object) -> None:
    with store.write() as connection:
        assert ratings.add(connection, events) == []  # type: ignore[arg-type]


def marks(store: Store, rater: str, *, later: timedelta = timedelta()) -> dict[str, Mark]:
    with store.read() as connection:
        return claims.marks(connection, STUDY, rater, now=NOON + later, grace=GRACE)


def test_an_untouched_study_has_no_marks(small: Store) -> None:
    assert marks(small, "ann") == {}


def test_ones_own_claim_and_that_of_another(small: Store) -> None:
    claim(small, "ann", "b1", "b2")
    assert marks(small, "ann")["item-b1"] == Mark(claimed_at=SINCE, until=NOON + LEASE)
    assert marks(small, "bob") == {"item-b1": Mark(held=1), "item-b2": Mark(held=1)}


def test_a_claim_lives_until_the_grace_is_over(small: Store) -> None:
    claim(small, "ann", "b1")
    assert marks(small, "bob", later=LEASE + GRACE - timedelta(seconds=1)) == {"item-b1": Mark(held=1)}
    assert marks(small, "bob", later=LEASE + GRACE) == {}
    with small.write() as connection:
        claims.clear(connection, STUDY, now=NOON + LEASE + GRACE, grace=GRACE)
        assert connection.execute("SELECT count(*) FROM claim").fetchall() == [(0,)]


def test_a_rater_takes_one_slot_whatever_they_have_done(small: Store) -> None:
    claim(small, "ann", "b1")
    say(small, verdict("b1", BEST), verdict("b1", BEST, minute=1), verdict("b1", BEST, rater="eve"))
    assert marks(small, "bob") == {"item-b1": Mark(verdicts=2)}
    own = marks(small, "ann")["item-b1"]
    assert (own.verdicts, own.held, own.skipped, own.answered_at) == (1, 0, False, NOON + timedelta(minutes=1))


def test_an_item_just_passed_over_is_held_for_the_grace(small: Store) -> None:
    say(small, verdict("b1", BEST), verdict("b1", skipped="tired", minute=1))
    a_minute = timedelta(minutes=1)
    assert marks(small, "bob", later=a_minute) == {"item-b1": Mark(held=1)}
    assert marks(small, "bob", later=a_minute + GRACE) == {"item-b1": Mark()}
    assert marks(small, "ann", later=a_minute)["item-b1"].skipped is True


def test_putting_off_and_giving_back_leave_others_alone(small: Store) -> None:
    claim(small, "ann", "b1", "b2")
    claim(small, "bob", "b1")
    with small.write() as connection:
        claims.put_off(connection, STUDY, "ann", ["item-b1"], NOON + 2 * LEASE)
        claims.give_back(connection, STUDY, "ann", ["item-b2"])
    assert marks(small, "ann", later=LEASE + GRACE) == {
        "item-b1": Mark(claimed_at=SINCE, until=NOON + 2 * LEASE)
    }  # fmt: skip
    with small.write() as connection:
        claims.give_back(connection, STUDY, "ann")
    assert marks(small, "ann") == {"item-b1": Mark(held=1)}


def test_places_tell_questions_and_systems_apart_without_naming_them(small: Store) -> None:
    with small.read() as connection:
        places = {place.item_id.removeprefix("item-"): place for place in claims.places(connection, STUDY)}
    assert list(places) == ["b1", "b2", "b3", "t1", "t2", "t3"]
    assert len({places[name].system for name in ("b1", "b2", "b3")}) == 1
    assert places["b1"].system != places["t1"].system
    assert places["b1"].question == places["t1"].question != places["b2"].question
    assert "base" not in repr(places)
    assert "tuned" not in repr(places)


def test_terms_are_those_of_the_last_change(small: Store) -> None:
    def terms(rater: str) -> claims.Terms | None:
        with small.read() as connection:
            return claims.terms(connection, STUDY, rater)

    assert terms("ann") == claims.Terms(StudyState.OPEN, 2, 0, 6)
    changes = {"state": "paused", "raters_per_item": 3, "raters": ["bob", "o'neil \ud800"]}
    with small.write() as connection:
        for kind, value in changes.items():
            study_changes.add(connection, STUDY, StudyChange(kind, {kind: value}, "lead", NOON))
    assert terms("bob") == claims.Terms(StudyState.PAUSED, 3, 0, 6)
    assert terms("o'neil \ud800") is not None
    assert terms("ann") is None
    with small.read() as connection:
        assert claims.terms(connection, "no such study", "bob") is None


def test_what_is_held_or_said_is_within_reach(small: Store) -> None:
    claim(small, "ann", "b1")
    say(small, verdict("b2", BEST))
    with small.read() as connection:
        wanted = [f"item-{name}" for name in ("b1", "b2", "b3", "x")]
        reach = [
            claims.within_reach(connection, STUDY, rater, wanted, now=NOON, grace=GRACE) for rater in ("ann", "bob")
        ]
    assert reach == [{"item-b1", "item-b2"}, set()]


def test_counts_take_in_what_waits_in_the_outbox(small: Store) -> None:
    say(small, verdict("b1", BEST), verdict("b1", BEST, rater="bob"), verdict("b1", BEST, rater="eve"))
    say(small, verdict("b2", BEST, rater="bob"), verdict("b2", BEST, rater="eve"))
    waiting = [(STUDY, "item-b3", True, NOON), (STUDY, "item-t1", False, NOON), ("other", "item-t2", False, NOON)]
    with small.read() as connection:
        [counts] = claims.counts(connection, "ann", [STUDY], waiting).values()
    # Of six items b2 has its two verdicts, and three have one of ann's.
    assert (counts.rated, counts.skipped, counts.needed) == (2, 1, 2)
    assert (counts.own_seconds, counts.own_verdicts, counts.all_seconds) == (pytest.approx(4.5), 1, pytest.approx(4.5))


def test_the_last_word_on_an_item_is_the_latest_and_of_two_at_once_the_one_that_came_last(small: Store) -> None:
    say(small, verdict("b1", skipped="tired", minute=1), verdict("b1", BEST))
    say(small, verdict("b2", BEST), verdict("b2", skipped="tired"))
    say(small, verdict("b3", skipped="tired"), verdict("b3", BEST))
    assert ask(small, "SELECT item_id, skipped FROM item_verdict ORDER BY ALL") == [
        ("item-b1", True), ("item-b2", True), ("item-b3", False),
    ]  # fmt: skip
