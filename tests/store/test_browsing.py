"""Pages of examples: order, search and the systems' values come from the database, texts only when one is opened."""

from dataclasses import replace

import pytest

from tests.fakes.hostile import HOSTILE
from tests.store.hand_made import verdict
from tests.store.judged import judge, verdict_of
from viva.present import measures
from viva.records.browsing import BrowseOrder, BrowsePage, BrowseQuery
from viva.records.dataset import Example
from viva.records.generation import Generation, Score
from viva.records.judging import JudgeMode
from viva.records.model import Decoding, System
from viva.store import Store, browsing, datasets, generations, judgments, models, ratings

BEST, WORST = {"accuracy": 5, "clarity": 3}, {"accuracy": 0, "clarity": 1}
SYSTEMS = [System(name, name, "{question}", Decoding(samples=2)) for name in ("a", "b")]
QUERY = BrowseQuery("d", "test", measure="rouge_l")
VALUES: dict[str, list[tuple[float | None, ...]]] = {
    "a": [(0.2, 0.4), (0.9,), (None,), (0.5,), ()],
    "b": [(0.3,), (0.1,), (None,), (), ()],
}
"""By system and example: a value for each sample."""


@pytest.fixture
def written(store: Store) -> Store:
    """Five test examples, of which nobody wrote for the last, and one for training."""
    examples = [
        Example(f"question {n}", f"reference {n}", f"field {n}", split="test", example_id=f"e{n}") for n in range(5)
    ]
    with store.write() as connection:
        datasets.add(connection, "d", "d", "d.csv", [*examples, Example("q", "r", split="train", example_id="t")])
        for system in SYSTEMS:
            models.add_system(connection, system)
            for number, values in enumerate(VALUES[system.name]):
                for sample, value in enumerate(values):
                    key = f"{system.name}{number}-{sample}"
                    text = Generation(key, system.system_id, f"e{number}", f"Words {key}", "stop", 1, 1, 0.1, sample)
                    reason = "empty text" if value is None else None
                    generations.add(connection, [text])
                    generations.add_scores(connection, [Score(key, "rouge_l", "1", "", value, reason)])
    return store


def page(store: Store, query: BrowseQuery = QUERY) -> BrowsePage:
    with store.read() as connection:
        return browsing.page(connection, "d", query)


def numbers(found: BrowsePage) -> list[int]:
    return [row.position for row in found.rows]


def test_a_page_holds_the_means_of_samples_for_each_system(written: Store) -> None:
    found = page(written)
    assert found.systems == ("a", "b")
    assert found.measures == ("rouge_l",)
    assert [row.values for row in found.rows] == [
        (pytest.approx(0.3), 0.3), (0.9, 0.1), (None, None), (0.5, None),
    ]  # fmt: skip
    assert (found.rows[1].question, found.rows[1].field, found.total) == ("question 1", "field 1", 4)


def test_examples_come_in_the_order_asked_for_those_without_a_value_last(written: Store) -> None:
    orders = {order: numbers(page(written, replace(QUERY, order=order))) for order in BrowseOrder}
    assert orders == {
        BrowseOrder.DATASET: [0, 1, 2, 3],
        BrowseOrder.LOWEST: [0, 1, 3, 2],
        BrowseOrder.HIGHEST: [1, 3, 0, 2],
        BrowseOrder.DISAGREEMENT: [1, 0, 2, 3],
    }


def test_pages_follow_one_another_and_know_how_many_examples_there_are(written: Store) -> None:
    ordered = replace(QUERY, order=BrowseOrder.HIGHEST, limit=3)
    assert numbers(page(written, ordered)) == [1, 3, 0]
    last = page(written, replace(ordered, offset=3))
    assert (numbers(last), last.total) == ([2], 4)
    beyond = page(written, replace(ordered, offset=30))
    assert (beyond.rows, beyond.total) == ((), 4)


def test_a_text_is_looked_for_in_question_reference_and_what_was_written(written: Store) -> None:
    for text, expected in (
        ("QUESTION 2", [2]), ("reference 3", [3]), ("words a0-1", [0]), ("words", [0, 1, 2, 3]), ("%", []), ("_", []),
    ):  # fmt: skip
        found = page(written, replace(QUERY, text=text))
        assert (numbers(found), found.total) == (expected, len(expected)), text


def test_any_text_can_be_looked_for(written: Store) -> None:
    with written.read() as connection:
        for text in HOSTILE:
            assert browsing.page(connection, "d", replace(QUERY, text=text)).total in {0, 4}


def test_only_one_split_is_looked_at_unless_all_are(written: Store) -> None:
    with written.write() as connection:
        generations.add(connection, [Generation("t", SYSTEMS[0].system_id, "t", "x", "stop", 1, 1, 0.1)])
    assert page(written).total == 4
    assert page(written, replace(QUERY, split=None)).total == 5
    assert page(written, replace(QUERY, split="train")).measures == ()
    assert page(written, replace(QUERY, split="train")).query.measure == ""
    assert page(written, replace(QUERY, split="")).total == 0


def test_measures_come_in_their_order_and_one_that_is_not_there_gives_way_to_the_first(written: Store) -> None:
    with written.write() as connection:
        for name in ("my_own", "meteor", "semantic_similarity"):
            generations.add_scores(connection, [Score("a0-0", name, "1", "", 0.5)])
    found = page(written, replace(QUERY, measure="bleu"))
    assert found.measures == ("semantic_similarity", "rouge_l", "meteor", "my_own")
    assert found.query.measure == "semantic_similarity"


def test_settings_of_a_metric_that_do_not_count_are_left_out(written: Store) -> None:
    with written.write() as connection:
        generations.choose(connection, "d", [("rouge_l", "1", "")])
        generations.add_scores(connection, [Score("b1-0", "rouge_l", "1", "other", 0.7)])
    assert page(written).rows[1].values == (0.9, 0.1)
    with written.read() as connection:
        found = browsing.example(connection, "d", "e1")
    assert found is not None
    assert found.texts[1].metrics == {"rouge_l": 0.1}


def test_an_example_is_read_whole_with_samples_in_order_and_failures(written: Store) -> None:
    with written.write() as connection:
        failed = Generation("b0-1", SYSTEMS[1].system_id, "e0", "", "failed", 0, 0, 0.1, 1, "status 500")
        generations.add(connection, [failed])
    with written.read() as connection:
        found = browsing.example(connection, "d", "e0")
        assert browsing.example(connection, "another", "e0") is None
        assert browsing.example(connection, "d", "\ud800") is None
    assert found is not None
    assert (found.position, found.question, found.reference, found.field) == (0, "question 0", "reference 0", "field 0")
    assert [(text.system, text.sample, text.text, text.failed) for text in found.texts] == [
        ("a", 0, "Words a0-0", None), ("a", 1, "Words a0-1", None),
        ("b", 0, "Words b0-0", None), ("b", 1, "", "status 500"),
    ]  # fmt: skip
    assert [text.metrics for text in found.texts] == [{"rouge_l": 0.2}, {"rouge_l": 0.4}, {"rouge_l": 0.3}, {}]
    assert {(text.human_total, text.raters) for text in found.texts} == {(None, 0)}


def test_a_long_question_is_cut_in_a_page_only(written: Store) -> None:
    with written.write() as connection:
        connection.execute("UPDATE example SET question = repeat('x', 100000) WHERE example_id = 'e0'")
    assert len(page(written).rows[0].question) == browsing.QUESTION_LENGTH
    with written.read() as connection:
        found = browsing.example(connection, "d", "e0")
    assert found is not None
    assert len(found.question) == 100_000


def test_the_name_of_peoples_totals_is_the_one_that_is_shown() -> None:
    assert browsing.HUMAN_TOTAL == measures.HUMAN_TOTAL


def test_people_are_a_measure_too_the_first_where_somebody_rated(small: Store) -> None:
    with small.write() as connection:
        assert ratings.add(connection, [verdict("b1", BEST), verdict("b1", WORST, rater="bob")]) == []
    with small.read() as connection:
        found = browsing.page(connection, "dataset-1", BrowseQuery("small", "test"))
        first = browsing.example(connection, "dataset-1", "e1")
    assert found.measures[0] == found.query.measure == measures.HUMAN_TOTAL
    assert first is not None
    assert [(text.human_total, text.raters) for text in first.texts] == [(50.0, 2), (None, 0)]
    assert found.rows[0].values == (50.0, None)


def test_a_judge_without_a_total_is_no_measure(small: Store) -> None:
    with small.write() as connection:
        judgments.set_panel(connection, "all", "dataset-1", JudgeMode.REFERENCE, ["oracle", "second"])
        generations.add_scores(connection, [Score("b1", "rouge_l", "1", "", 0.5)])
    judge(small, verdict_of("b1", {"accuracy": 5, "clarity": None}), verdict_of("b1", BEST, judge="second"))
    with small.read() as connection:
        found = browsing.page(connection, "dataset-1", BrowseQuery("small", "test"))
    assert found.measures == ("judge total second (reference)", "rouge_l")


def test_peoples_total_is_by_one_rubric_and_a_rater_has_one_voice(small: Store) -> None:
    with small.write() as connection:
        connection.execute("INSERT INTO rubric SELECT 'r2', name, title, created_at FROM rubric")
        connection.execute("INSERT INTO criterion SELECT 'r2', * EXCLUDE rubric_id FROM criterion")
        made = [("-newer", "rubric_id", "+ INTERVAL 1 DAY"), ("-other", "'r2'", "- INTERVAL 1 DAY")]
        for name, rubric, later in made:
            connection.execute(
                f"INSERT INTO study BY NAME SELECT * REPLACE (study_id || '{name}' AS study_id, name || '{name}' AS "
                f"name, {rubric} AS rubric_id, created_at {later} AS created_at) FROM study WHERE name = 'first'"
            )
        assert ratings.add(connection, [verdict("b1", BEST), verdict("b1", WORST, rater="bob")]) == []
        for name, wanted in (("-newer", "ann"), ("-other", "bob")):
            connection.execute(
                f"INSERT INTO rating BY NAME SELECT * REPLACE (event_id || '{name}' AS event_id, "
                f"study_id || '{name}' AS study_id) FROM rating WHERE rater = ? AND study_id NOT LIKE '%-%r'",
                [wanted],
            )
    with small.read() as connection:
        found = browsing.page(connection, "dataset-1", BrowseQuery("small", "test"))
        first = browsing.example(connection, "dataset-1", "e1")
    assert first is not None
    # Ann rated it twice by the rubric that counts, Bob once, and once more by another.
    assert [(text.human_total, text.raters) for text in first.texts] == [(50.0, 2), (None, 0)]
    assert found.rows[0].values == (50.0, None)


def test_a_judges_total_is_a_measure_like_peoples(small: Store) -> None:
    with small.write() as connection:
        judgments.set_panel(connection, "all", "dataset-1", JudgeMode.REFERENCE, ["oracle"])
    judge(small, verdict_of("b1", BEST), verdict_of("t1", WORST), verdict_of("b2", {"accuracy": 5, "clarity": None}))
    oracle, panel = "judge total oracle (reference)", "judge total all (reference)"
    for measure in (oracle, panel):
        with small.read() as connection:
            found = browsing.page(connection, "dataset-1", BrowseQuery("small", "test", measure=measure))
            first = browsing.example(connection, "dataset-1", "e1")
        assert found.measures == (panel, oracle)
        assert [row.values for row in found.rows] == [(100.0, 0.0), (None, None), (None, None)]
        assert first is not None
        assert [text.metrics for text in first.texts] == [{panel: 100.0, oracle: 100.0}, {panel: 0.0, oracle: 0.0}]
    with small.read() as connection:
        assert browsing.page(connection, "dataset-1", BrowseQuery("small", "train")).measures == ()


def test_only_a_field_a_subfield_and_some_systems_are_looked_at(written: Store) -> None:
    with written.write() as connection:
        connection.execute("UPDATE example SET subfield = 'deep' WHERE example_id = 'e1'")
        connection.execute("UPDATE example SET field = NULL WHERE example_id = 'e3'")
    assert numbers(page(written, replace(QUERY, field="field 1"))) == [1]
    assert numbers(page(written, replace(QUERY, field=""))) == [3]
    assert numbers(page(written, replace(QUERY, subfield="deep"))) == [1]
    assert numbers(page(written, replace(QUERY, subfield=""))) == [0, 2, 3]
    one = page(written, replace(QUERY, systems=("b",), order=BrowseOrder.HIGHEST))
    assert (one.systems, numbers(one), one.total) == (("b",), [0, 1, 2], 3)
    assert [row.values for row in one.rows] == [(0.3,), (0.1,), (None,)]
    assert page(written, replace(QUERY, systems=("b",), text="words a0")).total == 0
    assert page(written, replace(QUERY, systems=("b",), text="words b", field="field 1")).total == 1
    assert page(written, replace(QUERY, field="field 1", offset=9)).total == 1
    assert page(written, replace(QUERY, field="gone")).measures == ()
    assert page(written, replace(QUERY, systems=("\ud800",))).systems == ()


def test_each_study_has_a_total_of_its_own_where_several_were_rated(small: Store) -> None:
    with small.write() as connection:
        connection.execute(
            "INSERT INTO study BY NAME SELECT * REPLACE ('other' AS study_id, 'ext' AS name, "
            "created_at + INTERVAL 1 DAY AS created_at) FROM study WHERE name = 'first'"
        )
        assert ratings.add(connection, [verdict("b1", BEST), verdict("b2", WORST)]) == []
    query = BrowseQuery("small", "test", measure="human total first")
    with small.read() as connection:
        alone = browsing.page(connection, "dataset-1", query)
        known = browsing.example(connection, "dataset-1", "e1")
    assert (alone.query.measure, alone.measures) == ("human total", ("human total",)), "one study is all there is"
    assert known is not None
    assert known.texts[0].metrics == {}
    with small.write() as connection:
        connection.execute(
            "INSERT INTO rating BY NAME SELECT * REPLACE (event_id || '-other' AS event_id, 'other' AS study_id, "
            "'bob' AS rater, CASE WHEN criterion = 'accuracy' THEN 0 ELSE 1 END AS value) FROM rating "
            "WHERE generation_id = 'b1'"
        )
    with small.read() as connection:
        found = browsing.page(connection, "dataset-1", query)
        other = browsing.page(connection, "dataset-1", replace(query, measure="human total ext", field="energy"))
        elsewhere = browsing.page(connection, "dataset-1", replace(query, field="retail"))
        first = browsing.example(connection, "dataset-1", "e1")
        totals = browsing.page(connection, "dataset-1", replace(query, measure="human total"))
    assert found.measures == ("human total", "human total first", "human total ext")
    assert [row.values[0] for row in found.rows] == [100.0, 0.0, None]
    assert [row.values[0] for row in other.rows] == [0.0]
    assert (elsewhere.query.measure, elsewhere.measures) == ("human total first", ("human total", "human total first"))
    assert [row.values[0] for row in totals.rows] == [50.0, 0.0, None]
    assert first is not None
    assert first.texts[0].metrics == {"human total first": 100.0, "human total ext": 0.0}
    assert first.texts[0].human_total == 50.0


def test_the_names_of_a_studys_totals_are_those_that_are_shown() -> None:
    assert browsing.STUDY_TOTAL == measures.STUDY_TOTAL
