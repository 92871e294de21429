"""Two systems compared: the same questions, the same numbers as elsewhere, and where they differ most."""

import math

import numpy as np
import pytest
from scipy import stats as oracle

from tests.fakes.rated_rounds import DATASET, FIELDS, JUDGE, STUDY, fill_round, judge_round
from tests.fakes.results import rate
from viva.errors import NotFound, UsageError
from viva.records.comparison import Comparison, MeasureDifference
from viva.records.ids import new_id, utc_now
from viva.records.rating import RatingEvent
from viva.records.results import MeasureKey
from viva.store import example_values, ratings
from viva.workbench import Workbench

TOTAL = MeasureKey("human", "total", STUDY)


@pytest.fixture
def round_(bench: Workbench) -> Workbench:
    fill_round(bench)
    judge_round(bench)
    return bench


def of(found: Comparison, key: MeasureKey) -> MeasureDifference:
    return next(one for one in found.measures if one.key == key)


def test_every_measure_is_that_of_the_values_of_both(round_: Workbench) -> None:
    found = round_.comparisons.compare("tuned-8b", "base-3b", DATASET, "test", every=True)
    with round_.store.read() as connection:
        values = example_values.every(connection, DATASET, 1, "test", systems=["tuned-8b", "base-3b"])
    assert {one.key for one in found.measures} == {one.key for one in values}
    for table in values:
        one = of(found, table.key)
        first, second = (table.values[:, table.systems.index(name)] for name in ("tuned-8b", "base-3b"))
        apart = (first - second)[~np.isnan(first - second)]
        assert (one.n, one.attempted) == (apart.size, int(table.tried.all(axis=1).sum()))
        assert one.difference.value == pytest.approx(apart.mean())
        assert one.effect == pytest.approx(apart.mean() / apart.std(ddof=1))
        assert (one.higher, one.lower) == ((apart > 1e-9).sum(), (apart < -1e-9).sum())
        assert one.p == pytest.approx(oracle.ttest_1samp(apart, 0).pvalue, abs=0.02)
        if one.n >= 30:
            interval = oracle.ttest_1samp(apart, 0).confidence_interval(0.95)
            assert (one.difference.low, one.difference.high) == pytest.approx((interval.low, interval.high))


def test_people_come_first_then_judges_then_metrics(round_: Workbench) -> None:
    found = round_.comparisons.compare("tuned-8b", "base-3b", DATASET)
    keys = [(one.key.source, one.key.measure) for one in found.measures]
    criteria = ["total", "accuracy", "completeness", "relevance", "practicality"]
    assert keys[:10] == [(source, name) for source in ("human", "judge") for name in criteria]
    assert keys[10:] == [("metric", "semantic_similarity"), ("metric", "rouge_l")]
    assert found.hidden == 2
    assert of(found, MeasureKey("judge", "accuracy", "", f"{JUDGE} (reference)")).highest == 40


def test_the_correction_counts_the_main_measures_whatever_is_shown(round_: Workbench) -> None:
    compare = round_.comparisons.compare
    main = compare("tuned-8b", "tuned-3b", DATASET)
    assert (main.tests, main.every, main.joined) == (len(main.measures), False, ())
    for name in ("total", "rouge_l"):
        alone = compare("tuned-8b", "tuned-3b", DATASET, measures=[name])
        assert {one.key.measure for one in alone.measures} == {name}
        assert (alone.tests, alone.hidden) == (main.tests, 0)
        assert all(one == of(main, one.key) for one in alone.measures)


def test_with_every_measure_the_correction_counts_all_of_them(round_: Workbench) -> None:
    compare = round_.comparisons.compare
    every = compare("tuned-8b", "tuned-3b", DATASET, every=True)
    alone = compare("tuned-8b", "tuned-3b", DATASET, measures=["total"], every=True)
    assert (every.tests, every.every, every.joined) == (len(every.measures), True, ())
    assert alone.tests == every.tests
    assert of(alone, TOTAL) == of(every, TOTAL)


def test_a_measure_that_is_no_main_one_joins_those_that_are_counted(round_: Workbench) -> None:
    compare = round_.comparisons.compare
    main = compare("tuned-8b", "tuned-3b", DATASET)
    found = compare("tuned-8b", "tuned-3b", DATASET, measures=["rouge_l_precision", "total"])
    assert {one.key.measure for one in found.measures} == {"rouge_l_precision", "total"}
    assert (found.tests, found.joined) == (main.tests + 1, ("rouge_l_precision",))


def test_two_systems_that_change_places_are_mirror_images_to_the_digit(round_: Workbench) -> None:
    """With fewer than 30 questions, so that intervals are drawn."""
    compare = round_.comparisons.compare
    one = compare("tuned-8b", "tuned-3b", DATASET, "test", every=True)
    other = compare("tuned-3b", "tuned-8b", DATASET, "test", every=True)
    assert "bootstrap" in {each.interval for each in one.measures}
    for each in one.measures:
        same = of(other, each.key)
        turned = [None if value is None else -value for value in (same.difference.low, same.difference.high)]
        assert [each.difference.high, each.difference.low] == turned
        assert (each.p, each.corrected, each.first, each.wins) == (same.p, same.corrected, same.second, same.losses)


def test_the_same_seed_gives_the_same_digits(round_: Workbench) -> None:
    compare = round_.comparisons.compare
    assert compare("tuned-8b", "tuned-3b", DATASET, seed=5) == compare("tuned-8b", "tuned-3b", DATASET, seed=5)
    one, other = (of(compare("tuned-8b", "tuned-3b", DATASET, seed=seed), TOTAL) for seed in (5, 6))
    assert one.difference.value == other.difference.value
    assert one.p != other.p


def test_a_field_alone(round_: Workbench) -> None:
    found = round_.comparisons.compare("tuned-8b", "base-3b", DATASET, field=FIELDS[0])
    assert max(one.n for one in found.measures) == 30
    with pytest.raises(NotFound, match="no field 'enery'"):
        round_.comparisons.compare("tuned-8b", "base-3b", DATASET, field="enery")


def test_where_they_differ_most_comes_first_with_both_texts(round_: Workbench) -> None:
    rows = round_.comparisons.apart("tuned-8b", "base-3b", DATASET, TOTAL, "test", limit=5)
    sizes = [abs(row.difference) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    assert len(rows) == 5
    every = round_.comparisons.apart("tuned-8b", "base-3b", DATASET, TOTAL, "test", limit=1000)
    assert sizes[0] == max(abs(row.difference) for row in every)
    first = rows[0]
    assert first.first_text == f"What tuned-8b says to question {first.position}."
    assert first.second_text == f"What base-3b says to question {first.position}."
    assert first.reference == f"Reference {first.position}."


def test_questions_without_a_value_of_both_do_not_count(filled: Workbench) -> None:
    rate(filled)
    found = filled.comparisons.compare("tuned", "starter", "tiny")
    total = next(one for one in found.measures if one.key.measure == "total")
    assert (total.n, total.attempted, total.first, total.second) == (3, 4, 80.0, 20.0)
    # All differences are equal: there is no interval, and no effect size.
    assert (total.difference, total.effect) == ((60.0, None, None), None)


def rate_picked(workbench: Workbench, questions: int) -> list[str]:
    """Rate all texts of the first questions that the study picked as useful; return the fields of these."""
    study = workbench.studies.list()[0]
    with workbench.store.write() as connection:
        found = connection.execute(
            "SELECT i.item, i.example, e.field FROM study_items i JOIN examples e USING (example)"
            " WHERE i.stream = 'useful' ORDER BY i.position"
        ).fetchall()
        fields = dict(list({example: field for _, example, field in found}.items())[:questions])
        values = {criterion.name: 3 for criterion in study.rubric.criteria}
        events = [
            RatingEvent(new_id(), study.study_id, item, "ann", values, None, "", False, 9.0, utc_now())
            for item, example, _ in found
            if example in fields
        ]
        assert ratings.add(connection, events) == []
    return list(fields.values())


def test_questions_that_were_picked_are_told_where_they_count(bench: Workbench) -> None:
    fill_round(bench, calibration=0.5)
    assert bench.comparisons.compare("tuned-8b", "base-3b", DATASET).chosen == ()
    assert bench.results.picked(DATASET) == []
    fields = rate_picked(bench, 4)
    found = bench.comparisons.compare("tuned-8b", "base-3b", DATASET)
    assert found.chosen == ((STUDY, 4),)
    assert bench.results.picked(DATASET) == bench.results.picked(DATASET, "test") == [(STUDY, 4)]
    assert bench.results.picked(DATASET, "") == []
    for field in FIELDS:
        narrowed = bench.comparisons.compare("tuned-8b", "base-3b", DATASET, field=field)
        assert dict(narrowed.chosen).get(STUDY, 0) == fields.count(field)
    assert bench.comparisons.compare("tuned-8b", "base-3b", DATASET, measures=["rouge_l"]).chosen == ()


def test_less_is_better_of_some_measures(filled: Workbench) -> None:
    with filled.store.write() as connection:
        connection.execute("UPDATE score SET metric = 'repetition' WHERE metric = 'rouge_l'")
    (one,) = filled.comparisons.compare("tuned", "starter", "tiny", measures=["repetition"]).measures
    assert one.difference.value is not None
    assert one.difference.value > 0
    assert (one.better, one.wins, one.losses) == (-1, 0, 4)


def test_what_is_not_there_is_said(filled: Workbench) -> None:
    compare = filled.comparisons.compare
    with pytest.raises(NotFound, match="no system 'tund'"):
        compare("tund", "starter", "tiny")
    with pytest.raises(UsageError, match="another one"):
        compare("tuned", "tuned", "tiny")
    with pytest.raises(NotFound, match="share no value on 'nothing'"):
        compare("tuned", "starter", "tiny", measures=["nothing"])
    assert filled.comparisons.apart("tuned", "starter", "tiny", MeasureKey("metric", "nothing")) == []


def test_where_nothing_is_shared_a_measure_by_name_says_how_to_get_one(filled: Workbench) -> None:
    with filled.store.write() as connection:
        connection.execute("DELETE FROM score")
    with pytest.raises(NotFound) as refused:
        filled.comparisons.compare("tuned", "starter", "tiny", measures=["rouge_l"])
    assert refused.value.hint == "they share none yet: viva score computes metrics"


def test_no_number_is_ever_none_in_disguise(round_: Workbench) -> None:
    for one in round_.comparisons.compare("tuned-8b", "base-3b", DATASET, every=True).measures:
        numbers = [one.first, one.second, *one.difference, one.sd, one.se, one.p, one.corrected, one.effect]
        assert all(number is None or math.isfinite(number) for number in numbers)
