"""People and a judge put together: what comes in, with which weights, and what is refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.calibrated import DATASET, JUDGE, SCORER, STUDY, SYSTEMS, add_judge, fill_calibrated, rate
from tests.fakes.rated_studies import as_person
from viva.errors import Forbidden, NotFound, UsageError
from viva.records.calibration import CalibratedRow, CalibratedVerdict
from viva.records.study import StudyMode, StudyRequest
from viva.settings import Settings
from viva.stats import prediction_powered
from viva.workbench import Workbench


@pytest.fixture(scope="module")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("calibrated")
    fill_calibrated(Workbench(Settings(workspace=path, lock_timeout=10.0)))
    return path


@pytest.fixture
def calibrated(bench: Workbench, filled_once: Path) -> Workbench:
    """A workbench with 60 questions that a judge has judged, 30 of which were drawn and rated."""
    shutil.copytree(filled_once, bench.paths.root, dirs_exist_ok=True)
    return bench


def row(found: CalibratedVerdict, second: str | None = "tuned", measure: str = "total") -> CalibratedRow:
    return next(one for one in found.rows if (one.measure, one.first, one.second) == (measure, "base", second))


def values(bench: Workbench, source: str, measure: str = "total") -> dict[str, dict[str, float]]:
    """Return a value by example, by system, as SQL has it."""
    with bench.store.read() as connection:
        found = connection.execute(
            "SELECT system, example, value FROM example_verdicts WHERE source = ? AND measure = ? ORDER BY ALL",
            [source, measure],
        ).fetchall()
    return {system: {example: value for of, example, value in found if of == system} for system in SYSTEMS}


def test_each_measure_has_means_and_differences_by_people_by_the_judge_and_by_both(calibrated: Workbench) -> None:
    found = calibrated.calibration.of(DATASET, STUDY)
    assert (found.scorer, found.population, found.drawn, found.rated, found.useful) == (SCORER, 60, 30, 30, 0)
    assert (found.strata, found.refused) == (3, "")
    measures = ["total", *(one.name for one in found.study.rubric.criteria)]
    assert [(one.measure, one.first, one.second) for one in found.rows] == [
        (measure, *who) for measure in measures for who in (("base", None), ("tuned", None), ("base", "tuned"))
    ]
    pair = row(found)
    assert (pair.people_n, pair.judge_n, pair.n, pair.judged, pair.highest) == (30, 60, 30, 30, 100)
    judge = values(calibrated, "judge")
    apart = {one: judge["base"][one] - judge["tuned"][one] for one in judge["base"]}
    assert pair.judge.value == pytest.approx(np.mean(list(apart.values())))
    assert row(found, None, "accuracy").highest == 40
    # The judge is about 20 points too kind to `tuned`: it alone is wrong, both together are not.
    assert pair.judge.high is not None
    assert pair.both.low is not None
    assert pair.judge.high < pair.both.low
    assert pair.people.low is not None
    assert pair.people.low < pair.both.value < pair.people.high  # type: ignore[operator]


def test_the_numbers_are_those_of_prediction_powered_inference_within_fields(calibrated: Workbench) -> None:
    people, judge = values(calibrated, "human"), values(calibrated, "judge")
    rated = sorted(people["base"])
    strata = [int(example[1:]) % 3 for example in rated]
    y, f = ([of["base"][one] - of["tuned"][one] for one in rated] for of in (people, judge))
    rest = [judge["base"][one] - judge["tuned"][one] for one in judge["base"] if one not in rated]
    wanted = prediction_powered.mean(y, f, rest, [2.0] * 30, strata)
    found = row(calibrated.calibration.of(DATASET, STUDY))
    assert (found.both, found.tuning, found.effective, found.se) == (
        tuple(pytest.approx(one) for one in wanted[:3]), pytest.approx(wanted.tuning),
        pytest.approx(wanted.effective), pytest.approx(wanted.se),
    )  # fmt: skip


def test_with_fewer_than_20_questions_it_is_refused_and_the_rest_is_told(bench: Workbench) -> None:
    fill_calibrated(bench, rated=12)
    found = bench.calibration.of(DATASET, STUDY)
    assert found.refused == "12 questions of the random sample are rated, 20 are needed"
    pair = row(found)
    assert (pair.both, pair.people_n, pair.judge_n, pair.effective) == ((None, None, None), 12, 60, None)
    assert pair.people.value is not None
    assert pair.reason == "12 questions of the random sample are rated and judged, 20 are needed"


def test_strata_without_a_rating_are_told(bench: Workbench) -> None:
    fill_calibrated(bench, rated=1)
    found = bench.calibration.of(DATASET, STUDY)
    assert (found.rated, found.strata, found.unrated_strata) == (1, 3, 2)


def test_a_study_that_is_half_rated_weighs_each_stratum_by_its_size(bench: Workbench) -> None:
    fill_calibrated(bench, rated=24)
    found = bench.calibration.of(DATASET, STUDY)
    people = values(bench, "human")["base"]
    means = [np.mean([value for example, value in people.items() if int(example[1:]) % 3 == at]) for at in range(3)]
    assert (found.rated, found.drawn) == (24, 30)
    assert row(found, None).people.value == pytest.approx(np.mean(means))


def test_questions_chosen_as_useful_are_left_out_of_what_people_say(bench: Workbench) -> None:
    fill_calibrated(bench, rated=0)
    with bench.store.write() as connection:
        connection.execute("DELETE FROM study_item")
        connection.execute("UPDATE study SET name = 'empty'")
    bench.studies.create(StudyRequest(STUDY, DATASET, "test", SYSTEMS, seed=2, questions=40, calibration=0.5))
    rate(bench, 40)
    found = bench.calibration.of(DATASET, STUDY)
    assert (found.population, found.drawn, found.rated, found.useful) == (60, 20, 20, 20)
    assert (row(found).people_n, row(found).n, row(found).judged) == (20, 20, 40)


def test_without_a_judge_people_are_told_alone(bench: Workbench) -> None:
    fill_calibrated(bench, judged=False)
    found = bench.calibration.of(DATASET, STUDY)
    assert (found.scorer, found.scorers, found.refused) == ("", (), "no judge has judged texts of many")
    assert row(found).people.value is not None
    assert (row(found).judge, row(found).judge_n) == ((None, None, None), 0)


def test_a_judge_that_saw_only_what_people_rated_adds_nothing(bench: Workbench) -> None:
    fill_calibrated(bench, questions=30, drawn=30)
    found = bench.calibration.of(DATASET, STUDY)
    assert found.refused == "the judge has judged no other questions than those that people have rated"
    assert row(found).people.value is not None


def test_the_judge_that_judged_most_is_taken_and_another_one_on_demand(calibrated: Workbench) -> None:
    add_judge(calibrated, "brief", 20, {"base": 0, "tuned": 0})
    found = calibrated.calibration.of(DATASET, STUDY)
    assert (found.scorer, found.scorers) == (SCORER, ((SCORER, 60), ("brief (reference)", 20)))
    for asked in ("brief", "brief (reference)"):
        assert calibrated.calibration.of(DATASET, STUDY, asked).scorer == "brief (reference)"
    assert calibrated.calibration.of(DATASET, STUDY, JUDGE, "reference").scorer == SCORER
    with pytest.raises(NotFound, match=r"no judge 'kind \(independent\)'"):
        calibrated.calibration.of(DATASET, STUDY, JUDGE, "independent")
    with pytest.raises(NotFound, match="no judge 'nobody'"):
        calibrated.calibration.of(DATASET, STUDY, "nobody")


def test_a_judge_by_the_rubric_of_the_study_comes_before_others(bench: Workbench) -> None:
    fill_calibrated(bench, judged=False)
    add_judge(bench, JUDGE, 60, {"base": 0, "tuned": 0}, "Another rubric")
    assert bench.calibration.of(DATASET, STUDY).scorer == SCORER
    add_judge(bench, "brief", 50, {"base": 0, "tuned": 0})
    assert bench.calibration.of(DATASET, STUDY).scorer == "brief (reference)"


def test_what_does_not_fit_is_refused(calibrated: Workbench) -> None:
    calibrated.studies.create(StudyRequest("pairs", DATASET, "test", SYSTEMS, StudyMode.PAIRWISE, questions=5))
    with pytest.raises(NotFound, match="no study 'none'"):
        calibrated.calibration.of(DATASET, "none")
    with pytest.raises(UsageError, match="is not on other, but on many"):
        calibrated.calibration.of("other", STUDY)
    with pytest.raises(UsageError, match="is on the split test"):
        calibrated.calibration.of(DATASET, STUDY, split="train")
    with pytest.raises(UsageError, match="compares pairs"):
        calibrated.calibration.of(DATASET, "pairs")


def test_ratings_made_elsewhere_count_where_they_are_declared_a_random_sample(
    calibrated: Workbench, tmp_path: Path
) -> None:
    file = tmp_path / "elsewhere.jsonl"
    criteria = [one.name for one in calibrated.rubrics.get("default").criteria]
    lines = [
        {"example": f"q{n}", "system": system, "rater": "r", **dict.fromkeys(criteria, (n + len(system)) % 6)}
        for n in range(0, 48, 2)
        for system in SYSTEMS
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    calibrated.rating_files.import_file(file, DATASET, study="paper")
    found = calibrated.calibration.of(DATASET, "paper")
    assert (found.refused, found.useful) == ("no question of the study is known to have been drawn at random", 24)
    calibrated.rating_files.import_file(file, DATASET, study="paper", random_sample=True)
    found = calibrated.calibration.of(DATASET, "paper")
    assert (found.refused, found.population, found.drawn, found.rated, found.useful) == ("", 60, 24, 24, 0)
    assert (row(found).n, row(found).judged) == (24, 36)


def test_a_lead_sees_the_verdict_once_no_study_of_such_texts_is_open_to_them(calibrated: Workbench) -> None:
    """Else they would rate the same systems' texts knowing which is better, or even which text is whose."""
    lead = as_person(calibrated, "lea", "lead")
    with pytest.raises(Forbidden, match="sample is open: leads see what came of it once it is closed"):
        lead.calibration.of(DATASET, STUDY)
    calibrated.studies.close(STUDY)
    assert lead.calibration.of(DATASET, STUDY) == calibrated.calibration.of(DATASET, STUDY)
    calibrated.studies.create(StudyRequest("second", DATASET, "test", SYSTEMS[:1], questions=5))
    calibrated.studies.pause("second")
    with pytest.raises(Forbidden, match="you may rate texts like those of sample in second") as caught:
        lead.calibration.of(DATASET, STUDY)
    assert caught.value.hint == "close it, or say who else rates: viva study assign second RATER …"
    calibrated.studies.assign("second", ["bob"])
    assert lead.calibration.of(DATASET, STUDY).rows
    with pytest.raises(Forbidden):
        as_person(calibrated, "bob").calibration  # noqa: B018


def test_the_seed_is_that_of_the_bootstrap_below_30_questions(bench: Workbench) -> None:
    fill_calibrated(bench, drawn=24)
    one, same, other = (bench.calibration.of(DATASET, STUDY, seed=seed).rows for seed in (0, 0, 5))
    assert one == same
    assert [row.both.value for row in one] == [row.both.value for row in other]
    assert [row.both.low for row in one] != [row.both.low for row in other]
