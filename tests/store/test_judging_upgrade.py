"""A store that was filled before judging in full existed keeps its verdicts, and they count as before."""

from datetime import timedelta
from typing import Any

import pytest

from tests.store.hand_made import NOON, RUBRIC, fill_released
from tests.store.judged import WORST, ask, judge, verdict_of
from viva.store import Store, migrations

BEFORE = [migration for migration in migrations.MIGRATIONS if migration[0] < "0006"]


@pytest.fixture
def old(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store at 0005 with judgments and preferences of that time."""
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", BEFORE)
        fill_released(store)
        with store.write() as connection:
            for number, (generation, value) in enumerate([("b1", 0), ("b1", 5), ("t1", None)]):
                for criterion, lowest in (("accuracy", 0), ("clarity", 1)):
                    row = [
                        f"event-{number}", generation, RUBRIC.rubric_id, "oracle", "reference", criterion,
                        None if value is None else min(lowest + value, 5 if criterion == "accuracy" else 3),
                        None if value is not None else "refused", "because", NOON + timedelta(minutes=number),
                    ]  # fmt: skip
                    connection.execute(
                        "INSERT INTO judgment (event_id, generation_id, rubric_id, judge, mode, criterion, value,"
                        " unscored, rationale, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        row,
                    )
            for number, (scorer, source) in enumerate([("ann", "human"), ("oracle", "judge")]):
                connection.execute(
                    "INSERT INTO preference (event_id, example_id, generation_a, generation_b, scorer, source,"
                    " shown_first, winner, comment, created_at) VALUES (?, 'e1', 'b1', 't1', ?, ?, 'a', 'b', '', ?)",
                    [f"pair-{number}", scorer, source, NOON],
                )
    return store


def test_the_views_show_the_same_as_before(old: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {
        "judgments": "generation, system, dataset, example, judge, mode, rubric, criterion, value, points, rationale,"
        " unscored, created_at",
        "preferences": "study, dataset, version, example, system_a, system_b, scorer, source, shown_first, winner,"
        " unscored, comment, created_at",
        "totals": "*",
        "leaderboard": "dataset, version, split, system, source, study, scorer, measure, n, attempted, mean, sd, se",
        "verdicts": "*",
    }

    def shown() -> dict[str, list[tuple[Any, ...]]]:
        return {view: sorted(ask(old, f"SELECT {said} FROM {view}"), key=str) for view, said in columns.items()}

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", BEFORE)
        before = shown()
    assert len(before["judgments"]) == 4
    assert shown() == before


def test_what_came_before_has_no_protocol_one_sample_and_no_evidence(old: Store) -> None:
    rows = ask(
        old, "SELECT DISTINCT protocol, samples, asked, evidence, found, call, panel FROM judgments WHERE value > 0"
    )
    assert rows == [(None, 1, 1, "", None, None, False)]
    assert ask(old, "SELECT scorer, criterion, mode, sample FROM preferences ORDER BY 1") == [
        ("ann", None, None, 0), ("oracle", None, None, 0),
    ]  # fmt: skip
    assert ask(old, "SELECT scorer, winner, flipped, unscored FROM pair_verdicts ORDER BY 1") == [
        ("ann", "b", False, None), ("oracle", None, None, "judged in one order only"),
    ]  # fmt: skip


def test_a_new_protocol_takes_the_place_of_what_came_before(old: Store) -> None:
    judge(old, verdict_of("b1", WORST))
    assert ask(old, "SELECT generation, total FROM totals") == [("b1", 0.0)]
