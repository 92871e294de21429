"""Sweeps are read from their job's events: how each trial stands, its curve, and which is the best."""

import pytest

from tests.fakes.jobs_on_disk import alive
from tests.fakes.runs_on_disk import SEARCH, add_run, evaluation, starter, sweep, trial
from viva.errors import NotFound, UsageError
from viva.records.job import JobKind, JobStatus
from viva.records.training import Trial
from viva.workbench import Workbench

JOB = "20260101-100000-aaaaaa"


def add_sweep(bench: Workbench, status: JobStatus | None = JobStatus.CANCELLED) -> None:
    add_run(bench, JOB, "searched", sweep(), kind=JobKind.SWEEP, recipe=starter(sweep=SEARCH), status=status)


def test_each_trial_stands_as_it_was_told_last(bench: Workbench) -> None:
    add_sweep(bench)
    first, second, third = bench.sweeps.trials(JOB)
    assert first == Trial(0, "complete", {"rank": 4, "dropout": 0.1}, 2.25, 40, 2.0)
    assert (second.state, second.loss, second.step) == ("complete", 1.5, 20)
    assert (third.state, third.values["rank"]) == ("waiting", 12)


def test_a_running_trial_has_the_lowest_loss_of_its_evaluations_so_far(bench: Workbench) -> None:
    with alive(bench, JOB, kind=JobKind.SWEEP, events=sweep()):
        third = bench.sweeps.trials(JOB)[2]
    assert (third.state, third.loss, third.step) == ("running", 2.0, 20)
    assert third.seconds is not None
    assert third.seconds >= 0


def test_there_is_a_curve_for_every_trial_with_its_lowest_loss_marked(bench: Workbench) -> None:
    add_sweep(bench)
    curves = bench.sweeps.curves(JOB)
    assert sorted(curves) == [0, 1, 2]
    assert curves[1].points["eval_loss"] == [(20, 1.5), (40, 1.75)]
    assert [curves[number].best_step for number in (0, 1, 2)] == [40, 20, 20]


def test_the_best_trial_is_a_complete_one(bench: Workbench) -> None:
    add_sweep(bench)
    best = bench.sweeps.best(JOB)
    assert best is not None
    assert best.number == 1
    events = [trial(0, "running"), evaluation(0, 20, 0.1), trial(0, "pruned", 0.1), trial(1, "failed", error="no")]
    add_run(bench, "20260101-110000-bbbbbb", "none", events, kind=JobKind.SWEEP)
    assert bench.sweeps.best("20260101-110000-bbbbbb") is None


def test_a_training_is_no_sweep(bench: Workbench) -> None:
    add_run(bench, JOB, "tuned", [])
    with pytest.raises(UsageError, match="no sweep"):
        bench.sweeps.trials(JOB)
    with pytest.raises(NotFound):
        bench.sweeps.trials("nothing")
