"""What people and judges said of a study's systems, as statistics read it."""

import pytest

from tests.fakes.calibrated import DATASET, SCORER, STUDY, SYSTEMS, add_judge, fill_calibrated
from viva.store import calibration_values, studies
from viva.workbench import Workbench


@pytest.fixture
def calibrated(bench: Workbench) -> Workbench:
    fill_calibrated(bench, questions=12, drawn=6, rated=4)
    return bench


def test_each_question_is_there_once_with_how_it_came_in(calibrated: Workbench) -> None:
    with calibrated.store.write() as connection:
        study = studies.get(connection, STUDY)
        assert study is not None
        connection.execute(
            "UPDATE study_item SET stream = 'useful', stratum = '', probability = NULL WHERE generation_id IN "
            "(SELECT generation_id FROM study_item ORDER BY generation_id LIMIT 1)"
        )
        found = calibration_values.questions(connection, study.study_id)
    assert len(found) == len({one.example for one in found}) == 6
    assert {(one.stratum, one.probability) for one in found} == {(name, 0.5) for name in ("energy", "health", "retail")}


def test_judges_come_by_how_many_questions_they_judged(calibrated: Workbench) -> None:
    add_judge(calibrated, "brief", 5, {"base": 0.0})
    with calibrated.store.read() as connection:
        assert calibration_values.scorers(connection, DATASET, 1, "test", SYSTEMS) == [
            (SCORER, 12), ("brief (reference)", 5),
        ]  # fmt: skip
        assert calibration_values.scorers(connection, DATASET, 1, "test", ["tuned"]) == [(SCORER, 12)]
        for dataset, version, split in (("other", 1, "test"), (DATASET, 2, "test"), (DATASET, 1, "train")):
            assert calibration_values.scorers(connection, dataset, version, split, SYSTEMS) == []


def test_points_are_those_of_the_views(calibrated: Workbench) -> None:
    with calibrated.store.read() as connection:
        found = calibration_values.values(connection, DATASET, 1, "test", SYSTEMS, STUDY, SCORER)
        wanted = connection.execute(
            "SELECT source, measure, system, example, value FROM example_verdicts WHERE source <> 'metric'"
        ).fetchall()
        none = calibration_values.values(connection, DATASET, 1, "test", SYSTEMS, "no study", "no judge")
    assert {(*key, example): value for key, by in found.items() for example, value in by.items()} == {
        tuple(row): value for *row, value in wanted
    }
    assert {source for source, _, _ in found} == {"human", "judge"}
    assert none == {}
