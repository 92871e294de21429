"""`viva model estimate` tells people in words and programs in bytes."""

import json
from collections.abc import Mapping

import pytest

from tests.cli.running import Viva
from viva.records.training import DryRun, Estimate, Fit, Lengths
from viva.workbench import estimates

GIB = 1 << 30
FOUND = Estimate(
    "cpu", {"weights": 12 * GIB, "runtime": 6 * GIB}, 1.0, 18 * GIB, 16 * GIB, Fit.DOES_NOT_FIT,
    {"batch_size": "1", "accumulation": "8"}, 40, Lengths(9, 900, 80, 200, 250, 1, 2),
)  # fmt: skip
ASKED: list[tuple[str, str, str, str, Mapping[str, str]]] = []


@pytest.fixture(autouse=True)
def _answers(monkeypatch: pytest.MonkeyPatch) -> None:
    ASKED.clear()

    def estimate(self: object, dataset: str, model: str, recipe: str, overrides: Mapping[str, str]) -> Estimate:
        ASKED.append(("estimate", dataset, model, recipe, overrides))
        return FOUND

    def dry_run(self: object, dataset: str, model: str, recipe: str, overrides: Mapping[str, str]) -> DryRun:
        ASKED.append(("dry run", dataset, model, recipe, overrides))
        return DryRun("cpu", 18 * GIB, 17 * GIB, 12.5, 3.0, 120.0)

    monkeypatch.setattr(estimates.Estimates, "estimate", estimate)
    monkeypatch.setattr(estimates.Estimates, "dry_run", dry_run)


def run(viva: Viva, *more: str) -> str:
    outcome = viva("model", "estimate", "starter", "--recipe", "starter-lora", "--dataset", "zoo", *more)
    assert outcome.code == 0, outcome.err
    return outcome.out


def test_people_read_the_verdict_in_words(viva: Viva) -> None:
    shown = run(viva, "--set", "epochs=2", "--set", "rank = 4")
    assert "does not fit: 2.0 GiB too much; would fit with batch_size=1 accumulation=8" in shown
    assert "12.0 GiB" in shown
    assert "16.0 GiB on cpu" in shown
    assert "40 steps, time not known before a dry run" in shown
    assert "longest 250" in shown
    assert "1 cut at the end" in shown
    assert ASKED == [("estimate", "zoo", "starter", "starter-lora", {"epochs": "2", "rank": "4"})]


def test_a_dry_run_comes_before_the_estimate(viva: Viva) -> None:
    assert "tried: 17.0 GiB measured" in run(viva, "--dry-run")
    assert [asked[0] for asked in ASKED] == ["dry run", "estimate"]


def test_programs_get_bytes(viva: Viva) -> None:
    (found,) = json.loads(run(viva, "--dry-run", "--format", "json"))
    assert found["fit"] == "does not fit"
    assert (found["predicted"], found["available"], found["spare"]) == (18 * GIB, 16 * GIB, -2 * GIB)
    assert (found["weights_bytes"], found["nearest"]) == (12 * GIB, "batch_size=1 accumulation=8")
    assert (found["examples"], found["examples_longest"], found["examples_dropped"]) == (9, 250, 2)
    assert (found["dry_run_measured"], found["seconds"]) == (17 * GIB, None)
    (plain,) = json.loads(run(viva, "--format", "json"))
    assert "dry_run_measured" not in plain


@pytest.mark.parametrize("form", ["csv", "md"])
def test_other_formats_say_it_too(viva: Viva, form: str) -> None:
    assert "does not fit" in run(viva, "--format", form)


def test_a_change_without_a_value_is_used_wrongly(viva: Viva) -> None:
    outcome = viva("model", "estimate", "starter", "--recipe", "x", "--dataset", "y", "--set", "rank")
    assert outcome.code == 2
    assert "no change of a recipe" in outcome.err
