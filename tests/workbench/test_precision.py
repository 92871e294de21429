"""How sure a study is, what more ratings would bring, and that whoever may rate learns no names."""

import math

import pytest

from tests.fakes.rated_rounds import DATASET, FIELDS, JUDGE, STUDY, SYSTEMS, fill_round, judge_round, rate_round
from tests.fakes.rated_studies import as_person
from viva.errors import Forbidden, NotFound, UsageError
from viva.records.estimate import Estimate
from viva.records.ids import new_id, utc_now
from viva.records.precision import PrecisionPlan, PrecisionRow
from viva.records.rating import RatingEvent
from viva.records.study import StudyMode, StudyRequest
from viva.store import ratings
from viva.workbench import Workbench


def row_of(plan: PrecisionPlan, first: str, second: str | None = None) -> PrecisionRow:
    return next(row for row in plan.rows if (row.first, row.second) == (first, second))


def test_widths_are_those_of_the_calibrated_verdict(bench: Workbench) -> None:
    """People alone, and with the judge: the same estimates and intervals, to ten digits."""
    fill_round(bench, second=8)
    judge_round(bench)
    plan = bench.precision.of(STUDY)
    verdict = bench.calibration.of(DATASET, STUDY)
    assert plan.scorer == verdict.scorer == f"{JUDGE} (reference)"
    rows = [row for row in verdict.rows if row.measure == "total"]
    assert len(rows) == len(plan.rows) == 6
    for other in rows:
        row = row_of(plan, other.first, other.second)
        assert row.judge is not None
        assert row.people.estimate == pytest.approx(other.people, rel=1e-10)
        assert row.judge.estimate == pytest.approx(other.both, rel=1e-10)
        for one in (row.people, row.judge):
            assert one.half == pytest.approx((one.estimate.high - one.estimate.low) / 2)  # type: ignore[operator]


def test_what_is_foretold_grows_with_what_is_wished_for(bench: Workbench) -> None:
    fill_round(bench)
    plans = [bench.precision.of(STUDY, margin) for margin in (20, 6, 5, 4)]
    needed = [row_of(plan, "base-3b", "tuned-8b").people.to_margin for plan in plans]
    assert needed[0] == 0
    assert all(more is None or more >= 0 for more in needed)
    known = [more for more in needed if more is not None]
    assert known == sorted(known)
    assert row_of(bench.precision.of(STUDY, 0.01), "base-3b", "tuned-8b").people.to_margin is None


def test_what_was_foretold_is_about_what_comes(bench: Workbench) -> None:
    """Rating the rest of what is drawn gives about the width that was foretold for it."""
    fill_round(bench, rated=24)
    before = row_of(bench.precision.of(STUDY), "base-3b", "tuned-3b").people
    rate_round(bench, "ann", 45)
    after = row_of(bench.precision.of(STUDY), "base-3b", "tuned-3b").people
    assert before.n == 24
    assert after.n == 45
    assert before.half is not None
    assert after.half is not None
    assert after.half < before.half
    assert after.half == pytest.approx(before.half * math.sqrt(24 / 45), rel=0.3)


def test_no_judge_below_twenty_rated_questions(bench: Workbench) -> None:
    fill_round(bench, rated=10)
    judge_round(bench)
    row = bench.precision.of(STUDY).rows[0]
    assert row.judge is not None
    assert (row.judge.half, row.best) == (None, row.people)
    assert row.judge.reason == "10 questions of the random sample are rated and judged, 20 are needed"


def test_a_judge_without_one_criterion_has_no_total_and_it_is_said_which(bench: Workbench) -> None:
    fill_round(bench)
    judge_round(bench)
    with bench.store.write() as connection:
        connection.execute("DELETE FROM judgment WHERE criterion = 'practicality'")
    for measure, said in (("total", "gives no practicality, and so has no total"), ("practicality", "gives no practi")):
        for row in bench.precision.of(STUDY, measure=measure).rows:
            assert row.judge is not None
            assert said in row.judge.reason
    row = bench.precision.of(STUDY, measure="accuracy").rows[0]
    assert row.judge is not None
    assert row.judge.half is not None
    verdict = bench.calibration.of(DATASET, STUDY)
    assert verdict.refused == verdict.gap == f"{JUDGE} (reference) gives no practicality, and so has no total"
    assert {row.measure for row in verdict.rows if row.reason} == {"total", "practicality"}


def test_fewer_than_five_rated_questions_are_not_planned_from(bench: Workbench) -> None:
    fill_round(bench, rated=4)
    for row in bench.precision.of(STUDY).rows:
        one = row.people
        assert (one.n, one.at_end, one.to_margin, one.to_zero, row.raters) == (4, None, None, None, None)
        assert one.half is not None
        assert one.reason == "4 rated questions are too few to plan from, 5 are needed"
    rate_round(bench, "ann", 5)
    assert all(row.people.foretold for row in bench.precision.of(STUDY).rows)


def test_one_more_rater_goes_no_further_than_every_question(bench: Workbench) -> None:
    fill_round(bench, second=12)
    for row in bench.precision.of(STUDY).rows:
        assert row.raters is not None
        assert row.people.at_end is not None
        assert 0 < row.raters.at_end <= row.people.at_end


def test_raters_and_questions_are_told_apart(bench: Workbench) -> None:
    fill_round(bench, second=0)
    assert row_of(bench.precision.of(STUDY), "base-3b").raters is None
    rate_round(bench, "bob", 27)
    found = row_of(bench.precision.of(STUDY), "base-3b")
    raters, half = found.raters, found.people.half
    assert raters is not None
    assert half is not None
    assert (raters.shared, raters.raters) == (27, 2.0)
    # As many verdicts on new questions always buy more, until the split ends.
    assert raters.more_questions < raters.more_raters < half


def test_layers_get_their_share(bench: Workbench) -> None:
    fill_round(bench)
    plan = bench.precision.of(STUDY)
    strata = row_of(plan, "base-3b", "tuned-8b").strata
    assert [one.name for one in strata] == sorted(FIELDS)
    assert [one.questions for one in strata] == [30, 30, 30]
    assert sum(one.rated for one in strata) == 27
    assert sum(one.best for one in strata) == sum(one.proportional for one in strata) == plan.following
    assert row_of(plan, "base-3b").strata == ()


@pytest.mark.parametrize("rated", [6, 9, 12, 20, 27, 45])
def test_nothing_more_is_needed_where_the_interval_leaves_zero_out(bench: Workbench, rated: int) -> None:
    """Of few questions intervals are lopsided: half of one says less than its end."""
    fill_round(bench, rated=rated)
    for row in bench.precision.of(STUDY).pairs:
        low, high = row.people.estimate.low, row.people.estimate.high
        assert low is not None
        assert high is not None
        assert (row.people.to_zero == 0) == (low > 0 or high < 0)


def test_two_equal_values_do_not_empty_a_layer(bench: Workbench) -> None:
    """A layer of which next to nothing is known is taken to spread as all values do."""
    fill_round(bench, rated=0)
    rate_round(bench, "ann", 6, constant=3)
    rate_round(bench, "bob", 2)
    strata = row_of(bench.precision.of(STUDY), "base-3b", "tuned-8b").strata
    assert all(one.rated <= 4 for one in strata)
    assert any(one.deviation == 0 for one in strata)
    assert all(abs(one.best - one.proportional) <= 1 for one in strata)


def test_layers_of_which_nothing_was_drawn_belong_to_the_split(bench: Workbench) -> None:
    fill_round(bench, drawn=2, rated=2)
    plan = bench.precision.of(STUDY)
    assert (plan.population, plan.drawn) == (90, 2)
    strata = plan.pairs[0].strata
    assert [one.questions for one in strata] == [30, 30, 30]
    assert sorted(one.rated for one in strata) == [0, 1, 1]
    assert all(one.best for one in strata)


def test_only_the_random_sample_counts(bench: Workbench) -> None:
    fill_round(bench, drawn=40, calibration=0.5, rated=90)
    plan = bench.precision.of(STUDY)
    assert (plan.drawn, plan.rated, plan.useful, plan.population) == (20, 20, 20, 90)


def test_a_criterion_has_points_of_its_own(bench: Workbench) -> None:
    fill_round(bench)
    plan = bench.precision.of(STUDY, measure="practicality")
    assert (plan.highest, plan.margin) == (10, 0.5)
    value = row_of(plan, "tuned-3b").people.estimate.value
    assert value is not None
    assert 0 < value < 10
    with pytest.raises(NotFound, match="no criterion"):
        bench.precision.of(STUDY, measure="style")


def test_nothing_rated_and_equal_values_have_reasons(bench: Workbench) -> None:
    fill_round(bench, rated=0)
    empty = bench.precision.of(STUDY)
    assert {row.people.reason for row in empty.rows} == {"nothing of the random sample is rated yet"}
    assert (empty.rated, empty.waiting) == (0, 45)
    rate_round(bench, "ann", 30, constant=3)
    equal = bench.precision.of(STUDY)
    assert {row.people.reason for row in equal.rows} == {"all values are equal, so that there is no interval"}
    assert row_of(equal, "base-3b").people.estimate == (60.0, None, None)


def test_a_study_of_pairs_is_planned_by_who_won(bench: Workbench) -> None:
    fill_round(bench, rated=0)
    bench.studies.create(StudyRequest("pairs", DATASET, "test", SYSTEMS[:2], StudyMode.PAIRWISE, questions=30))
    with bench.store.write() as connection:
        connection.execute(
            """
            INSERT INTO preference (event_id, study_id, item_id, example_id, generation_a, generation_b, scorer, source,
                                    shown_first, winner, comment, seconds, created_at)
            SELECT i.item_id, i.study_id, i.item_id, g.example_id, i.generation_id, i.generation_b, 'ann', 'human', 'a',
                   CASE WHEN i.position % 4 = 0 THEN 'a' ELSE 'b' END, '', 9.0, now()::TIMESTAMP
            FROM study_item i JOIN generation g USING (generation_id)
            WHERE i.study_id = (SELECT study_id FROM study WHERE name = 'pairs')
            """
        )
    plan = bench.precision.of("pairs")
    (row,) = plan.rows
    assert (row.first, row.second, row.people.n, plan.highest) == (*SYSTEMS[:2], 30, 1.0)
    assert row.people.estimate.value is not None
    with bench.store.read() as connection:
        [(won, lost)] = connection.execute(
            "SELECT count(*) FILTER (winner = 'a'), count(*) FILTER (winner = 'b') FROM preferences "
            "WHERE (system_a = 'base-3b') = (winner = 'a')"
        ).fetchall()
    # What base-3b won, as either side, less what it lost.
    assert row.people.estimate.value == pytest.approx((2 * (won + lost) - 30) / 30)
    own, other = (as_person(bench, name, "lead").precision.of("pairs").rows[0].people for name in ("ann", "lea"))
    assert (own.n, other.n, other.estimate) == (0, 30, Estimate(None))


def test_a_lead_sees_letters_and_widths_until_the_study_is_closed(bench: Workbench) -> None:
    fill_round(bench, second=8)
    judge_round(bench)
    named = bench.precision.of(STUDY)
    lead = as_person(bench, "lea", "lead")
    hidden = lead.precision.of(STUDY)
    assert {row.first for row in hidden.rows} == {"A", "B", "C"}
    assert all(row.first < row.second for row in hidden.rows if row.second is not None)
    assert not any(system in str(hidden) for system in SYSTEMS)
    assert (named.blind, hidden.blind, hidden.study.systems) == (False, True, ())
    halves = sorted(row.people.half or 0 for row in hidden.rows)
    assert halves == pytest.approx(sorted(row.people.half or 0 for row in named.rows), rel=0.02)
    assert lead.precision.of(STUDY) == hidden
    bench.studies.close(STUDY)
    assert lead.precision.of(STUDY) == bench.precision.of(STUDY)


def test_an_open_study_tells_a_lead_no_estimate_and_no_width_to_its_last_digit(bench: Workbench) -> None:
    """From widths to the last digit, and ratings a lead may read, it could be found out whose texts belong together."""
    fill_round(bench, second=8)
    judge_round(bench)
    for row in as_person(bench, "lea", "lead").precision.of(STUDY).rows:
        assert row.judge is not None
        assert row.raters is not None
        assert row.people.estimate == row.judge.estimate == Estimate(None)
        raters, sides = row.raters, (row.people, row.judge)
        numbers = [number for one in sides for number in (one.half, one.at_end)]
        numbers += [raters.between, raters.within, raters.more_raters, raters.more_questions, raters.at_end]
        numbers += [stratum.deviation for stratum in row.strata]
        assert all(number is not None and number == float(f"{number:.2g}") for number in numbers)


def test_what_a_lead_says_changes_nothing_that_tells_whose_text_it_was(bench: Workbench) -> None:
    """Else a rating, and a look at which letter's numbers move, would name the letter of a text."""
    fill_round(bench, rated=12)
    lead = as_person(bench, "lea", "lead")
    before = lead.precision.of(STUDY)
    rate_round(bench, "lea", 20, constant=5)
    after = lead.precision.of(STUDY)
    assert after.rows == before.rows
    assert (before.rated, after.rated) == (12, 20)
    assert bench.precision.of(STUDY).rows[0].people.n == 20
    assert as_person(bench, "max", "lead").precision.of(STUDY).rows[0].people.n == 20


def test_a_lead_who_alone_has_rated_is_told_so(bench: Workbench) -> None:
    fill_round(bench, rated=0)
    rate_round(bench, "lea", 9)
    plan = as_person(bench, "lea", "lead").precision.of(STUDY)
    assert {row.people.reason for row in plan.rows} == {"nobody else has rated anything of the random sample yet"}
    assert plan.rated == 9


def test_a_question_waits_until_each_of_its_texts_is_rated(bench: Workbench) -> None:
    """Questions come once for one of their texts before they come for another."""
    fill_round(bench, rated=20)
    study = bench.studies.get(STUDY)
    with bench.store.write() as connection:
        one = [
            RatingEvent(new_id(), study.study_id, item, "ann", {"accuracy": 3}, None, "", False, 9.0, utc_now())
            for (item,) in connection.execute(
                """
                SELECT min(item) FROM study_items WHERE study = ? GROUP BY example
                HAVING example NOT IN (SELECT example FROM ratings WHERE study = ?)
                """,
                [STUDY, STUDY],
            ).fetchall()
        ]  # fmt: skip
        assert ratings.add(connection, one) == []
    plan = bench.precision.of(STUDY, measure="accuracy")
    assert (plan.rated, plan.complete, plan.waiting, plan.drawn) == (45, 20, 25, 45)


def test_raters_and_nonsense_are_refused(bench: Workbench) -> None:
    fill_round(bench)
    with pytest.raises(Forbidden):
        as_person(bench, "ann").precision.of(STUDY)
    with pytest.raises(NotFound, match="no study"):
        bench.precision.of("round-2")
    for margin in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(UsageError, match="margin"):
            bench.precision.of(STUDY, margin)
