"""Runs are read from the jobs on disk: trainings, and sweeps with the numbers of their best trial."""

import json
import math

import pytest

from tests.fakes.jobs_on_disk import add_job, alive
from tests.fakes.runs_on_disk import SEARCH, add_run, log, starter, sweep, training
from viva.errors import BadInput, NotFound
from viva.records.job import Curve, JobKind, JobStatus
from viva.workbench import Workbench, runs

A, B, C = "20260101-100000-aaaaaa", "20260101-110000-bbbbbb", "20260101-120000-cccccc"


def test_a_training_is_a_run_with_what_its_events_tell(bench: Workbench) -> None:
    add_run(bench, A, "tuned", training({10: 2.0, 20: 1.0, 30: 1.5}))
    [run] = bench.runs.list()
    assert (run.job_id, run.model, run.base, run.dataset, run.status) == (A, "tuned", "starter", "vad", JobStatus.DONE)
    assert (run.steps, run.total, run.loss) == (30, 40, 1.5)
    assert (run.best_loss, run.best_step) == (1.5, 20)
    assert (run.tokens_per_second, run.peak_memory, run.device, run.sweep) == (120.0, 30_000_000, "cpu", None)
    assert run.recipe == starter()


def test_a_training_that_has_said_nothing_has_no_numbers(bench: Workbench) -> None:
    add_run(bench, A, "tuned", [], status=None)
    [run] = bench.runs.list()
    assert run.status is JobStatus.INTERRUPTED
    assert (run.steps, run.seconds, run.loss, run.best_loss, run.best_step) == (0, None, None, None, None)


def test_a_step_that_was_told_twice_counts_as_told_last_and_what_is_no_number_not_at_all(bench: Workbench) -> None:
    again = training({20: 1.25, 30: 1.75}, done=10)
    add_run(bench, A, "tuned", [*training({10: 2.0, 20: 0.5}), *again, log(40, loss=math.nan)])
    [run] = bench.runs.list()
    assert (run.best_loss, run.best_step, run.loss, run.steps) == (1.75, 20, 1.75, 30)


def test_the_time_between_two_processes_does_not_count() -> None:
    times = [("start", 100.0), ("log", 160.0), ("start", 1000.0), ("log", 1030.0), ("done", 1040.0)]
    assert runs.seconds([{"event": event, "time": time} for event, time in times]) == 100.0
    assert runs.seconds([{"event": "start"}]) is None


def test_a_sweep_is_a_run_with_the_numbers_and_the_recipe_of_its_best_trial(bench: Workbench) -> None:
    add_run(bench, A, "searched", sweep(), kind=JobKind.SWEEP, recipe=starter(sweep=SEARCH))
    [run] = bench.runs.list()
    assert (run.sweep, run.best_loss, run.best_step, run.steps, run.total) == (A, 1.5, 20, 40, 40)
    assert (run.loss, run.tokens_per_second, run.peak_memory, run.device) == (1.25, 50.0, 2_000_000, "cpu")
    assert run.recipe == starter(rank=8, dropout=0.1)


def test_a_sweep_before_its_first_trial_has_ended_has_no_numbers(bench: Workbench) -> None:
    add_run(bench, A, "searched", sweep()[:3], kind=JobKind.SWEEP, recipe=starter(sweep=SEARCH), status=None)
    [run] = bench.runs.list()
    assert (run.best_loss, run.steps, run.recipe) == (None, 0, starter())
    assert bench.runs.curves(["searched"]) == {"searched": Curve({})}


def test_other_jobs_are_no_runs_and_recipes_in_another_form_are_counted(bench: Workbench) -> None:
    add_job(bench, "20260101-090000-eeeeee", kind=JobKind.SCORE)
    add_job(bench, "20260101-090001-eeeeee")
    add_run(bench, A, "old", [], recipe={"name": "starter-lora", "rank": 16})
    add_run(bench, B, "older", [], recipe="starter-lora")
    add_run(bench, C, "new", [])
    assert [run.model for run in bench.runs.list()] == ["new"]
    assert bench.runs.unreadable() == 3
    with pytest.raises(BadInput, match="another version"):
        bench.runs.get("old")


def test_a_run_is_found_by_its_job_the_start_of_it_or_its_model(bench: Workbench) -> None:
    add_run(bench, A, "tuned", [])
    add_run(bench, B, "tuned", [], status=JobStatus.FAILED)
    add_run(bench, C, A[:12], [])
    assert bench.runs.get(A).job_id == A
    assert bench.runs.get(A[:13]).job_id == A
    assert bench.runs.get("tuned").job_id == B
    assert bench.runs.get(A[:12]).job_id == C
    for ref in ("2026", "", "tune"):
        with pytest.raises(NotFound):
            bench.runs.get(ref)


def test_curves_are_named_by_model_and_by_job_where_names_clash(bench: Workbench) -> None:
    add_run(bench, A, "tuned", training({10: 2.0}))
    add_run(bench, B, "searched", sweep(), kind=JobKind.SWEEP, recipe=starter(sweep=SEARCH))
    add_run(bench, C, "tuned", training({10: 1.0}))
    found = bench.runs.curves([A, "searched", C, "tuned"])
    assert list(found) == [A, "searched", C]
    assert found[A].points["eval_loss"] == [(10, 2.5)]
    assert found["searched"] == bench.sweeps.curves(B)[1]


def test_two_runs_differ_in_their_recipes(bench: Workbench) -> None:
    add_run(bench, A, "one", [])
    add_run(bench, B, "other", [], recipe=starter(rank=99, target_modules=["q_proj"]))
    found = bench.runs.compare("one", "other")
    assert found == {"rank": (starter().rank, 99), "target_modules": (starter().target_modules, ["q_proj"])}
    assert bench.runs.compare("one", "one") == {}


def test_events_are_read_again_only_when_there_are_more(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    course = runs.course
    monkeypatch.setattr(runs, "course", lambda events: (read.append(len(events)), course(events))[1])
    events = training({10: 2.0})
    with alive(bench, A, arguments={"name": "tuned", "recipe": starter().to_json()}, events=events):
        assert [run.steps for _ in range(3) for run in bench.runs.list()] == [10, 10, 10]
        assert read == [3]
        with (bench.paths.jobs / A / "events.jsonl").open("a") as file:
            file.write(json.dumps(log(20, loss=1.0)))
            file.flush()
            assert [run.steps for run in bench.runs.list()] == [10]
            file.write("\n")
        assert [run.steps for run in bench.runs.list()] == [20]
