"""Every public view against numbers worked out by hand."""

import math
from typing import Any

import duckdb
import pytest

from tests.store.hand_made import NOON, RUBRIC, SYSTEMS, fill, score, verdict
from viva.records.dataset import Example
from viva.records.ids import new_id
from viva.store import Store, datasets, leaderboard, ratings

BEST = {"accuracy": 5, "clarity": 3}
WORST = {"accuracy": 0, "clarity": 1}
MIDDLE = {"accuracy": 2, "clarity": 2}


def ask(store: Store, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with store.read() as connection:
        return connection.execute(query, list(parameters)).fetchall()


def rate(store: Store, *verdicts: Any) -> None:
    with store.write() as connection:
        assert ratings.add(connection, verdicts) == []


def judge(
    store: Store, generation: str, values: dict[str, float | None], *, mode: str = "reference", minute: int = 0,
    rubric: str = RUBRIC.rubric_id,
) -> None:  # fmt: skip
    event = new_id()
    with store.write() as connection:
        for criterion, value in values.items():
            connection.execute(
                "INSERT INTO judgment (event_id, generation_id, rubric_id, judge, mode, criterion, value, unscored,"
                " rationale, created_at) VALUES (?, ?, ?, 'oracle', ?, ?, ?, ?, 'because', ? + to_minutes(?))",
                [
                    event,
                    generation,
                    rubric,
                    mode,
                    criterion,
                    value,
                    None if value is not None else "refused",
                    NOON,
                    minute,
                ],
            )


def prefer(
    store: Store, winner: str | None, *, shown_first: str = "a", minute: int = 0, source: str = "human",
    pair: tuple[str, str] = ("b1", "t1"),
) -> None:  # fmt: skip
    with store.write() as connection:
        connection.execute(
            "INSERT INTO preference (event_id, study_id, example_id, generation_a, generation_b, scorer, source,"
            " shown_first, winner, unscored, comment, created_at)"
            " VALUES (?, NULL, 'e1', ?, ?, 'ann', ?, ?, ?, ?, '', ? + to_minutes(?))",
            [new_id(), *pair, source, shown_first, winner, None if winner else "refused", NOON, minute],
        )


def test_examples_carry_their_dataset_and_everything_about_them(small: Store) -> None:
    rows = ask(
        small, 'SELECT dataset, version, example, "position", split, field, subfield, question, reference FROM examples'
    )
    assert sorted(rows)[0] == ("small", 1, "e1", 0, "test", "energy", "solar", "How?", "So.")
    assert len(rows) == 4


def test_generations_carry_their_system_and_example(small: Store) -> None:
    [row] = ask(
        small,
        "SELECT system, model, dataset, version, example, split, field, text, finish_reason, prompt_tokens,"
        " completion_tokens, seconds FROM generations WHERE generation = 't2'",
    )
    assert row == ("tuned", "small-tuned", "small", 1, "e2", "test", "retail", "tuned 2", "stop", 3, 2, 0.5)


def test_metrics_hold_the_latest_score_of_each_generation(small: Store) -> None:
    score(small, "b1", "rouge_l", 0.2)
    score(small, "b1", "rouge_l", 0.3)
    score(small, "b1", "similarity", None, "empty text")
    assert ask(small, "SELECT system, example, metric, value, unscored FROM metrics ORDER BY metric") == [
        ("base", "e1", "rouge_l", 0.3, None),
        ("base", "e1", "similarity", None, "empty text"),
    ]


def test_points_are_the_weighted_share_of_the_scale(small: Store) -> None:
    rate(small, verdict("b1", {"accuracy": 2, "clarity": 3}, comment="fine"))
    assert ask(
        small, "SELECT study, rater, criterion, value, points, comment, seconds FROM ratings ORDER BY criterion"
    ) == [
        ("first", "ann", "accuracy", 2.0, 60 * 2 / 5, "fine", 4.5),
        ("first", "ann", "clarity", 3.0, 40 * (3 - 1) / (3 - 1), "fine", 4.5),
    ]


def test_the_lowest_value_is_worth_no_points(small: Store) -> None:
    rate(small, verdict("b1", WORST))
    assert ask(small, "SELECT points FROM ratings") == [(0.0,), (0.0,)]


def test_the_latest_rating_wins(small: Store) -> None:
    rate(small, verdict("b1", WORST, minute=1))
    rate(small, verdict("b1", BEST, minute=2))
    assert ask(small, "SELECT sum(points), count(*) FROM ratings") == [(100.0, 2)]


def test_an_older_rating_that_arrives_late_does_not_win(small: Store) -> None:
    rate(small, verdict("b1", BEST, minute=2))
    rate(small, verdict("b1", WORST, minute=1))
    assert ask(small, "SELECT sum(points), count(*) FROM ratings") == [(100.0, 2)]
    with small.read() as connection:
        assert ratings.latest(connection, "study-1", "ann")["item-b1"].values == BEST


def test_of_two_ratings_of_the_same_instant_the_one_stored_last_wins(small: Store) -> None:
    rate(small, verdict("b1", WORST), verdict("b1", BEST))
    assert ask(small, "SELECT sum(points) FROM ratings") == [(100.0,)]


def test_a_skipped_item_is_unscored_with_its_reason(small: Store) -> None:
    rate(small, verdict("b1", skipped="not my field"))
    assert ask(small, "SELECT DISTINCT value, points, unscored FROM ratings") == [
        (None, None, "skipped: not my field"),
    ]
    with small.read() as connection:
        event = ratings.latest(connection, "study-1", "ann")["item-b1"]
    assert (event.skipped, event.values) == ("not my field", {})


def test_a_verdict_comes_back_as_it_was_given(small: Store) -> None:
    given = verdict("b1", MIDDLE, comment="line\nbreak")
    rate(small, given)
    with small.read() as connection:
        assert ratings.latest(connection, "study-1", "ann") == {"item-b1": given}


def test_judgments_hold_the_latest_of_each_judge_and_mode(small: Store) -> None:
    judge(small, "b1", WORST, minute=1)
    judge(small, "b1", BEST, minute=2)
    judge(small, "b1", MIDDLE, mode="independent")
    rows = ask(small, "SELECT judge, mode, criterion, value, points, rationale, unscored FROM judgments ORDER BY ALL")
    assert rows == [
        ("oracle", "independent", "accuracy", 2.0, 24.0, "because", None),
        ("oracle", "independent", "clarity", 2.0, 20.0, "because", None),
        ("oracle", "reference", "accuracy", 5.0, 60.0, "because", None),
        ("oracle", "reference", "clarity", 3.0, 40.0, "because", None),
    ]


def test_a_judge_with_a_new_rubric_is_not_added_to_the_old_one(small: Store) -> None:
    with small.write() as connection:
        connection.execute("INSERT INTO rubric VALUES ('other', 'other', 'Other', ?)", [NOON])
        connection.execute("INSERT INTO criterion VALUES ('other', 0, 'novelty', 100, '?', 0, 10, '{}')")
    judge(small, "b1", BEST, minute=1)
    judge(small, "b1", {"novelty": 3}, minute=2, rubric="other")
    assert ask(small, "SELECT criterion FROM judgments") == [("novelty",)]
    assert ask(small, "SELECT total FROM totals") == [(30.0,)]


def test_preferences_keep_a_persons_last_verdict_on_a_pair_whatever_order_it_was_shown_in(small: Store) -> None:
    prefer(small, "a", minute=1)
    prefer(small, "tie", minute=2)
    prefer(small, "b", shown_first="b")
    prefer(small, None, pair=("b2", "t2"), source="judge")
    rows = ask(
        small,
        "SELECT example, system_a, system_b, scorer, source, shown_first, winner, unscored FROM preferences"
        " ORDER BY ALL",
    )
    assert rows == [
        ("e1", "base", "tuned", "ann", "human", "a", "tie", None),
        ("e2", "base", "tuned", "ann", "judge", "a", None, "refused"),
    ]


def test_totals_are_the_sum_of_the_points_of_people_and_judges_alike(small: Store) -> None:
    rate(small, verdict("b1", BEST), verdict("b1", MIDDLE, rater="bob"))
    judge(small, "b1", {"accuracy": 5, "clarity": 1})
    assert ask(small, "SELECT source, study, scorer, mode, total FROM totals ORDER BY ALL") == [
        ("human", "first", "ann", None, 100.0),
        ("human", "first", "bob", None, 44.0),
        ("judge", None, "oracle", "reference", 60.0),
    ]


def test_a_total_is_null_when_a_criterion_is_unscored(small: Store) -> None:
    rate(small, verdict("b1", {"accuracy": 5}))
    judge(small, "b1", {"accuracy": 5, "clarity": None})
    assert ask(small, "SELECT source, total FROM totals ORDER BY ALL") == [("human", None), ("judge", None)]


def test_a_total_is_null_when_a_criterion_has_no_row(small: Store) -> None:
    judge(small, "b1", {"accuracy": 5})
    assert ask(small, "SELECT total FROM totals") == [(None,)]


def test_the_leaderboard_of_people_averages_raters_first(small: Store) -> None:
    rate(
        small,
        verdict("b1", BEST),
        verdict("b1", MIDDLE, rater="bob"),
        verdict("b2", WORST),
        verdict("b3", skipped="too short"),
        verdict("t1", BEST),
    )
    with small.read() as connection:
        rows = leaderboard.leaderboard(connection, "small", 1, leaderboard.Scope("test"), None, 2, 2)
    (base, values), (tuned, none) = (row for row in rows if row[0].measure == "total")
    # base: b1 is (100 + 44) / 2 = 72, b2 is 0, b3 has no total; their mean is 36, sd 72 / √2, se 72 / √2 / √2
    assert (base.system, base.source, base.study, base.n, base.attempted, base.mean) == (
        "base",
        "human",
        "first",
        2,
        3,
        36,
    )
    assert base.sd == pytest.approx(72 / math.sqrt(2))
    assert base.se == pytest.approx(36)
    assert (tuned.system, tuned.n, tuned.attempted, tuned.mean, tuned.sd, tuned.se) == ("tuned", 1, 1, 100, None, None)
    # The single values stand beside where there are from 2 to 2 of them.
    assert (values, none) == ([0, 72], None)


def test_the_leaderboard_says_how_many_were_attempted_and_how_many_scored(small: Store) -> None:
    for number, value in ((1, 0.2), (2, 0.4), (3, 0.6)):
        score(small, f"b{number}", "rouge_l", value)
    score(small, "b1", "similarity", None, "empty text")
    rows = ask(
        small, "SELECT measure, n, attempted, round(mean, 9), round(sd, 9), round(se, 6) FROM leaderboard ORDER BY 1"
    )
    assert rows == [("rouge_l", 3, 3, 0.4, 0.2, 0.11547), ("similarity", 0, 1, None, None, None)]


def test_the_leaderboard_keeps_the_judges_modes_apart(small: Store) -> None:
    judge(small, "b1", BEST)
    judge(small, "b1", WORST, mode="independent")
    rows = ask(small, "SELECT scorer, measure, mean FROM leaderboard WHERE measure = 'total' ORDER BY 1")
    assert rows == [("oracle (independent)", "total", 0.0), ("oracle (reference)", "total", 100.0)]


def test_the_leaderboard_by_field_parts_the_same_numbers(small: Store) -> None:
    for number, value in ((1, 0.2), (2, 0.4), (3, 0.6)):
        score(small, f"b{number}", "rouge_l", value)
    with small.read() as connection:
        rows = leaderboard.leaderboard(connection, "small", 1, leaderboard.Scope("test"), "field", 2, 2)
    assert [(row.field, row.n, row.mean) for row, _ in rows] == [("energy", 1, 0.2), ("retail", 1, 0.4), (None, 1, 0.6)]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("table", ["score", "rating", "judgment"])
def test_a_value_that_is_no_number_is_refused(small: Store, table: str, value: float) -> None:
    with pytest.raises(duckdb.ConstraintException):
        insert(small, table, value, None)


@pytest.mark.parametrize("table", ["score", "rating", "judgment"])
def test_a_missing_value_needs_a_reason_and_a_value_has_none(small: Store, table: str) -> None:
    for value, reason in ((None, None), (1.0, "refused")):
        with pytest.raises(duckdb.ConstraintException):
            insert(small, table, value, reason)
    insert(small, table, None, "refused")
    insert(small, table, 1.0, None)


def insert(store: Store, table: str, value: float | None, reason: str | None) -> None:
    others: dict[str, dict[str, Any]] = {
        "score": {"generation_id": "b1", "metric": "m", "version": "1", "settings": ""},
        "rating": {
            "event_id": new_id(), "study_id": "study-1", "item_id": "item-b1", "generation_id": "b1", "rater": "ann",
            "criterion": "accuracy", "comment": "", "flagged": False, "seconds": 1.0,
        },
        "judgment": {
            "event_id": new_id(), "generation_id": "b1", "rubric_id": RUBRIC.rubric_id, "judge": "j",
            "mode": "reference", "criterion": "accuracy", "rationale": "",
        },
    }  # fmt: skip
    row = {**others[table], "value": value, "unscored": reason, "created_at": NOON}
    with store.write() as connection:
        marks = ", ".join("?" for _ in row)
        connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def test_a_second_version_of_a_dataset_stands_beside_the_first(store: Store) -> None:
    fill(store)
    with store.write() as connection:
        datasets.add(connection, "dataset-2", "small", "again.csv", [Example("New?", "Yes.", example_id="n1")])
    assert ask(store, "SELECT version, count(*) FROM examples GROUP BY 1 ORDER BY 1") == [(1, 4), (2, 1)]
    assert {system.name for system in SYSTEMS} == {
        name for (name,) in ask(store, "SELECT DISTINCT system FROM generations")
    }
