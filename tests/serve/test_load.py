"""A few experts over the real `ssh` client, while things are killed: what the benchmark checks, on a small scale."""

import shutil
from pathlib import Path

import pytest

from bench.rating_load import Plan, run


@pytest.mark.slow
@pytest.mark.parallel
@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh client")
def test_what_a_screen_counted_as_saved_is_in_the_views_exactly_once(tmp_path: Path) -> None:
    plan = Plan(raters=4, items=4, pace=2.0, questions=8, raters_per_item=2, kills=8.0, timeout=400.0)
    outcome = run(tmp_path, plan)
    assert outcome.faults == []
    assert outcome.stored >= sum(len(seen["acknowledged"]) for seen in outcome.seen) == 16
    assert outcome.killed.total()
    assert outcome.jobs
    assert outcome.queries
