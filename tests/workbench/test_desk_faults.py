"""What goes wrong around a desk: outboxes nobody can look into, studies closed meanwhile, texts that are gone."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.fakes.desk import (
    GOOD,
    LEASE,
    NAME,
    STUDY,
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
from viva.records.study import StudyOptions
from viva.store import lock, outbox
from viva.store.outbox import Outbox
from viva.workbench import Workbench, desk
from viva.workbench.desk import Desk

GRACE = 30.0


@contextmanager
def locked(room: Workbench, rater: str) -> Iterator[None]:
    """Keep a rater's outbox locked, as a stopped process would."""
    descriptor = os.open(Outbox.of_rater(room.paths.outboxes, rater).path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def test_a_stopped_process_holds_up_no_delivery_and_loses_no_slot(
    room: Workbench, ann: Desk, bob: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "PASSING", 0.05)
    first, *rest = add_study(room, 1)
    assert rate(ann) == first
    with locked(room, "ann"):
        clock.go(LEASE + GRACE + 1)
        served = bob.serve(STUDY, 3)
        assert sorted(held(served)) == sorted(rest[1:])
        bob.save(bob.sit_down(NAME).task, held(served)[0], GOOD)
        assert bob.deliver() == 1
    assert first not in held(bob.serve(STUDY, 3))
    assert query(room, "SELECT max(verdicts), sum(verdicts) FROM study_items") == [(1, 2)]


def test_claims_run_out_as_ever_where_an_outbox_that_nobody_may_read_is_empty(
    room: Workbench, ann: Desk, bob: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    [item] = add_study(room, 1, systems=1)
    rate(ann)
    ann.deliver()
    task = ann.sit_down(NAME).task
    add_study(room, 1, systems=1, study_id="study-2", name="second")
    [other] = held(ann.serve("study-2"))
    opened = os.open

    def refused(path: object, *arguments: int) -> int:
        if str(path).endswith(".jsonl") and "ann" in str(path):
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments)  # type: ignore[arg-type]

    clock.go(LEASE + GRACE + 1)
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refused)
        assert held(bob.serve("study-2")) == [other]
    bob.release("study-2")
    ann.save(task, item, GOOD)
    ann.serve("study-2")
    ann.save(ann.sit_down("second").task, other, GOOD)
    clock.go(LEASE + GRACE + 1)
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refused)
        assert held(bob.serve("study-2")) == []
    assert bob.serve("study-2").left == 0


def test_leaving_delivers_what_waits_before_it_gives_anything_back(room: Workbench, ann: Desk) -> None:
    add_study(room, 1)
    rate(ann)
    ann.release(STUDY)
    assert ann.undelivered() == 0
    assert query(room, "SELECT sum(verdicts) FROM study_items") == [(1,)]
    assert query(room, "SELECT count(*) FROM claim") == [(0,)]


def test_a_study_closed_meanwhile_takes_no_revision_and_no_guess(room: Workbench, ann: Desk, clock: Clock) -> None:
    add_study(room, 1, options=StudyOptions(guess=("a person", "a model")))
    item = rate(ann)
    task = ann.sit_down(NAME).task
    change(room, "state", "closed")
    clock.go(LEASE + 1)
    with pytest.raises(Forbidden, match="closed"):
        ann.save(task, item, {**GOOD, "accuracy": 0})
    with pytest.raises(Forbidden, match="closed"):
        ann.save_guess(task, item, "a model")
    change(room, "state", "open")
    ann.serve(STUDY)
    ann.save_guess(task, item, "a model")
    assert ann.save(task, item, GOOD).values == GOOD


def test_who_is_no_more_asked_revises_nothing(room: Workbench, ann: Desk, bob: Desk, clock: Clock) -> None:
    add_study(room, 1)
    item = rate(ann)
    task = ann.sit_down(NAME).task
    clock.go(LEASE + GRACE + 1)
    change(room, "raters", ["bob"])
    for attempt in (lambda: ann.save(task, item, GOOD), lambda: ann.serve(STUDY), lambda: ann.sit_down(NAME)):
        with pytest.raises(NotFound):
            attempt()
    assert len(held(bob.serve(STUDY, 9))) == 2
    assert query(room, "SELECT count(DISTINCT event_id) FROM rating") == [(1,)]


def test_who_is_no_more_asked_saves_nothing_from_the_next_sign_of_life_on(room: Workbench, ann: Desk) -> None:
    add_study(room, 1)
    task = ann.sit_down(NAME).task
    first, second = held(ann.serve(STUDY))
    change(room, "raters", ["bob"])
    ann.save(task, first, GOOD)
    with pytest.raises(NotFound):
        ann.serve(STUDY)
    with pytest.raises(NotFound):
        ann.save(task, second, GOOD)
    assert ann.deliver() == 1


def test_in_a_busy_store_what_another_session_passed_over_is_no_revision(
    room: Workbench, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "GLANCE", 0.05)
    ann = Desk(workbench_of(room.paths.root, "ann", lock_timeout=0.2), clock)
    add_study(room, 1, systems=1)
    item = rate(ann)
    ann.deliver()
    task = ann.sit_down(NAME).task
    clock.go(LEASE + GRACE + 1)
    other = desk_of(room.paths.root, "ann", clock)
    other.save(task, item, {}, skipped="tired")
    with lock.held(room.paths.store_lock, exclusive=True, timeout=1), pytest.raises(StoreBusy):
        ann.save(task, item, GOOD)
    assert ann.undelivered() == 1


def test_an_item_whose_text_is_gone_is_not_given_out(room: Workbench, ann: Desk) -> None:
    gone, *rest = add_study(room, 1)
    with room.store.write() as connection:
        connection.execute("DELETE FROM generation WHERE generation_id = 'generation-000-0'")
    served = ann.serve(STUDY, 3)
    assert sorted(held(served)) == sorted(rest)
    assert served.left == 2
    assert set(ann.items(STUDY, [gone, *held(served)])) == set(rest)
