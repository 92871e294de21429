"""Settling what raters disagree on: beside what they said, blind, and only once they have all said it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.disagreeing import PAIRS, RATERS, RUBRIC, SYSTEMS, make
from tests.fakes.filled import STUDY
from tests.fakes.rated_studies import as_person, rate
from viva.errors import Forbidden, NotFound, UsageError
from viva.present import adjudication as words
from viva.records.rating import OVERALL
from viva.workbench import Workbench


@pytest.fixture
def disagreeing(bench: Workbench) -> Workbench:
    make(bench)
    return bench


def rows(bench: Workbench, query: str) -> list[tuple[Any, ...]]:
    with bench.store.read() as connection:
        return connection.execute(query).fetchall()


def test_items_come_furthest_apart_first_and_tell_who_said_what(disagreeing: Workbench) -> None:
    disputes = disagreeing.adjudication.list(RUBRIC)
    assert [one.apart for one in disputes.items] == sorted((one.apart for one in disputes.items), reverse=True)
    assert (len(disputes.items), disputes.waiting) == (24, 0)
    order = [(-round(one.apart, 9), one.number) for one in disputes.items]
    assert order == sorted(order)
    first = disputes.items[0]
    assert (first.raters, first.flagged, first.settled, first.widest) == (4, 1, False, "accuracy")
    dispute = disagreeing.adjudication.get(RUBRIC, first.item)
    assert dispute == disagreeing.adjudication.get(RUBRIC, str(first.number))
    assert tuple(voice.rater for voice in dispute.voices) == RATERS
    values = [20 * float(voice.values["accuracy"]) for voice in dispute.voices]
    apart = [abs(x - y) for place, x in enumerate(values) for y in values[place + 1 :]]
    assert first.apart == pytest.approx(sum(apart) / 6)
    assert (dispute.question, dispute.reference) == (
        first.question,
        f"With a graph network ({first.question[9:].partition(':')[0]}).",
    )
    assert dispute.other is None
    every = [disagreeing.adjudication.get(RUBRIC, one.item) for one in disputes.items]
    assert any(voice.comment for one in every for voice in one.voices)


def test_a_decision_changes_no_rating_and_the_last_one_counts(disagreeing: Workbench) -> None:
    # Means are summed in an order that may change: their last digits with it.
    means = "(SELECT system, study, measure, n, attempted, round(mean, 9) FROM leaderboard)"
    views = ("ratings", "totals", means)
    before = [sorted(map(str, rows(disagreeing, f"FROM {view}"))) for view in views]
    item = disagreeing.adjudication.list(RUBRIC).items[0]
    disagreeing.adjudication.decide(RUBRIC, item.item, {"practicality": 1, "accuracy": 5}, "first thought")
    decision = disagreeing.adjudication.decide(RUBRIC, str(item.number), {"accuracy": 3}, "it is half right")
    assert disagreeing.adjudication.get(RUBRIC, item.item).decision == decision
    assert (decision.values, decision.adjudicator) == ({"accuracy": 3}, "ann")
    assert [sorted(map(str, rows(disagreeing, f"FROM {view}"))) for view in views] == before
    assert rows(
        disagreeing, "SELECT study, number, criterion, value, points, note, adjudicator FROM adjudications"
    ) == [(RUBRIC, item.number, "accuracy", 3.0, 24.0, "it is half right", "ann")]
    assert rows(disagreeing, "SELECT count(*) FROM adjudication") == [(3,)]
    settled = [one.settled for one in disagreeing.adjudication.list(RUBRIC).items]
    assert settled == [True] + [False] * 23
    assert disagreeing.rater_agreement.of(RUBRIC).disagreements[0].settled


def test_of_a_pair_a_side_is_settled(disagreeing: Workbench) -> None:
    item = disagreeing.adjudication.list(PAIRS).items[0]
    dispute = disagreeing.adjudication.get(PAIRS, item.item)
    assert {dispute.text, dispute.other} == {"By plain.", "By better."}
    assert all(set(voice.values) == {OVERALL} for voice in dispute.voices)
    disagreeing.adjudication.decide(PAIRS, item.item, {OVERALL: "tie"})
    assert disagreeing.adjudication.get(PAIRS, item.item).decision is not None
    [row] = rows(disagreeing, "SELECT study, system, system_b, criterion, value, winner FROM adjudications")
    assert row == (PAIRS, "better", "plain", None, None, "tie")
    sides = dict(zip(("a", "b"), (dispute.text, dispute.other), strict=True))
    assert sides["a"] == "By better."


def test_what_the_rubric_does_not_have_is_refused(disagreeing: Workbench) -> None:
    decide = disagreeing.adjudication.decide
    for values, message in (
        ({}, "nothing is decided"),
        ({"accuracy": 6}, "accuracy goes from 0 to 5, not 6"),
        ({"accuracy": "a"}, "accuracy goes from 0 to 5, not a"),
        ({"accuracy": float("nan")}, "accuracy goes from 0 to 5, not nan"),
        ({"acuracy": 3}, "the rubric has no criterion 'acuracy'"),
        ({OVERALL: 3}, "the rubric has no criterion ''"),
    ):
        with pytest.raises(UsageError, match=message):
            decide(RUBRIC, "1", values)
    with pytest.raises(UsageError, match="'c' is no side"):
        decide(PAIRS, "1", {OVERALL: "c"})
    with pytest.raises(NotFound, match="seminar has no item '99'"):
        decide(RUBRIC, "99", {"accuracy": 3})
    with pytest.raises(NotFound, match="no study 'semina'"):
        disagreeing.adjudication.list("semina")
    assert rows(disagreeing, "FROM adjudication") == []


def test_whose_texts_they_are_is_told_to_nobody(disagreeing: Workbench) -> None:
    lead = Workbench(replace(disagreeing.settings, role="lead"))
    for bench in (disagreeing, lead):
        assert bench.adjudication.list(RUBRIC).study.systems == ()
        dispute = replace(bench.adjudication.get(RUBRIC, "1"), text="")
        assert not any(f"'{name}" in str(dispute) for name in SYSTEMS)
    with pytest.raises(Forbidden):
        _ = Workbench(replace(disagreeing.settings, role="rater")).adjudication


def test_an_item_that_still_wants_raters_is_not_shown(filled: Workbench) -> None:
    filled.studies.extend(STUDY, raters_per_item=2)
    for name, count in (("bob", 8), ("cyd", 3)):
        rate(as_person(filled, name), STUDY, count)
    disputes = filled.adjudication.list(STUDY)
    assert (len(disputes.items), disputes.waiting) == (3, 5)
    numbers = {one.number for one in disputes.items}
    waiting = next(number for number in range(1, 9) if number not in numbers)
    for call in (
        lambda: filled.adjudication.get(STUDY, str(waiting)),
        lambda: filled.adjudication.decide(STUDY, str(waiting), {"accuracy": 3}),
    ):
        with pytest.raises(UsageError, match="still wants raters: 1 of 2"):
            call()
    filled.studies.close(STUDY)
    assert filled.adjudication.get(STUDY, str(waiting)).voices[0].rater == "bob"
    assert filled.adjudication.list(STUDY).waiting == 0


def test_a_lead_who_may_rate_sees_nothing_of_others_until_the_study_is_closed(filled: Workbench) -> None:
    """Else they could rate, or revise what they have rated, knowing what others said."""
    filled.studies.extend(STUDY, raters_per_item=2)
    lead = as_person(filled, "lea", "lead")
    rate(as_person(filled, "bob"), STUDY, 8)
    rate(lead, STUDY, 3)
    rate(as_person(filled, "cyd"), STUDY, 8)
    assert (len(filled.adjudication.list(STUDY).items), filled.adjudication.list(STUDY).withheld) == (8, 0)
    disputes = lead.adjudication.list(STUDY)
    assert (len(disputes.items), disputes.waiting, disputes.withheld) == (0, 0, 8)
    assert "you may rate in it yourself, and see 8 once it is closed" in words.caption(disputes)
    rated = [voice.rater for number in range(1, 9) for voice in filled.adjudication.get(STUDY, str(number)).voices]
    assert rated.count("lea") == 3
    for number in map(str, range(1, 9)):
        for call in (
            lambda item=number: lead.adjudication.get(STUDY, item),
            lambda item=number: lead.adjudication.decide(STUDY, item, {"accuracy": 3}),
        ):
            with pytest.raises(UsageError, match="see what others said once it is closed"):
                call()
    assert lead.rater_agreement.of(STUDY).disagreements == ()
    filled.studies.assign(STUDY, ["bob", "cyd"])
    assert len(lead.adjudication.list(STUDY).items) == 8
    filled.studies.assign(STUDY, ["bob", "lea"])
    assert "until the study is closed" in words.nothing_text(disputes)
    filled.studies.close(STUDY)
    assert lead.adjudication.get(STUDY, "1").voices


def test_nothing_to_settle_is_an_empty_list(filled: Workbench) -> None:
    assert filled.adjudication.list(STUDY).items == ()
