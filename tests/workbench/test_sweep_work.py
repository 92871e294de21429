"""A sweep's job tells the store of its trials and makes the best one a model."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.mending import add, plain
from tests.fakes.runs_on_disk import SEARCH, add_run, starter, sweep
from viva.records.job import JobKind
from viva.store import jobs, trials
from viva.workbench import Workbench
from viva.workbench.sweep_work import sweep as search
from viva.workbench.work import JobWork

JOB = "20260101-100000-aaaaaa"


def work(bench: Workbench, done: dict[str, Any]) -> tuple[JobWork, list[dict[str, Any]]]:
    """Return a sweep's job whose program says what `sweep` does and ends with `done`, and what it will be told."""
    add(bench, plain(4))
    recipe = starter(sweep=SEARCH)
    directory = add_run(bench, JOB, "searched", [], kind=JobKind.SWEEP, recipe=recipe, status=None)
    arguments = {**directory.spec()[0].arguments, "dataset": "zoo", "dataset_id": bench.datasets.get("zoo").dataset_id}
    with bench.store.write() as connection:
        jobs.add(connection, JOB, *directory.spec())
    told: list[dict[str, Any]] = []

    def run(
        module: str, config: Path, on_event: Callable[[dict[str, Any]], None], processes: int = 1
    ) -> dict[str, Any]:
        told.append({"module": module, **json.loads(config.read_text())})
        for event in sweep():
            on_event(event)
        return done

    return JobWork(bench, directory, arguments, run), told


def stored(bench: Workbench) -> list[str]:
    with bench.store.read() as connection:
        return [trial.state for trial in trials.latest(connection, JOB)]


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    path = tmp_path / "adapter"
    path.mkdir()
    (path / "adapter_config.json").write_text("{}")
    return path


def test_trials_reach_the_store_and_the_best_becomes_a_model(bench: Workbench, adapter: Path) -> None:
    job, told = work(bench, {"adapter": str(adapter), "best_trial": 1, "trials": 3})
    result = search(job)
    assert result["model"] == "searched"
    model = bench.models.get("searched")
    assert (model.location, model.base) == (str(adapter), "starter")
    assert told[0]["module"] == "viva.train.sweep"
    assert (told[0]["resume"], told[0]["recipe"]["sweep"]["trials"]) == (False, 3)
    # The third trial was running when the program ended.
    assert stored(bench) == ["complete", "complete", "waiting"]
    with bench.store.read() as connection:
        rows = connection.execute("SELECT step, value FROM job_metric WHERE name = 'eval_loss' ORDER BY ALL").fetchall()
    assert rows == [(20, 1.5), (40, 1.75)]
    search(job)
    assert told[1]["resume"] is True


def test_a_paused_sweep_makes_no_model(bench: Workbench) -> None:
    job, _ = work(bench, {"paused": True, "step": 2})
    assert search(job) == {"paused": True, "step": 2}
    assert [model.name for model in bench.models.list() if model.name == "searched"] == []
    assert stored(bench)[2] == "waiting"
