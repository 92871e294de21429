"""An estimate learns from the dry runs of the same device, and what is measured is kept."""

from typing import Any

import pytest

from viva.errors import NotFound, UsageError, UserError
from viva.records.dataset import Example
from viva.records.training import DryRun, Estimate, Fit
from viva.store import memory_checks
from viva.workbench import Workbench, estimates

SET = {"epochs": "1", "batch_size": "1", "accumulation": "1", "max_length": "64"}


@pytest.fixture
def pairs(bench: Workbench) -> Workbench:
    from tests.fakes.mending import add

    rows = [Example(f"Why {n}?", f"Because of {n} cameras.", split="train", example_id=f"e{n}") for n in range(5)]
    add(bench, rows)
    return bench


def ratio(bench: Workbench) -> list[tuple[Any, ...]]:
    with bench.store.read() as connection:
        return connection.execute("SELECT model, predicted, measured, longest FROM memory_check").fetchall()


@pytest.mark.slow
@pytest.mark.parallel
def test_a_dry_run_makes_the_next_estimate_better(pairs: Workbench) -> None:
    before = pairs.estimates.estimate("zoo", "starter", "starter-lora", SET)
    assert isinstance(before, Estimate)
    assert (before.fit, before.correction, before.seconds) == (Fit.FITS, 1.0, None)
    assert (before.steps, before.lengths.examples) == (5, 5)

    tried = pairs.estimates.dry_run("zoo", "starter", "starter-lora", SET)
    assert isinstance(tried, DryRun)
    ((model, predicted, measured, longest),) = ratio(pairs)
    assert (model, predicted, measured) == ("starter", tried.predicted, tried.measured)
    assert longest == before.lengths.longest

    after = pairs.estimates.estimate("zoo", "starter", "starter-lora", SET)
    assert after.correction == pytest.approx(tried.measured / tried.predicted)
    assert after.predicted == pytest.approx(sum(after.parts.values()) * after.correction, abs=1)
    assert after.seconds == pytest.approx(after.lengths.tokens / tried.tokens_per_second)


def test_only_dry_runs_of_the_same_quantization_count(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.fakes.mending import add
    from tests.fakes.training import tiny_recipe

    add(bench, [Example("Why?", "So.", split="train", example_id="e1")])
    outcome = DryRun("cpu", 100, 300, 5.0, 1.0, 9.0)
    with bench.store.write() as connection:
        recipe = tiny_recipe(quantization="nf4")
        memory_checks.add(connection, memory_checks.MemoryCheck("starter", recipe, 9, outcome))
    told: dict[str, Any] = {}

    def run(module: str, config: dict[str, Any], *, threads: int) -> dict[str, Any]:
        told.update(config)
        raise UserError("enough")

    monkeypatch.setattr(estimates, "run_child", run)
    with pytest.raises(UserError, match="enough"):
        bench.estimates.estimate("zoo", "starter", "starter-lora")
    assert told["corrections"] == {"cpu": {"nf4": 3.0}}
    assert told["paces"] == {}


def test_what_is_not_there_or_cannot_be_set_is_an_error(pairs: Workbench) -> None:
    with pytest.raises(NotFound):
        pairs.estimates.estimate("zoo", "nobody", "starter-lora")
    with pytest.raises(NotFound):
        pairs.estimates.estimate("nothing", "starter", "starter-lora")
    with pytest.raises(UsageError):
        pairs.estimates.dry_run("zoo", "starter", "starter-lora", {"speed": "9"})


@pytest.mark.slow
@pytest.mark.parallel
def test_a_failed_dry_run_keeps_nothing(pairs: Workbench) -> None:
    with pytest.raises(UserError, match="nothing to train on"):
        pairs.estimates.dry_run("zoo", "starter", "starter-lora", {**SET, "max_length": "8"})
    assert ratio(pairs) == []
