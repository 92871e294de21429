"""A store that was filled before human rating in full existed keeps its study, its items and its verdicts."""

from datetime import timedelta
from typing import Any

import duckdb
import pytest

from tests.store.hand_made import NOON, RUBRIC, ask, comparison, fill_pairs, fill_released, say, verdict
from tests.store.processes import run
from viva.records.study import Stream, Study, StudyItem, StudyMode
from viva.store import Store, migrations, ratings, studies, study_items, study_progress

BEFORE = [migration for migration in migrations.MIGRATIONS if migration[0] < "0008"]
SHOWN = {
    "ratings": "study, generation, system, dataset, version, example, split, field, rater, rubric, criterion, value,"
    " points, unscored, comment, flagged, seconds, created_at",
    "preferences": "study, dataset, version, example, system_a, system_b, scorer, source, shown_first, winner,"
    " unscored, comment, created_at, criterion, mode, sample, split, generation_a, generation_b, call, protocol",
    "pair_verdicts": "*",
    "judgments": "*",
    "totals": "*",
    "verdicts": "*",
    "example_verdicts": "*",
    "leaderboard": "*",
    "field_leaderboard": "*",
}


def _judge(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "INSERT INTO judgment (event_id, generation_id, rubric_id, judge, mode, criterion, value, unscored, rationale,"
        " created_at) VALUES ('judged', 't1', ?, 'oracle', 'reference', 'accuracy', 4, NULL, 'so', ?)",
        [RUBRIC.rubric_id, NOON],
    )
    for side, winner in (("a", "a"), ("b", "b")):
        connection.execute(
            "INSERT INTO preference (event_id, example_id, generation_a, generation_b, scorer, source, shown_first,"
            " winner, comment, created_at) VALUES (?, 'e1', 'b1', 't1', 'oracle', 'judge', ?, ?, '', ?)",
            [f"judged-{side}", side, winner, NOON],
        )


@pytest.fixture
def old(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store at 0007: two people's verdicts, one revised and one skipped, a comparison, a judge's verdicts."""
    rows: list[tuple[str, str, str, str, float | None, str | None, int]] = [
        ("first", "b1", "ann", "accuracy", 1, None, 0), ("first", "b1", "ann", "clarity", 1, None, 0),
        ("again", "b1", "ann", "accuracy", 5, None, 1), ("again", "b1", "ann", "clarity", 3, None, 1),
        ("other", "b1", "bob", "accuracy", 2, None, 2), ("other", "b1", "bob", "clarity", 2, None, 2),
        ("passed", "t2", "bob", "accuracy", None, "skipped: tired", 3),
        ("passed", "t2", "bob", "clarity", None, "skipped: tired", 3),
    ]  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", BEFORE)
        fill_released(store)
        with store.write() as connection:
            for event, generation, rater, criterion, value, unscored, minute in rows:
                connection.execute(
                    "INSERT INTO rating (event_id, study_id, item_id, generation_id, rater, criterion, value,"
                    " unscored, comment, flagged, seconds, created_at)"
                    " VALUES (?, 'study-1', ?, ?, ?, ?, ?, ?, 'why', true, 4, ?)",
                    [
                        event, f"item-{generation}", generation, rater, criterion, value, unscored,
                        NOON + timedelta(minutes=minute),
                    ],
                )  # fmt: skip
            connection.execute(
                "INSERT INTO preference (event_id, example_id, generation_a, generation_b, scorer, source, shown_first,"
                " winner, comment, created_at) VALUES ('pair', 'e1', 'b1', 't1', 'ann', 'human', 'b', 'tie', '', ?)",
                [NOON],
            )
            _judge(connection)
    return store


def test_the_views_show_the_same_as_before(old: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def shown() -> dict[str, list[tuple[Any, ...]]]:
        return {view: sorted(ask(old, f"SELECT {said} FROM {view}"), key=str) for view, said in SHOWN.items()}

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", BEFORE)
        before = shown()
    assert [len(before[view]) for view in ("ratings", "preferences", "pair_verdicts")] == [6, 3, 2]
    assert shown() == before


def test_every_item_is_there_and_belongs_to_the_random_sample(old: Store) -> None:
    with old.read() as connection:
        items = study_items.every(connection, "study-1")
    assert items == [
        StudyItem(f"item-{generation}", position, Stream.CALIBRATION, generation, probability=1.0)
        for position, generation in enumerate(["b1", "b2", "b3", "t1", "t2", "t3"])
    ]
    assert ask(old, "SELECT item, system, verdicts FROM study_items ORDER BY position")[:2] == [
        ("item-b1", "base", 2), ("item-b2", "base", 0),
    ]  # fmt: skip


def test_the_study_reads_as_one_of_texts_that_is_open_to_everybody(old: Store) -> None:
    with old.read() as connection:
        [study] = studies.every(connection)
        [task] = studies.tasks(connection, "anybody")
        progress = study_progress.of(connection, study, NOON)
    assert study == Study(
        "study-1", "first", "small", 1, "test", StudyMode.RUBRIC, RUBRIC, 2, 6, NOON, systems=("base", "tuned")
    )
    assert (task.study_id, task.options.guess, task.practice) == ("study-1", (), 0)
    assert (progress.complete, progress.given, progress.wanted, progress.skipped) == (1, 2, 12, 1)
    assert [(rater.rater, rater.rated, rater.skipped) for rater in progress.raters] == [("ann", 1, 0), ("bob", 1, 1)]


def test_rating_goes_on_and_a_revision_takes_the_place_of_what_was_said_before(old: Store) -> None:
    assert say(old, verdict("b1", {"accuracy": 0, "clarity": 1}, minute=9), verdict("b2", skipped="so")) == []
    fill_pairs(old)
    assert say(old, comparison("pair-1", "b")) == []
    assert ask(old, "SELECT value FROM ratings WHERE generation = 'b1' AND rater = 'ann' ORDER BY 1") == [
        (0.0,),
        (1.0,),
    ]
    with old.read() as connection:
        assert set(ratings.latest(connection, "study-1", "ann")) == {"item-b1", "item-b2"}
    assert ask(old, "SELECT study, winner FROM preferences WHERE source = 'human' ORDER BY ALL") == [
        ("second", "b"), (None, "tie"),
    ]  # fmt: skip


def test_killed_right_after_the_upgrade_it_is_upgraded_and_whole(old: Store) -> None:
    assert run("upgrade-and-die", old.path.parent) == -9
    assert old.path.with_name(old.path.name + ".wal").exists()
    assert ask(old, "SELECT count(*), count(*) FILTER (stream = 'calibration') FROM study_item") == [(6, 6)]
    assert ask(old, "SELECT count(*), count(DISTINCT event_id) FROM rating") == [(8, 4)]
    assert ask(old, "SELECT design->>'$.systems' FROM study") == [('["base","tuned"]',)]


def test_killed_in_the_middle_of_the_upgrade_it_is_as_it_was(old: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("half-upgrade-and-die", old.path.parent) == -9
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", BEFORE)
        assert len(ask(old, "FROM study_item")[0]) == 4
    assert ask(old, "SELECT count(*) FROM study_items") == [(6,)]
