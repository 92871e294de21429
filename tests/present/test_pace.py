"""How long a job will still take."""

import pytest

from viva.present import pace


def test_the_time_left_comes_from_the_steps_that_were_watched() -> None:
    watched = pace.Pace()
    assert watched.seconds_left(100, 0) is None
    watched.observe(40, 10.0)
    assert watched.seconds_left(100, 10.0) is None
    watched.observe(50, 20.0)
    assert watched.seconds_left(100, 20.0) == pytest.approx(50)
    assert watched.seconds_left(100, 25.0) == pytest.approx(45)
    assert watched.seconds_left(100, 500.0) == 0


def test_a_job_that_was_resumed_further_back_is_timed_anew() -> None:
    watched = pace.Pace()
    watched.observe(40, 10.0)
    watched.observe(50, 20.0)
    watched.observe(45, 100.0)
    assert watched.seconds_left(100, 100.0) is None
    watched.observe(46, 101.0)
    assert watched.seconds_left(100, 101.0) == pytest.approx(54)
