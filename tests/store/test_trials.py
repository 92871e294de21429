"""A trial's rows tell its way; the latest is how it stands."""

import math

import pytest

from tests.store.hand_made import NOON
from viva.records.job import JobKind, JobSpec
from viva.records.training import Trial
from viva.store import Store, jobs, trials


@pytest.fixture
def swept(store: Store) -> Store:
    """A store with two sweeps."""
    with store.write() as connection:
        for job in ("one", "two"):
            jobs.add(connection, job, JobSpec(JobKind.SWEEP, "a sweep", {"dataset": "tiny"}), NOON)
    return store


def test_a_trial_stands_as_it_was_told_last(swept: Store) -> None:
    begun = Trial(1, "running", {"rank": 8, "target_modules": ["q_proj", "v_proj"]})
    over = Trial(1, "complete", begun.values, 1.5, 20, 3.25)
    failed = Trial(0, "failed", {"rank": 4}, error="the disk is full\nmake room")
    with swept.write() as connection:
        trials.add(connection, "one", [begun])
        trials.add(connection, "one", [over, failed])
        trials.add(connection, "two", [begun])
        assert trials.latest(connection, "one") == [failed, over]
        assert trials.latest(connection, "two") == [begun]
        rows = connection.execute(
            "SELECT job, dataset, number, parameters->>'$.rank' FROM trials ORDER BY ALL"
        ).fetchall()
    assert rows == [("one", "tiny", 0, "4"), ("one", "tiny", 1, "8"), ("two", "tiny", 1, "8")]


def test_a_loss_that_is_no_number_is_none(swept: Store) -> None:
    with swept.write() as connection:
        trials.add(connection, "one", [Trial(0, "failed", {}, math.nan), Trial(1, "failed", {}, math.inf)])
        assert [trial.loss for trial in trials.latest(connection, "one")] == [None, None]
