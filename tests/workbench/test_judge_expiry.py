"""What ends a check of a judge: other verdicts and ratings, and another way of asking."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.rated_judge import DATASET, add_judge, fill_rated, rate
from viva.judge.prompts import load as load_prompts
from viva.records.judge_check import Agreement, JudgeCheck, Standing
from viva.records.judging import BASELINE, JudgeMode, JudgeRequest
from viva.settings import Settings
from viva.store import judgments
from viva.workbench import Workbench
from viva.workbench.judging_protocols import protocol_of
from viva.workbench.judging_requests import commissioned


@pytest.fixture(scope="module")
def _store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was filled once, to be copied."""
    made = Workbench(Settings(workspace=tmp_path_factory.mktemp("rated"), rater="ann", lock_timeout=10.0))
    fill_rated(made)
    return made.paths.store


@pytest.fixture
def rated(bench: Workbench, _store: Path) -> Workbench:
    shutil.copyfile(_store, bench.paths.store)
    return bench


def _on(check: JudgeCheck, criterion: str = "accuracy") -> Agreement:
    return next(found for found in check.criteria if found.criterion == criterion)


def test_what_was_found_is_kept_until_something_changes(rated: Workbench) -> None:
    checks = rated.judge_checks
    add_judge(rated, "oracle", 0.3, only=30)
    assert checks.latest(DATASET, "test", "oracle") is None
    made = checks.check(DATASET, "test", "oracle")
    kept = checks.latest(DATASET, "test", "oracle")
    assert kept is not None
    assert replace(kept, created_at=None) == replace(made, created_at=None)
    assert kept.expired is None
    add_judge(rated, "oracle", 0.3)
    expired = checks.latest(DATASET, "test", "oracle")
    assert expired is not None
    assert expired.expired == "20 further texts judged"
    checks.check(DATASET, "test", "oracle")
    rate(rated, ["dan"])
    again = checks.latest(DATASET, "test", "oracle")
    assert again is not None
    assert again.expired == "ratings or verdicts, of embedding-baseline among them, have changed"
    checks.check(DATASET, "test", "oracle")
    add_judge(rated, "oracle", 0.3, version="2")
    changed = checks.latest(DATASET, "test", "oracle")
    assert changed is not None
    assert changed.expired == "the judge, its prompt, its settings or the rubric have changed"


def test_the_baseline_that_judges_afterwards_ends_it(rated: Workbench) -> None:
    checks = rated.judge_checks
    add_judge(rated, "oracle", 0.7)
    assert _on(checks.check(DATASET, "test", "oracle")).standing is Standing.ALONE
    add_judge(rated, BASELINE, 0.0, skip=("practicality",))
    found = checks.latest(DATASET, "test", "oracle")
    assert found is not None
    assert found.expired == "ratings or verdicts, of embedding-baseline among them, have changed"
    assert _on(checks.check(DATASET, "test", "oracle")).standing is Standing.WITH_PEOPLE
    again = checks.latest(DATASET, "test", "oracle")
    assert again is not None
    assert again.expired is None


def _asked_with_what_is_here(bench: Workbench, judge: str) -> None:
    """Put the judge's verdicts under the protocol by which it would be asked now."""
    made = add_judge(bench, judge, 0.3)
    commission = commissioned(bench, JudgeRequest(DATASET, "test", (judge,)))
    used = protocol_of(bench, commission, judge)
    with bench.store.write() as connection:
        judgments.add_protocol(connection, used, commission.used_prompts(judge))
        connection.execute(
            "UPDATE judgment SET protocol_id = ? WHERE protocol_id = ?", [used.protocol_id, made.protocol_id]
        )


def test_what_would_be_asked_otherwise_now_ends_it_before_it_is_asked(rated: Workbench) -> None:
    checks, name = rated.judge_checks, "there"
    rated.models.add_endpoint(name, "http://127.0.0.1:9/v1", "nobody-knows-1")
    _asked_with_what_is_here(rated, name)
    with rated.store.write() as connection:
        judgments.set_panel(connection, "both", "rated-id", JudgeMode.REFERENCE, [name, "imported"])
    add_judge(rated, "imported", 0.3)

    def expired(judge: str = name) -> str | None:
        found = checks.latest(DATASET, "test", judge)
        assert found is not None
        return found.expired

    for judge in (name, "both", "imported"):
        checks.check(DATASET, "test", judge)
        assert expired(judge) is None
    prompt = rated.paths.prompts / "judge" / "rubric-reference.txt"
    prompt.parent.mkdir(parents=True)
    shipped_text = load_prompts()["rubric-reference"]
    prompt.write_text(f"{shipped_text}\nBe kind.\n", "utf-8")
    assert expired() == expired("both") == "the prompt has changed since"
    assert expired("imported") is None
    rubric = rated.rubrics.copy("default")
    rubric.write_text(rubric.read_text("utf-8").replace("weight = 40", "weight = 41"), "utf-8")
    assert expired() == "the rubric and the prompt have changed since"
    prompt.write_text("no place for anything", "utf-8")
    assert "there cannot be asked that way any more" in str(expired())
    prompt.unlink()
    rubric.unlink()
    assert expired() is None
    with rated.store.write() as connection:
        connection.execute("UPDATE model SET location = 'http://127.0.0.1:10/v1' WHERE name = ?", [name])
    assert expired() == "the model behind it has changed since"


def test_new_results_on_another_version_end_it(rated: Workbench) -> None:
    add_judge(rated, "oracle", 0.3)
    rated.judge_checks.check(DATASET, None, "oracle")
    with rated.store.write() as connection:
        connection.execute(
            "INSERT INTO dataset SELECT 'rated-2', name, 2, source, content || '2', change, dataset_id, created_at "
            "FROM dataset WHERE dataset_id = 'rated-id'"
        )
        connection.execute(
            "INSERT INTO example BY NAME SELECT * REPLACE ('next-' || example_id AS example_id, "
            "'rated-2' AS dataset_id) FROM example"
        )
        connection.execute(
            "INSERT INTO generation BY NAME SELECT * REPLACE ('next-' || generation_id AS generation_id, "
            "'next-' || example_id AS example_id) FROM generation"
        )
    found = rated.judge_checks.latest(DATASET, None, "oracle")
    assert found is not None
    assert found.expired == "version 2 of the dataset has results now, this was version 1"
