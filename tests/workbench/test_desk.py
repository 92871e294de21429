"""A rater at the desk: what is given out to whom, until when, and what is seen of it."""

import dataclasses

import pytest

from tests.fakes.desk import (
    GOOD,
    LEASE,
    NAME,
    STUDY,
    SYSTEMS,
    Clock,
    add_study,
    change,
    desk_of,
    held,
    query,
    rate,
    workbench_of,
)
from viva.errors import Forbidden, NotFound, StoreBusy
from viva.records.rating import Draft, Served
from viva.records.study import StudyOptions, StudyState
from viva.store import lock
from viva.workbench import Workbench
from viva.workbench.desk import Desk

GRACE = 30.0


# Holding items


def test_two_raters_never_hold_the_same_item(room: Workbench, ann: Desk, bob: Desk) -> None:
    items = add_study(room, 2)
    given = held(ann.serve(STUDY, 3)) + held(bob.serve(STUDY, 4))
    assert sorted(given) == sorted(items)
    last = bob.serve(STUDY, 9)
    assert (len(last.leases), last.left, last.elsewhere) == (3, 6, 3)


def test_as_many_raters_as_are_wanted_may_hold_an_item(room: Workbench, ann: Desk, bob: Desk, clock: Clock) -> None:
    add_study(room, 1, systems=1, raters_per_item=2)
    eve = desk_of(room.paths.root, "eve", clock)
    assert held(ann.serve(STUDY)) == held(bob.serve(STUDY)) != []
    served = eve.serve(STUDY)
    assert (held(served), served.left, served.elsewhere) == ([], 1, 1)


def test_serving_again_keeps_what_is_held_and_puts_it_off(room: Workbench, ann: Desk, clock: Clock) -> None:
    add_study(room, 2)
    first = ann.serve(STUDY)
    clock.go(LEASE - 1)
    second = ann.serve(STUDY)
    assert held(second) == held(first)
    assert (second.leases[0].until - first.leases[0].until).total_seconds() == pytest.approx(LEASE - 1, abs=0.1)


def test_others_have_an_item_only_after_lease_and_grace(room: Workbench, ann: Desk, bob: Desk, clock: Clock) -> None:
    add_study(room, 1, systems=1)
    [item] = held(ann.serve(STUDY))
    clock.go(LEASE + GRACE - 1)
    assert held(bob.serve(STUDY)) == []
    clock.go(2)
    assert held(bob.serve(STUDY)) == [item]


def test_a_short_lease_has_a_short_grace(room: Workbench, clock: Clock) -> None:
    add_study(room, 1, systems=1)
    ann, bob = desk_of(room.paths.root, "ann", clock, 40.0), desk_of(room.paths.root, "bob", clock, 40.0)
    ann.serve(STUDY)
    clock.go(49)
    assert held(bob.serve(STUDY)) == []
    clock.go(2)
    assert len(bob.serve(STUDY).leases) == 1


def test_what_is_given_back_can_be_had_at_once(room: Workbench, ann: Desk, bob: Desk) -> None:
    add_study(room, 1)
    first, second = held(ann.serve(STUDY))
    ann.release(STUDY, [first])
    assert held(bob.serve(STUDY, 3))[-1] != second
    assert first in held(bob.serve(STUDY, 3))
    ann.release(STUDY)
    assert second in held(bob.serve(STUDY, 3))
    assert ann.serve(STUDY).leases == ()


def test_a_lost_item_is_had_again_only_while_nobody_else_has_it(
    room: Workbench, ann: Desk, bob: Desk, clock: Clock
) -> None:
    add_study(room, 1)
    first, second = held(ann.serve(STUDY))
    clock.go(LEASE + GRACE + 1)
    assert first in held(bob.serve(STUDY, 1))
    assert held(ann.serve(STUDY, 0, [first, second, "no such item"])) == [second]


def test_a_session_that_was_killed_is_gone_on_with(room: Workbench, ann: Desk, clock: Clock) -> None:
    add_study(room, 2)
    before = held(ann.serve(STUDY))
    again = desk_of(room.paths.root, "ann", clock)
    assert held(again.sit_down(NAME).served) == before


def test_two_sessions_of_a_rater_share_what_is_held_and_end_with_one_verdict(
    room: Workbench, ann: Desk, bob: Desk, clock: Clock
) -> None:
    add_study(room, 1, systems=1)
    other = desk_of(room.paths.root, "ann", clock)
    item = rate(ann)
    task = other.sit_down(NAME).task
    other.save(task, item, {**GOOD, "accuracy": 1})
    assert bob.serve(STUDY).left == 0
    assert query(room, "SELECT rater, value FROM ratings WHERE criterion = 'accuracy'") == [("ann", 1.0)]
    assert query(room, "SELECT count(DISTINCT event_id) FROM rating") == [(2,)]


def test_leaving_in_one_session_takes_nothing_from_another(room: Workbench, ann: Desk, bob: Desk, clock: Clock) -> None:
    add_study(room, 1, systems=1)
    other = desk_of(room.paths.root, "ann", clock)
    [item] = held(ann.serve(STUDY))
    task = other.sit_down(NAME).task
    ann.release(STUDY)
    assert held(bob.serve(STUDY)) == []
    other.save(task, item, GOOD)
    assert bob.serve(STUDY).left == 0
    other.release(STUDY)
    assert query(room, "SELECT count(*) FROM claim") == [(0,)] or held(bob.serve(STUDY)) == []


def test_the_last_session_to_leave_gives_everything_back(room: Workbench, ann: Desk, bob: Desk, clock: Clock) -> None:
    add_study(room, 1, systems=1)
    other = desk_of(room.paths.root, "ann", clock)
    ann.serve(STUDY)
    other.serve(STUDY)
    ann.release(STUDY)
    other.release(STUDY)
    assert len(bob.serve(STUDY).leases) == 1


def test_passing_over_in_one_session_leaves_the_slot_to_the_other(
    room: Workbench, ann: Desk, bob: Desk, clock: Clock
) -> None:
    add_study(room, 1, systems=1)
    other = desk_of(room.paths.root, "ann", clock)
    [item] = held(ann.serve(STUDY))
    task = other.sit_down(NAME).task
    ann.save(task, item, {}, skipped="tired")
    ann.serve(STUDY)
    clock.go(GRACE + 1)
    assert held(bob.serve(STUDY)) == []
    other.save(task, item, GOOD)
    assert bob.serve(STUDY).left == 0


def test_nobody_is_given_an_item_twice(room: Workbench, ann: Desk) -> None:
    items = add_study(room, 3, raters_per_item=3)
    task = ann.sit_down(NAME).task
    seen = []
    while leases := ann.serve(STUDY, 1).leases:
        seen.append(leases[0].item_id)
        if len(seen) % 2:
            ann.save(task, seen[-1], GOOD)
        else:
            ann.save(task, seen[-1], {}, skipped="not my field")
    assert sorted(seen) == sorted(items)


def test_an_item_that_was_passed_over_goes_to_others_after_the_grace(
    room: Workbench, ann: Desk, bob: Desk, clock: Clock
) -> None:
    add_study(room, 1, systems=1)
    task = ann.sit_down(NAME).task
    [item] = held(ann.serve(STUDY))
    ann.save(task, item, {}, skipped="tired")
    served = ann.serve(STUDY)
    assert (served.left, served.leases) == (0, ())
    served = bob.serve(STUDY)
    assert (served.left, served.elsewhere, served.leases) == (1, 1, ())
    clock.go(GRACE + 1)
    assert held(bob.serve(STUDY)) == [item]


# Studies open, paused and closed


def test_a_paused_study_gives_nothing_out_and_takes_what_is_held(room: Workbench, ann: Desk, clock: Clock) -> None:
    add_study(room, 2)
    task = ann.sit_down(NAME).task
    [first, second] = held(ann.serve(STUDY))
    change(room, "state", "paused")
    served = ann.serve(STUDY, 5)
    assert (served.state, held(served), served.left) == (StudyState.PAUSED, [first, second], 6)
    ann.save(task, first, GOOD)
    clock.go(LEASE - 1)
    ann.serve(STUDY)
    clock.go(LEASE - 1)
    assert held(ann.serve(STUDY, 5, [first])) == [second]


def test_a_closed_study_takes_nothing(room: Workbench, ann: Desk) -> None:
    add_study(room, 2, options=StudyOptions(guess=("one", "two")))
    task = ann.sit_down(NAME).task
    [first, second] = held(ann.serve(STUDY))
    ann.save(task, first, GOOD)
    change(room, "state", "closed")
    assert ann.serve(STUDY) == Served(StudyState.CLOSED, (), 0, 0)
    for item in (first, second):
        with pytest.raises(Forbidden, match="falls is closed"):
            ann.save(task, item, GOOD)
    with pytest.raises(Forbidden):
        ann.save_guess(task, first, "one")
    sitting = ann.sit_down(NAME)
    assert sitting.task.state is StudyState.CLOSED
    assert [verdict.item_id for verdict in sitting.done] == [first]
    assert set(ann.items(STUDY, [first])) == {first}
    [progress] = ann.tasks()
    assert (progress.rated, progress.left) == (1, 0)
    change(room, "state", "open")
    assert second in held(ann.serve(STUDY))


def test_only_those_who_may_rate_sit_down(room: Workbench, ann: Desk, bob: Desk) -> None:
    add_study(room, 1, raters=("bob", "a 'b'"))
    assert [progress.task.name for progress in bob.tasks()] == [NAME]
    assert ann.tasks() == []
    for ask in (lambda: ann.sit_down(NAME), lambda: ann.serve(STUDY), lambda: ann.history(NAME)):
        with pytest.raises(NotFound):
            ask()
    assert ann.items(STUDY, [f"{STUDY}-item-000-0"]) == {}
    change(room, "raters", None)
    assert len(ann.sit_down(NAME).served.leases) == 2


def test_a_study_that_is_not_there_is_told_with_those_there_are(room: Workbench, ann: Desk) -> None:
    add_study(room, 1)
    with pytest.raises(NotFound) as caught:
        ann.sit_down("fals")
    assert caught.value.hint == f"did you mean {NAME}?"


def test_more_raters_per_item_open_items_again(room: Workbench, ann: Desk, bob: Desk) -> None:
    add_study(room, 1, systems=1)
    item = rate(ann)
    assert bob.serve(STUDY).left == 0
    change(room, "raters_per_item", 2)
    assert held(bob.serve(STUDY)) == [item]


# A busy store


def test_saving_goes_on_while_the_store_is_busy(room: Workbench, ann: Desk, clock: Clock) -> None:
    add_study(room, 2)
    quick = Desk(workbench_of(room.paths.root, "ann", lock_timeout=0.05), clock)
    task = quick.sit_down(NAME).task
    first, second = held(quick.serve(STUDY))
    with lock.held(room.paths.store_lock, exclusive=True, timeout=1):
        event = quick.save(task, first, GOOD)
        revised = quick.save(task, first, {**GOOD, "accuracy": 5})
        quick.save_draft(STUDY, second, Draft({"accuracy": 1}))
        with pytest.raises(StoreBusy):
            quick.serve(STUDY)
        with pytest.raises(StoreBusy):
            quick.deliver(0.05)
        quick.save(task, second, GOOD)
        quick.release(STUDY)
    assert event.event_id != revised.event_id
    assert quick.undelivered() == 3
    assert quick.deliver() == 3
    assert [len(quick.history()), quick.serve(STUDY, 0).left] == [2, 4]


# What is seen


def test_only_what_is_held_or_done_can_be_seen(room: Workbench, ann: Desk, bob: Desk, clock: Clock) -> None:
    items = add_study(room, 2)
    add_study(room, 2, study_id="study-2", name="other")
    task = ann.sit_down(NAME).task
    first, second = held(ann.serve(STUDY))
    ann.save(task, first, GOOD)
    assert set(ann.items(STUDY, [*items, "study-2-item-000-0", "no such item"])) == {first, second}
    assert ann.items("study-2", items) == {}
    ann.deliver()
    clock.go(2 * LEASE)
    assert set(ann.items(STUDY, items)) == {first}
    assert bob.items(STUDY, items) == {}


def test_nothing_a_rater_gets_names_a_system_or_the_dataset(room: Workbench, ann: Desk, bob: Desk) -> None:
    add_study(room, 3, practice=1, gold=1, raters_per_item=2, options=StudyOptions(gold_every=1))
    bob.save(bob.sit_down(NAME).task, held(bob.serve(STUDY))[0], GOOD, comment="bob was here")
    bob.deliver()
    sitting = ann.sit_down(NAME, 4)
    items = ann.items(STUDY, held(sitting.served))
    assert len(items) == 4
    ann.save(sitting.task, next(iter(items)), GOOD)
    payload = repr([sitting, items, ann.tasks(), ann.history(), ann.practice_report(STUDY), ann.serve(STUDY)])
    for secret in (*SYSTEMS, "model-of", "secret-dataset", "bob"):
        assert secret not in payload
    for item in items.values():
        assert set(dataclasses.asdict(item)) == {
            "item_id", "question", "reference", "text", "other", "shown_first", "practice",
        }  # fmt: skip


def test_progress_says_what_is_left_and_how_long_an_item_takes(
    room: Workbench, ann: Desk, bob: Desk, clock: Clock
) -> None:
    add_study(room, 6, systems=1)
    add_study(room, 1, study_id="study-2", name="other", practice=3)
    task = bob.sit_down(NAME).task
    assert [progress.seconds_each for progress in ann.tasks()] == [None, None]
    bob.save(task, held(bob.serve(STUDY))[0], GOOD, seconds=40)
    bob.deliver()
    for seconds in (10, 11, 90):
        item = held(ann.serve(STUDY))[0]
        if seconds == 90:
            assert ann.tasks()[0].seconds_each == 11
        ann.save(task, item, GOOD, seconds=seconds)
        ann.deliver()
    first, second = ann.tasks()
    assert (first.rated, first.skipped, first.left, first.seconds_each) == (3, 0, 2, 11)
    assert (second.rated, second.left, second.practice_left, second.seconds_each) == (0, 3, 3, None)
    assert bob.tasks()[0].seconds_each == 25.5


def test_what_is_held_comes_along_where_it_is_not_known_yet(room: Workbench, ann: Desk) -> None:
    add_study(room, 2)
    sitting = ann.sit_down(NAME).served
    ids = held(sitting)
    assert (set(sitting.items), len(ids)) == (set(ids), 2)
    assert sitting.items == ann.items(STUDY, ids)
    assert set(ann.serve(STUDY, known=ids[:1]).items) == set(ids[1:])
    assert ann.serve(STUDY).items == {}
