"""A rater's way through a study, without a screen."""

import dataclasses

import pytest

from tests.fakes.filled import STUDY, SYSTEMS
from viva.errors import NotFound, UsageError
from viva.records.study import Draft
from viva.workbench import Workbench

GOOD = {"accuracy": 4, "completeness": 3, "relevance": 5, "practicality": 0}


def test_a_saved_rating_is_in_the_queue_before_and_after_it_is_delivered(filled: Workbench) -> None:
    queue = filled.ratings.queue(STUDY, "ann")
    item = queue.item_ids[0]
    event = filled.ratings.save(queue.study, item, "ann", GOOD, comment="[/foo]\x1b[2J", flagged=True, seconds=12.34)
    assert filled.ratings.undelivered("ann") == 1
    assert filled.ratings.queue(STUDY, "ann").done == {item: event}
    assert filled.ratings.deliver() == 1
    assert filled.ratings.undelivered("ann") == 0
    [kept] = filled.ratings.queue(STUDY, "ann").done.values()
    assert kept == event
    assert kept.comment == "[/foo]\x1b[2J"


def test_values_come_back_in_the_order_of_the_rubric(filled: Workbench) -> None:
    queue = filled.ratings.queue(STUDY, "ann")
    for number, item in enumerate(queue.item_ids):
        filled.ratings.save(queue.study, item, "ann", {name: (number + value) % 6 for name, value in GOOD.items()})
    filled.ratings.deliver()
    assert {tuple(event.values) for event in filled.ratings.queue(STUDY, "ann").done.values()} == {tuple(GOOD)}


def test_points_reach_the_leaderboard(filled: Workbench) -> None:
    queue = filled.ratings.queue(STUDY, "ann")
    for item in queue.item_ids:
        filled.ratings.save(queue.study, item, "ann", GOOD)
    filled.ratings.deliver()
    board = {
        (row.system, row.measure): row for row in filled.results.leaderboard("tiny", "test") if row.source == "human"
    }
    for system in SYSTEMS:
        total = board[system, "total"]
        assert (total.mean, total.n, total.attempted) == (pytest.approx(40 * 4 / 5 + 30 * 3 / 5 + 20), 4, 4)


def test_a_revision_counts_and_the_first_verdict_stays_in_the_table(filled: Workbench) -> None:
    queue = filled.ratings.queue(STUDY, "ann")
    item = queue.item_ids[0]
    filled.ratings.save(queue.study, item, "ann", GOOD)
    filled.ratings.deliver()
    filled.ratings.save(queue.study, item, "ann", {**GOOD, "accuracy": 1})
    filled.ratings.deliver()
    assert filled.ratings.queue(STUDY, "ann").done[item].values["accuracy"] == 1
    with filled.store.read() as connection:
        assert connection.execute("SELECT count(DISTINCT event_id) FROM rating").fetchall() == [(2,)]
        assert connection.execute("SELECT value FROM ratings WHERE criterion = 'accuracy'").fetchall() == [(1.0,)]


def test_a_skipped_item_is_unscored_with_its_reason(filled: Workbench) -> None:
    queue = filled.ratings.queue(STUDY, "ann")
    filled.ratings.save(queue.study, queue.item_ids[0], "ann", {}, skipped="not my field")
    filled.ratings.deliver()
    with filled.store.read() as connection:
        found = connection.execute("SELECT DISTINCT value, points, unscored FROM ratings").fetchall()
    assert found == [(None, None, "skipped: not my field")]
    [progress] = filled.studies.progress("ann")
    assert (progress.rated, progress.skipped, progress.left) == (0, 1, 7)
    human = [row for row in filled.results.leaderboard("tiny", "test") if row.source == "human"]
    assert {(row.n, row.attempted, row.mean) for row in human} == {(0, 1, None)}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"accuracy": 3}, "no value for completeness, relevance, practicality"),
        ({**GOOD, "accuracy": 6}, "accuracy goes from 0 to 5"),
        ({**GOOD, "beauty": 1}, "no criterion beauty"),
    ],
)
def test_a_verdict_must_be_whole(filled: Workbench, values: dict[str, int], said: str) -> None:
    queue = filled.ratings.queue(STUDY, "ann")
    with pytest.raises(UsageError, match=said):
        filled.ratings.save(queue.study, queue.item_ids[0], "ann", values)
    assert filled.ratings.undelivered("ann") == 0


def test_drafts_are_kept_per_rater_and_item_and_go_with_the_verdict(filled: Workbench) -> None:
    queue = filled.ratings.queue(STUDY, "ann")
    study, (first, second, *_) = queue.study, queue.item_ids
    draft = Draft({"accuracy": 2}, "lone \ud800 surrogate", True, 3.5)
    filled.ratings.save_draft(study.study_id, "ann", first, draft)
    filled.ratings.save_draft(study.study_id, "ann", second, Draft({"relevance": 1}))
    assert filled.ratings.queue(STUDY, "ann").drafts == {first: draft, second: Draft({"relevance": 1})}
    assert filled.ratings.queue(STUDY, "bob").drafts == {}
    filled.ratings.save(study, first, "ann", GOOD)
    assert set(filled.ratings.queue(STUDY, "ann").drafts) == {second}


def test_raters_with_alike_names_keep_apart(filled: Workbench) -> None:
    queue = filled.ratings.queue(STUDY, "a b")
    filled.ratings.save(queue.study, queue.item_ids[0], "a b", GOOD)
    assert filled.ratings.undelivered("a-b") == 0
    assert filled.ratings.undelivered("a/b") == 0


def test_nothing_a_rater_gets_names_a_system(filled: Workbench) -> None:
    queue = filled.ratings.queue(STUDY, "ann")
    items = filled.ratings.items(STUDY, queue.item_ids)
    assert set(items) == set(queue.item_ids)
    for item in items.values():
        payload = dataclasses.asdict(item)
        assert set(payload) == {"item_id", "position", "question", "reference", "text"}
    payload = repr(dataclasses.asdict(dataclasses.replace(queue, study=dataclasses.replace(queue.study, name="x"))))
    assert not any(system in payload for system in SYSTEMS)


def test_an_unknown_study_is_told_with_those_there_are(filled: Workbench) -> None:
    with pytest.raises(NotFound) as caught:
        filled.ratings.queue("tiny-tset", "ann")
    assert caught.value.hint == "did you mean tiny-test?"
