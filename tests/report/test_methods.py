"""What a report says in words: only what is known, and the same as the commands say."""

from dataclasses import replace

import pytest

from tests.fakes.rated_judge import DATASET, SYSTEMS
from viva.present.ranking import strength
from viva.present.weights import verdict
from viva.records.report import ReportRequest, Section
from viva.records.report_data import Part, ReportData
from viva.report import methods, scores, verdicts
from viva.workbench import Workbench, report_reading

LEFT_OUT = "practicality"


@pytest.fixture
def data(reported: Workbench) -> ReportData:
    with reported.reports._still() as still:
        return report_reading.read(still, ReportRequest(DATASET))


def told(section: Section) -> str:
    return " ".join(section.text)


def without_practicality(workbench: Workbench) -> None:
    with workbench.store.write() as connection:
        connection.execute("UPDATE judgment SET value = NULL, unscored = 'not given' WHERE criterion = ?", [LEFT_OUT])


def test_a_judge_that_leaves_out_a_criterion_is_shown_with_what_it_gives(reported: Workbench) -> None:
    without_practicality(reported)
    report = reported.reports.make(ReportRequest(DATASET))
    [judge] = [section for section in report.sections if section.key == "judge"]
    assert judge.missing == ""
    assert judge.text == ("The judge oracle (reference) gives nothing on practicality, and so no total.",)
    [table] = [table for section, table in report.tables if section.key == "judge"]
    assert {row[0].value: bool(row[1].value) for row in table.rows} == {
        "accuracy": True, "completeness": True, "relevance": True, LEFT_OUT: False, "total": False,
    }  # fmt: skip
    [said] = [section for section in report.sections if section.key == "methods"]
    assert "The judge oracle (reference) gives nothing on practicality, and so no total." in told(said)
    assert dict(report.facts)["Judge"] == "oracle (reference)"


def test_a_judge_with_totals_comes_before_one_with_more_verdicts(reported: Workbench) -> None:
    with reported.store.write() as connection:
        connection.execute(
            "INSERT INTO judgment SELECT * REPLACE (event_id || 'x' AS event_id, 'partial' AS judge, "
            "CASE WHEN criterion = 'relevance' THEN NULL ELSE value END AS value, "
            "CASE WHEN criterion = 'relevance' THEN 'not given' END AS unscored) FROM judgment"
        )
        connection.execute("DELETE FROM judgment WHERE judge = 'oracle' AND generation_id NOT LIKE '%-1_'")
    with reported.reports._still() as still:
        assert report_reading.choose(still, ReportRequest(DATASET)).judge == ("oracle", "reference")
        assert report_reading.choose(still, ReportRequest(DATASET, judge="partial")).judge == ("partial", "reference")


def test_only_the_modes_that_were_used_are_described(data: ReportData) -> None:
    said = told(methods.methods(data))
    assert "in mode reference against the reference. Verdicts" in said
    assert "independent" not in said
    both = replace(data, rows=(*data.rows, *(replace(r, scorer="oracle (independent)") for r in data.rows if r.scorer)))
    assert "and in mode independent against an approach of its own." in told(methods.methods(both))


def test_of_an_imported_study_nothing_is_said_that_viva_cannot_know(data: ReportData) -> None:
    assert data.study is not None
    own, imported = data, replace(data, study=replace(data.study, imported=True))
    assert "Its raters were not shown which system wrote what." in told(methods.methods(own))
    said = told(methods.methods(imported))
    assert "viva does not know whether raters were blind to which system wrote what." in said
    assert "not shown" not in said
    assert "each meant for" not in said


def test_people_are_counted_in_the_study_of_the_report_and_those_of_others_beside_them(data: ReportData) -> None:
    facts = replace(data.facts, raters=5, ratings=90, study_raters=2, study_ratings=80)
    said = told(methods.methods(replace(data, facts=facts)))
    assert "2 people gave 80 values in it." in said
    assert "With the other studies of this split 5 people gave 90 values." in said
    alone = replace(facts, raters=2, ratings=80)
    assert "other studies" not in told(methods.methods(replace(data, facts=alone)))


def test_ends_of_intervals_are_cut_to_their_scale_as_on_the_leaderboard(data: ReportData) -> None:
    first, *rest = (row for row in data.rows if row.source == "human" and row.measure == "total")
    wide = replace(first, low=-3.5, high=104.0)
    low = replace(rest[0], low=-3.5)
    section = scores.means(replace(data, rows=(wide, low)))
    table, figure = section.blocks
    shown = {row[2].shown: (row[4], row[5]) for row in table.rows}  # type: ignore[union-attr]
    assert shown[wide.system][0].shown == "too few"
    assert shown[low.system][0].value == 0.0
    assert min(point.low or 0.0 for point in figure.drawing.panels[0].points) == 0.0  # type: ignore[union-attr]


def test_what_weights_decide_is_said_as_the_command_says_it(data: ReportData) -> None:
    found = data.weights.value
    assert found is not None
    assert told(verdicts.weights(data)).endswith(f": {verdict(found)}.")
    alike = replace(found, leaders=SYSTEMS, pairs=tuple(replace(one, ahead=None) for one in found.pairs))
    said = told(verdicts.weights(replace(data, weights=Part(alike))))
    assert said.endswith(": the systems are equal on every criterion: weights decide nothing.")


def test_strengths_are_those_of_the_command(data: ReportData) -> None:
    found = data.rankings.value
    assert found
    [_, table] = verdicts.rankings(data).blocks
    for one, row in zip(found[0].systems, table.rows, strict=True):  # type: ignore[union-attr]
        assert strength(one.strength).split(" ")[0] == row[2].shown.replace("−", "-")  # type: ignore[union-attr]
    assert "Several raters of the same two texts count as one verdict" in table.source.how


def test_figures_are_numbered_without_gaps(data: ReportData) -> None:
    empty = replace(data.histograms[0], edges=(), spreads=())
    drawn = scores.spreads(replace(data, histograms=(empty, *data.histograms))).blocks
    assert [one.name for one in drawn] == [f"spread-{n}" for n in range(1, len(data.histograms) + 1)]  # type: ignore[union-attr]
    none = tuple(
        replace(r, mean=None, n=0) if (r.source, r.measure) == ("human", "total") else r for r in data.by_field
    )
    names = [one.name for one in scores.fields(replace(data, by_field=none)).blocks[:-1]]  # type: ignore[union-attr]
    assert names == [f"fields-{place}" for place in range(1, len(names) + 1)]
