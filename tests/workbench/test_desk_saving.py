"""What a rater gives back: verdicts, comparisons, guesses, and what is known of practice items afterwards."""

import math

import pytest

from tests.fakes.desk import (
    GOOD,
    LEASE,
    NAME,
    STUDY,
    SYSTEMS,
    Clock,
    add_study,
    desk_of,
    held,
    query,
    rate,
)
from viva.errors import Outdated, UsageError
from viva.records.rating import Choice, Draft, Strength
from viva.records.study import StudyOptions
from viva.workbench import Workbench
from viva.workbench.desk import Desk

GRACE = 30.0


def test_a_verdict_is_there_before_and_after_it_is_delivered(room: Workbench, ann: Desk) -> None:
    add_study(room, 2)
    sitting = ann.sit_down(NAME)
    item = held(sitting.served)[0]
    event = ann.save(sitting.task, item, GOOD, comment="[/foo]\x1b[2J", flagged=True, seconds=12.34)
    assert ann.undelivered() == 1
    assert ann.history() == [event]
    assert ann.tasks()[0].rated == 1
    assert ann.deliver() == 1
    assert ann.undelivered() == 0
    assert ann.history(NAME) == [event]
    assert (event.seconds, event.comment) == (12.3, "[/foo]\x1b[2J")


def test_values_come_back_in_the_order_of_the_rubric(room: Workbench, ann: Desk) -> None:
    add_study(room, 2)
    sitting = ann.sit_down(NAME)
    for item in held(sitting.served):
        ann.save(sitting.task, item, dict(reversed(GOOD.items())))
    ann.deliver()
    assert {tuple(event.values) for event in ann.history()} == {tuple(GOOD)}


def test_a_revision_counts_and_the_first_verdict_stays_in_the_table(room: Workbench, ann: Desk, clock: Clock) -> None:
    add_study(room, 1)
    item = rate(ann)
    clock.go(10 * LEASE)
    task = ann.sit_down(NAME).task
    ann.save(task, item, {**GOOD, "accuracy": 1})
    ann.deliver()
    assert ann.history()[0].values["accuracy"] == 1  # type: ignore[union-attr]
    assert query(room, "SELECT count(DISTINCT event_id) FROM rating") == [(2,)]
    assert query(room, "SELECT value FROM ratings WHERE criterion = 'accuracy'") == [(1.0,)]


def test_a_revision_counts_though_the_clock_was_set_back(room: Workbench, ann: Desk, clock: Clock) -> None:
    add_study(room, 1)
    item = rate(ann)
    task = ann.sit_down(NAME).task
    clock.go(-3600)
    ann.save(task, item, {**GOOD, "accuracy": 0})
    ann.deliver()
    assert query(room, "SELECT value FROM ratings WHERE criterion = 'accuracy'") == [(0.0,)]


def test_a_lease_that_ran_out_is_renewed_by_saving_where_nobody_else_has_the_item(
    room: Workbench, ann: Desk, bob: Desk, clock: Clock
) -> None:
    add_study(room, 1)
    task = ann.sit_down(NAME).task
    first, second = held(ann.serve(STUDY))
    clock.go(2 * LEASE)
    assert held(bob.serve(STUDY, 1)) == [first]
    ann.save_draft(STUDY, first, Draft({"accuracy": 3}))
    with pytest.raises(Outdated, match="others have this item") as caught:
        ann.save(task, first, GOOD)
    assert "draft" in caught.value.hint
    assert ann.sit_down(NAME).drafts == {first: Draft({"accuracy": 3})}
    ann.save(task, second, GOOD)
    assert [verdict.item_id for verdict in ann.history()] == [second]


def test_an_item_that_was_never_held_cannot_be_taken(room: Workbench, ann: Desk, bob: Desk) -> None:
    add_study(room, 1, systems=1)
    [item] = held(bob.serve(STUDY))
    task = ann.sit_down(NAME).task
    for other in (item, "no such item"):
        with pytest.raises(Outdated):
            ann.save(task, other, GOOD)
    assert ann.undelivered() == 0


def test_a_skip_is_taken_back_only_while_the_quota_allows(room: Workbench, ann: Desk, bob: Desk, clock: Clock) -> None:
    add_study(room, 2, systems=1)
    task = ann.sit_down(NAME).task
    first, second = held(ann.serve(STUDY))
    for item in (first, second):
        ann.save(task, item, {}, skipped="tired")
    ann.serve(STUDY)
    clock.go(GRACE + 1)
    bob.save(task, held(bob.serve(STUDY, 1))[0], GOOD)
    with pytest.raises(Outdated):
        ann.save(task, first, GOOD)
    ann.save(task, second, GOOD)
    assert bob.serve(STUDY).left == 0
    assert query(room, "SELECT max(verdicts) FROM study_items") == [(1,)]


def test_a_verdict_taken_back_frees_its_slot_after_the_grace(
    room: Workbench, ann: Desk, bob: Desk, clock: Clock
) -> None:
    add_study(room, 1, systems=1)
    item = rate(ann)
    task = ann.sit_down(NAME).task
    ann.save(task, item, {}, skipped="I know the author")
    ann.serve(STUDY)
    assert held(bob.serve(STUDY)) == []
    clock.go(GRACE + 1)
    assert held(bob.serve(STUDY)) == [item]
    with pytest.raises(Outdated):
        ann.save(task, item, GOOD)


def test_a_skipped_item_is_unscored_with_its_reason(room: Workbench, ann: Desk) -> None:
    add_study(room, 2)
    task = ann.sit_down(NAME).task
    ann.save(task, held(ann.serve(STUDY))[0], GOOD, skipped="not my field")
    ann.deliver()
    assert query(room, "SELECT DISTINCT value, points, unscored FROM ratings") == [
        (None, None, "skipped: not my field")
    ]
    [progress] = ann.tasks()
    assert (progress.rated, progress.skipped, progress.left) == (0, 1, 5)


def test_a_time_that_no_clock_said_is_none(room: Workbench, ann: Desk) -> None:
    add_study(room, 2)
    task = ann.sit_down(NAME).task
    item = held(ann.serve(STUDY))[0]
    assert [ann.save(task, item, GOOD, seconds=said).seconds for said in (math.nan, math.inf, -3.0, 1e9)] == [
        0.0, 0.0, 0.0, 86400.0,
    ]  # fmt: skip
    assert ann.deliver() == 4


def test_raters_with_alike_names_keep_apart(room: Workbench, clock: Clock) -> None:
    add_study(room, 1, raters_per_item=3)
    one, other = desk_of(room.paths.root, "a b", clock), desk_of(room.paths.root, "a-b", clock)
    rate(one)
    assert (one.undelivered(), other.undelivered()) == (1, 0)
    assert other.history() == []


# Comparing, guessing, known answers


def test_a_comparison_is_kept_with_the_side_shown_first(room: Workbench, ann: Desk) -> None:
    add_study(room, 3, pairs=True, options=StudyOptions(strength=True, per_criterion=True))
    sitting = ann.sit_down(NAME)
    [item, _] = ann.items(STUDY, held(sitting.served)).values()
    choices = {
        "": Choice("a", Strength.CLEARLY), "accuracy": Choice("tie"), "clarity": Choice("b", Strength.SLIGHTLY),
    }  # fmt: skip
    event = ann.save_preference(sitting.task, item, choices, seconds=3)
    assert event.shown_first == item.shown_first
    assert ann.history() == [event]
    ann.deliver()
    assert ann.history() == [event]
    assert query(room, "SELECT winner, strength, shown_first FROM preferences WHERE criterion IS NULL") == [
        ("a", "clearly", item.shown_first)
    ]
    assert ann.serve(STUDY).left == 5


def test_a_guess_comes_after_the_verdict(room: Workbench, ann: Desk) -> None:
    add_study(room, 1, options=StudyOptions(guess=("a person", "a model")))
    sitting = ann.sit_down(NAME)
    item = held(sitting.served)[0]
    with pytest.raises(UsageError, match="after the verdict"):
        ann.save_guess(sitting.task, item, "a model")
    ann.save(sitting.task, item, GOOD)
    with pytest.raises(UsageError, match="none of: a person, a model"):
        ann.save_guess(sitting.task, item, SYSTEMS[0])
    ann.save_guess(sitting.task, item, "a model")
    ann.save_guess(sitting.task, item, None)
    assert ann.undelivered() == 3
    ann.deliver()
    assert query(room, "SELECT label FROM guess ORDER BY seq") == [("a model",), (None,)]


def test_practice_comes_first_and_its_answers_after_ones_own(room: Workbench, ann: Desk) -> None:
    add_study(room, 2, practice=2, gold=1, options=StudyOptions(gold_every=2))
    sitting = ann.sit_down(NAME)
    first, second = held(sitting.served)
    assert [item.practice for item in ann.items(STUDY, [first, second]).values()] == [True, True]
    assert sitting.task.practice == 2
    # Two of practice, six others, and the gold item that lies among them.
    assert sitting.served.left == 9
    assert ann.known_answer(STUDY, first) is None
    ann.save(sitting.task, first, GOOD)
    answer = ann.known_answer(STUDY, first)
    assert answer is not None
    assert (answer.answers, answer.given, answer.why) == ({"accuracy": 5, "clarity": 1}, GOOD, "Because.")
    ann.save(sitting.task, second, {}, skipped="tired")
    assert [known.given for known in ann.practice_report(STUDY)] == [GOOD, {}]


def test_gold_comes_unmarked_and_its_answers_stay_in_the_store(room: Workbench, ann: Desk) -> None:
    ordinary = add_study(room, 2, gold=2, options=StudyOptions(gold_every=2))
    task = ann.sit_down(NAME, 1).task
    seen, left = [], []
    while (served := ann.serve(STUDY, 1)).leases:
        [lease] = served.leases
        left.append(served.left)
        seen.append(lease.item_id)
        assert not ann.items(STUDY, [lease.item_id])[lease.item_id].practice
        ann.save(task, lease.item_id, GOOD)
        assert ann.known_answer(STUDY, lease.item_id) is None
        assert ann.tasks()[0].left == served.left - 1
    assert [item in ordinary for item in seen] == [True, True, False] * 2 + [True, True]
    assert left == list(range(8, 0, -1))
    assert ann.practice_report(STUDY) == []
    assert len(ann.history()) == 8


def test_every_rater_has_the_known_items(room: Workbench, ann: Desk, bob: Desk) -> None:
    add_study(room, 2, practice=2)
    assert held(ann.serve(STUDY)) == held(bob.serve(STUDY))
