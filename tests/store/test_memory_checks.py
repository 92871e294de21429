"""What dry runs measured comes back as corrections and paces."""

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.training import tiny_recipe
from viva.records.job import JobKind, JobSpec
from viva.records.training import DryRun
from viva.store import Store, memory_checks
from viva.store.memory_checks import MemoryCheck
from viva.store.sql import SqlSession


def check(
    measured: int, *, model: str = "small", device: str = "cpu", pace: float = 10.0, **changes: Any
) -> MemoryCheck:
    outcome = DryRun(device, 1000, measured, pace, 2.0, 60.0)
    return MemoryCheck(model, tiny_recipe(**changes), 99, outcome)


def add(store: Store, *checks: MemoryCheck) -> None:
    with store.write() as connection:
        for one in checks:
            memory_checks.add(connection, one)


def test_an_empty_store_corrects_nothing(store: Store) -> None:
    with store.read() as connection:
        assert memory_checks.corrections(connection) == {}
        assert memory_checks.paces(connection, "small", tiny_recipe()) == {}


def test_corrections_are_medians_by_device_and_quantization(store: Store) -> None:
    add(store, check(1100), check(1500), check(1200, model="other"), check(800, quantization="nf4"))
    add(store, check(2000, device="cuda (One)"))
    with store.read() as connection:
        found = memory_checks.corrections(connection)
    assert found == {"cpu": {"none": 1.2, "nf4": 0.8}, "cuda (One)": {"none": 2.0}}


def test_the_pace_is_that_of_the_latest_dry_run_of_the_same_kind(store: Store) -> None:
    add(store, check(1, pace=10), check(1, pace=20), check(1, pace=30, model="other"))
    add(store, check(1, pace=40, quantization="nf4"), check(1, pace=50, device="gpu"))
    with store.read() as connection:
        assert memory_checks.paces(connection, "small", tiny_recipe()) == {"cpu": 20.0, "gpu": 50.0}
        assert memory_checks.paces(connection, "small", tiny_recipe(quantization="nf4")) == {"cpu": 40.0}
        assert memory_checks.paces(connection, "nobody", tiny_recipe()) == {}


def test_trainings_tell_the_pace_better_than_a_dry_run(store: Store) -> None:
    from viva.records.ids import utc_now
    from viva.store import jobs, training

    recipe = replace(tiny_recipe(), checkpointing="on")
    spec = JobSpec(JobKind.TRAIN, "t", {"model": "small", "recipe": recipe.to_json()})
    with store.write() as connection:
        jobs.add(connection, "j1", spec, utc_now())
        training.add_facts(connection, "j1", {"device": "cpu"})
        jobs.add_metrics(connection, "j1", [(1, "tokens_per_second", 5.0), (2, "tokens_per_second", 7.0)])
    with store.read() as connection:
        assert memory_checks.paces(connection, "small", recipe) == {"cpu": 6.0}
        assert memory_checks.paces(connection, "small", tiny_recipe(checkpointing="off")) == {}
    add(store, check(1, pace=99, checkpointing="on"))
    with store.read() as connection:
        assert memory_checks.paces(connection, "small", recipe) == {"cpu": 6.0}


@pytest.mark.parametrize("name", ["small", "a\ud800b"])
def test_checks_can_be_queried(store: Store, name: str, tmp_path: Any) -> None:
    add(store, check(1500, model=name))
    with SqlSession(store, tmp_path / "snapshots") as session:
        result = session.run("SELECT recipe, longest, ratio FROM memory_checks")
    assert [list(row) for row in result.rows] == [["starter-lora", 99, 1.5]]
