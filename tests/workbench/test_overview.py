"""The next sensible step, from an empty workspace to the results."""

from tests.fakes.filled import STUDY
from tests.fakes.results import rate_at_desk
from viva.records.overview import StepKind
from viva.workbench import Workbench


def test_an_empty_workspace_starts_with_the_bundled_dataset_then_trains(bench: Workbench) -> None:
    step = bench.overview().next_step
    assert step.kind is StepKind.IMPORT
    bench.take(step)
    overview = bench.overview()
    assert overview.next_step.kind is StepKind.TRAIN
    assert [(d.name, d.splits) for d in overview.datasets] == [("vad", {"train": 93, "validation": 16, "test": 19})]


def test_what_waits_for_a_rater_comes_before_the_results(filled: Workbench) -> None:
    assert filled.overview().next_step.kind is StepKind.RATE
    rate_at_desk(filled, STUDY, most=7)
    assert filled.overview().next_step.reason == "1 text to rate"
    rate_at_desk(filled, STUDY)
    overview = filled.overview()
    assert (overview.next_step.kind, overview.undelivered) == (StepKind.RESULTS, filled.desk.undelivered())
    assert [(study.task.name, study.rated, study.left) for study in overview.studies] == [(STUDY, 8, 0)]


def test_a_paused_study_waits_for_nobody(filled: Workbench) -> None:
    filled.studies.pause(STUDY)
    assert filled.overview().next_step.kind is StepKind.RESULTS


def test_texts_without_a_study_ask_for_one_and_texts_without_scores_to_be_scored(filled: Workbench) -> None:
    with filled.store.write() as connection:
        connection.execute("DELETE FROM study_item")
        connection.execute("DELETE FROM study")
    step = filled.overview().next_step
    assert step.kind is StepKind.STUDY
    filled.take(step)
    assert [study.name for study in filled.studies.list()] == ["round-1"]
    with filled.store.write() as connection:
        connection.execute("DELETE FROM study")
        connection.execute("DELETE FROM score WHERE generation_id = 'generation-00'")
    assert filled.overview().next_step.kind is StepKind.SCORE
    with filled.store.write() as connection:
        connection.execute("DELETE FROM generation WHERE generation_id LIKE 'generation-1%'")
    generate = filled.overview().next_step
    assert (generate.kind, generate.arguments["models"]) == (StepKind.GENERATE, ["starter", "tuned"])
